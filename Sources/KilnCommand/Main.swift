import Kiln

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@main
struct Main {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    // Asked for by scripts before anything else: answered before any table is made. Where it cannot be
    // shown, the way of all commands says so.
    if words == ["--version"],
      (try? StandardStream.output.write("kiln \(kilnVersion)\n")) != nil
    {
      exit(ExitStatus.done.rawValue)
    }
    StandardStream.takeClosedNumbers()
    // Swift has put a character for what is no text: other files may be called so.
    if let word = words.first(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
      Console().message("kiln: '\(word)' is no UTF-8 text, as names of files must be (rename it)")
      exit(ExitStatus.wrongUsage.rawValue)
    }
    // Where there is less, Swift's runtime ends the process wherever it first needs memory.
    guard AddressSpace.hasRoom(for: 8 << 20) else {
      Console().message(
        "kiln: too little memory left for a run (raise the limit with ulimit -v)")
      exit(ExitStatus.failed.rawValue)
    }
    Allocator.keepFreedMemory()
    Signals.letWritesFail()
    Signals.letMappedReadsFail()
    exit(Dispatcher(console: Console()).run(words).rawValue)
  }
}
