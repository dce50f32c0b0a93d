import Kiln

extension Subcommand {
  /// `kiln schema`.
  static let schema = Subcommand(
    name: "schema",
    summary: "print the JSON Schema of pipeline files, for editors",
    usage: "",
    options: [],
    run: { _, console in
      try console.result(try PipelineSchema.json().text())
      return .done
    })
}
