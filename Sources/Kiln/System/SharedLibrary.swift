#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Libraries that only some runs need, loaded when they are: linked, they would make the start of every
/// command slower.
enum SharedLibrary {
  /// Loads the first library that is there; nil where none is.
  ///
  /// It is never closed: it and what it uses stay until the process ends.
  static func load(_ names: [String]) -> UnsafeMutableRawPointer? {
    for name in names {
      // Runs the library's initializers, as linking it would.
      if let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) { return unsafe handle }
    }
    return nil
  }
}
