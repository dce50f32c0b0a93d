import Kiln

@main
struct Main {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == ["--version"] {
      print(kilnVersion)
      return
    }
    var paths: [String] = []
    var outputs: [Pipeline.Output] = []
    var index = 1
    while index < arguments.count {
      if arguments[index] == "--to" {
        let parts = arguments[index + 1].split(separator: "=", maxSplits: 1).map(String.init)
        for format in SinkFormat.all where format.name == parts[0] {
          outputs.append(try Pipeline.Output(format, at: parts[1]))
        }
        index += 2
      } else {
        if !arguments[index].hasPrefix("-") { paths.append(arguments[index]) }
        index += 1
      }
    }
    let report = try Runner(Pipeline(source: SourceRequest(paths: paths), outputs: outputs)).run()
    print(report.seconds, report.splits.map(\.digest))
  }
}
