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
    Allocator.keepFreedMemory()
    Signals.ignoreBrokenPipes()
    exit(Dispatcher(console: Console()).run(words).rawValue)
  }
}
