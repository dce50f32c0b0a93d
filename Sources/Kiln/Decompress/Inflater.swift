import CISAL

/// One inflater of ISA-L: 87 KB, made once for each stream.
@safe final class Inflater {
  /// What stands around the deflated bytes.
  enum Wrapping {
    /// A gzip member without its header, whose CRC-32 and length are compared.
    case gzipBody
    /// A zlib stream, whose Adler-32 is compared.
    case zlib
  }

  enum Outcome {
    case needsMore
    case ended
    case wrongChecksum
    case damaged
  }

  // Owned: allocated in init, freed in deinit, never handed out.
  private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)

  init() { unsafe isal_inflate_init(state) }

  deinit { unsafe state.deallocate() }

  /// Begins a stream.
  func start(_ wrapping: Wrapping) {
    unsafe isal_inflate_reset(state)
    unsafe state.pointee.crc_flag = UInt32(
      wrapping == .zlib ? ISAL_ZLIB : ISAL_GZIP_NO_HDR_VER)
  }

  /// Inflates what fits into the room that is left.
  /// - Returns: how it went, and how many bytes of the chunk were taken.
  func run(
    _ chunk: [UInt8], from position: Int, into cursor: inout ByteCursor
  ) -> (Outcome, used: Int) {
    // ISA-L reads within the chunk and writes within the room; both pointers end with this call.
    unsafe chunk.withUnsafeBufferPointer { chunk in
      let rest = unsafe UnsafeBufferPointer(rebasing: chunk[position...])
      unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
      unsafe state.pointee.avail_in = UInt32(rest.count)
      var status: Int32 = 0
      unsafe cursor.append(byCodec: { room in
        let size = min(room.count, Int(UInt32.max))
        unsafe state.pointee.next_out = room.baseAddress
        unsafe state.pointee.avail_out = UInt32(size)
        status = withISAL { unsafe isal_inflate(state) }
        return unsafe size - Int(state.pointee.avail_out)
      })
      let used = unsafe rest.count - Int(state.pointee.avail_in)
      return (outcome(status), used)
    }
  }

  private func outcome(_ status: Int32) -> Outcome {
    switch status {
    case ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW:
      unsafe state.pointee.block_state == ISAL_BLOCK_FINISH ? .ended : .needsMore
    case ISAL_INCORRECT_CHECKSUM: .wrongChecksum
    default: .damaged
    }
  }
}
