import CArchive

/// The functions of libarchive, which is loaded when the first archive is opened.
// Unchecked: the table is filled in once and never freed, and its functions belong to no thread.
@safe struct ArchiveLibrary: @unchecked Sendable {
  /// The functions by their names; all of them are there.
  let functions: UnsafePointer<kiln_archive>

  /// The library.
  /// - Throws: ``ArchiveLibraryMissingError`` where there is none.
  static func load() throws(ArchiveLibraryMissingError) -> ArchiveLibrary {
    guard let library = loaded else { throw ArchiveLibraryMissingError() }
    return library
  }

  private static let loaded: ArchiveLibrary? = {
    // The shim stores functions by the types of libarchive's own header.
    let functions = unsafe SharedLibrary.load(names, kiln_archive()) {
      unsafe kiln_archive_load($0, $1) != 0
    }
    return unsafe functions.map { unsafe ArchiveLibrary(functions: $0) }
  }()

  #if canImport(Glibc)
    private static let names = ["libarchive.so.13"]
  #else
    private static let names = [
      "/opt/homebrew/opt/libarchive/lib/libarchive.13.dylib",
      "/usr/local/opt/libarchive/lib/libarchive.13.dylib", "/usr/lib/libarchive.2.dylib",
    ]
  #endif
}

/// There is no libarchive on this machine.
struct ArchiveLibraryMissingError: UnpackingError, Equatable, CustomStringConvertible {
  var description: String {
    "libarchive cannot be loaded (install it: libarchive13 or libarchive in most package managers)"
  }
}
