#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Libraries that only some runs need, loaded when they are: linked, they would make the start of every
/// command slower.
enum SharedLibrary {
  /// Loads the first library that is there and in which everything is found; nil where none is.
  ///
  /// It is never closed: it and what it uses stay until the process ends.
  /// - Parameters:
  ///   - names: where to look.
  ///   - empty: a table without functions.
  ///   - fill: finds the table's functions; false where one is lacking.
  /// - Returns: the table, which is never freed.
  static func load<Table>(
    _ names: [String], _ empty: Table,
    fill: (UnsafeMutablePointer<Table>, UnsafeMutableRawPointer) -> Bool
  ) -> UnsafePointer<Table>? {
    for name in names {
      // Runs the library's initializers, as linking it would.
      guard let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
      let table = UnsafeMutablePointer<Table>.allocate(capacity: 1)
      unsafe table.initialize(to: empty)
      if unsafe fill(table, handle) { return unsafe UnsafePointer(table) }
      unsafe table.deallocate()
    }
    return nil
  }
}
