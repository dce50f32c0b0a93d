import CCurl

/// The functions of libcurl, which is loaded when the first file is fetched.
// Unchecked: the table is filled in once and never freed, and its functions belong to no thread.
@safe struct CurlLibrary: @unchecked Sendable {
  /// The table that the calls in the shim take.
  let table: UnsafePointer<kiln_curl>

  /// The library.
  /// - Throws: ``CurlMissingError`` where there is none.
  static func load() throws(CurlMissingError) -> CurlLibrary {
    guard let library = loaded else { throw CurlMissingError() }
    return library
  }

  private static let loaded: CurlLibrary? = {
    // The shim stores functions by the types of libcurl's own header.
    let table = unsafe SharedLibrary.load(names, kiln_curl()) {
      unsafe kiln_curl_load($0, $1) != 0
        && $0.pointee.global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }
    return unsafe table.map { unsafe CurlLibrary(table: $0) }
  }()

  #if canImport(Glibc)
    private static let names = ["libcurl.so.4", "libcurl-gnutls.so.4"]
  #else
    private static let names = ["/usr/lib/libcurl.4.dylib", "libcurl.4.dylib"]
  #endif
}

/// There is no libcurl on this machine.
struct CurlMissingError: Error, Equatable, CustomStringConvertible {
  var description: String {
    "libcurl cannot be loaded (install it: libcurl4 or curl in most package managers)"
  }
}
