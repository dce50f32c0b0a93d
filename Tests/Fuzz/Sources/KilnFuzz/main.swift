// KilnFuzz --list | --seeds TARGET DIRECTORY | TARGET [settings of libFuzzer...]
import CFuzzer
@testable import Kiln

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func fail(_ message: String) -> Never {
  let line = Array("KilnFuzz: \(message)\n".utf8)
  _ = write(2, line, line.count)
  exit(2)
}

func target(_ name: String) -> FuzzTarget {
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    fail("no target '\(name)' (--list names them)")
  }
  return target
}

let words = CommandLine.arguments
mkdir(Scratch.directory, 0o755)
switch words.dropFirst().first {
case "--list":
  for target in FuzzTarget.all { print(target.name) }
case "--seeds" where words.count == 4:
  mkdir(words[3], 0o755)
  for (number, seed) in try target(words[2]).seeds().enumerated() {
    try Scratch.replaceFile(Path.join(words[3], "seed-\(number)"), seed)
  }
case let name? where !name.hasPrefix("-"):
  let target = target(name)
  FuzzedTarget.current = target
  var count = CommandLine.argc - 1
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
  exit(
    LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
      do {
        try FuzzedTarget.current?.decode(Array(UnsafeBufferPointer(start: bytes, count: count)))
      } catch {
        // The sentence is made from the facts of a hostile file, too.
        precondition(!"\(error)".isEmpty)
      }
      return 0
    })
default:
  fail("usage: KilnFuzz --list | --seeds TARGET DIRECTORY | TARGET [settings...]")
}

/// What libFuzzer's callback, a C function, runs.
enum FuzzedTarget {
  nonisolated(unsafe) static var current: FuzzTarget?
}
