import Foundation
import Kiln
import Testing

@testable import KilnCommand

@Suite("Help, completions and the manual page") struct HelpTests {
  @Test("--version prints one line") func version() throws {
    let run = try CommandRun(["--version"])
    #expect(run.output == "kiln \(kilnVersion)\n")
    #expect(run.status == 0)
  }

  @Test("--version says where it cannot be shown")
  func versionUnshown() throws {
    let run = try CommandRun(["--version"], after: "exec >&-")
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("kiln: cannot write standard output"))
  }

  @Test("the overview names every command", arguments: ["--help", "-h", "help"])
  func overview(word: String) throws {
    let run = try CommandRun([word])
    #expect(run.status == 0)
    for command in Subcommand.all { #expect(run.output.contains("\n  \(command.name) ")) }
  }

  @Test("every command's help names all its flags", arguments: Subcommand.all.map(\.name))
  func commandHelp(name: String) throws {
    let command = try #require(Subcommand.all.first { $0.name == name })
    let run = try CommandRun([name, "--help"])
    #expect(run.status == 0)
    for flag in command.flags { #expect(run.output.contains(flag.spelling)) }
    #expect(try CommandRun(["help", name]).output == run.output)
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 110 })
  }

  @Test("convert takes every option and conversion of the tables") func tables() {
    let words = Set(Subcommand.convert.flags.map(\.name))
    for format in SinkFormat.all {
      for option in format.options { #expect(words.contains(option.flag)) }
    }
    for conversion in ConversionFormat.all { #expect(words.contains(conversion.name)) }
    for option in SourceRequest.options() { #expect(words.contains(option.flag)) }
  }

  @Test("no command has two flags of one name", arguments: Subcommand.all.map(\.name))
  func ambiguity(name: String) throws {
    let flags = try #require(Subcommand.all.first { $0.name == name }).flags
    #expect(Set(flags.map(\.name)).count == flags.count)
    #expect(Set(flags.compactMap(\.letter)).count == flags.compactMap(\.letter).count)
  }

  @Test("completions know every command and flag", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let run = try CommandRun(["completions", shell])
    #expect(run.status == 0)
    for command in Subcommand.all {
      #expect(run.output.contains(command.name))
      for flag in command.flags { #expect(run.output.contains(flag.name)) }
    }
    for format in SinkFormat.all { #expect(run.output.contains(format.name + "=")) }
  }

  @Test(
    "bash completes commands, flags, formats and values",
    arguments: [
      (["kiln", "conv"], "convert"),
      (["kiln", "convert", "--over"], "--overwrite"),
      (["kiln", "convert", "--to", "np"], "npy= npz="),
      (["kiln", "convert", "--png-level", "s"], "small"),
      (["kiln", "convert", "--png-level", "=", "f"], "fast"),
      (["kiln", "completions", "f"], "fish"),
      (["kiln", "inspect", "emnist-le"], "emnist-letters"),
      (["kiln", "convert", "/usr/bi"], ""),
    ])
  func bash(words: [String], expected: String) throws {
    let bash = "/bin/bash"
    try #require(FileManager.default.isExecutableFile(atPath: bash))
    let script = try CommandRun(["completions", "bash"]).output
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    let output = try shell(
      bash,
      script + """

        COMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1)
        _kiln 2>/dev/null; echo "${COMPREPLY[@]}"
        """)
    #expect(output == expected + "\n")
  }

  @Test(
    "the manual page has no fault that groff knows",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/groff")))
  func manual() throws {
    let page = try CommandRun(["man"])
    #expect(page.status == 0)
    for flag in Subcommand.convert.flags {
      #expect(page.output.contains(flag.word.replacing("-", with: "\\-")))
    }
    let rendered = try shell(
      "/bin/sh", "exec 2>&1; groff -man -ww -Tutf8 -z <<'END'\n\(page.output)END")
    #expect(rendered == "")
  }

  @Test("a reader that goes away is no failure") func closedPipe() throws {
    let status = try shell(
      "/bin/bash", "'\(CommandRun.executable.path)' man | true; echo ${PIPESTATUS[0]}")
    #expect(status == "0\n")
  }

  @Test("preview says as JSON what it shows") func preview() throws {
    let run = try CommandRun(["preview", "sample:70", "--split", "test", "--json"])
    #expect(run.status == 0)
    #expect(run.output.contains(#""name" : "9""#))
    #expect(run.output.contains(#""left_out_classes" : 0"#))
  }

  @Test("formats lists the tables as JSON") func formats() throws {
    let run = try CommandRun(["formats", "--json"])
    guard case .object(let lists) = try JSON(parsing: Array(run.output.utf8)),
      case .array(let outputs) = lists["outputs"], case .array(let sources) = lists["sources"],
      case .array(let conversions) = lists["conversions"]
    else {
      Issue.record("no lists: \(run.output)")
      return
    }
    #expect(outputs.count == SinkFormat.all.count)
    #expect(sources.count == SourceFormat.all.count)
    #expect(conversions.count == ConversionFormat.all.count)
  }

  private func shell(_ path: String, _ script: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = ["-c", script]
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
