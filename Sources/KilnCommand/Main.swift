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
    // Asked for by scripts before anything else: answered before any table is made.
    if words == ["--version"] {
      print("kiln \(kilnVersion)")
      return
    }
    StandardStream.takeClosedNumbers()
    // Where there is less, Swift's runtime ends the process wherever it first needs memory.
    guard AddressSpace.hasRoom(for: 8 << 20) else {
      Console().message(
        "kiln: too little memory left for a run (raise the limit with ulimit -v)")
      exit(ExitStatus.failed.rawValue)
    }
    Allocator.keepFreedMemory()
    Signals.letWritesFail()
    exit(Dispatcher(console: Console()).run(words).rawValue)
  }
}
