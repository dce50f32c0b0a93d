#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How much memory a process may still ask for, where a limit is set (`ulimit -v`).
package enum AddressSpace {
  /// Whether so many bytes could be had at once.
  package static func hasRoom(for byteCount: Int) -> Bool {
    // A new mapping that nothing touches, taken back before anybody could know of it.
    let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
    let memory = unsafe mmap(nil, byteCount, PROT_NONE, flags, -1, 0)
    guard unsafe memory != MAP_FAILED else { return false }
    unsafe munmap(memory, byteCount)
    return true
  }
}
