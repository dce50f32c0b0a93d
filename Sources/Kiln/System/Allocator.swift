#if canImport(Glibc)
  import CLinux
#endif

/// How the C library's allocator treats the memory of batches, which comes and goes by the megabyte.
package enum Allocator {
  /// Keeps freed memory for the next batch; call once, before the first thread starts.
  ///
  /// By default glibc gives blocks of this size back to the kernel and gets them again, cleared page by
  /// page: 12 ms of 90 for MNIST as .npy, 10 of 123 as CSV. More arenas than cores would only
  /// keep more.
  package static func keepFreedMemory() {
    #if canImport(Glibc)
      let mebibyte: Int32 = 1 << 20
      // 32 MiB is the largest threshold that glibc accepts; larger blocks still go back at once.
      _ = mallopt(Int32(KILN_M_MMAP_THRESHOLD), 32 * mebibyte)
      _ = mallopt(Int32(KILN_M_TRIM_THRESHOLD), 256 * mebibyte)
      _ = mallopt(Int32(KILN_M_TOP_PAD), 4 * mebibyte)
      _ = mallopt(Int32(KILN_M_ARENA_MAX), Int32(clamping: WorkerPool.coreCount))
    #endif
  }
}
