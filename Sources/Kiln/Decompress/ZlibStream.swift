// zlib: RFC 1950. Two bytes of header, deflated bytes (RFC 1951), then Adler-32 of the inflated bytes.
import CISAL

/// Inflates one zlib stream, by ISA-L, which checks its Adler-32 itself.
///
/// What follows the stream in the input is not read as part of it.
@safe final class ZlibStream: ByteStream {
  private let input: any ByteStream
  // Owned: allocated in init, freed in deinit, never handed out.
  private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
  private var chunk: [UInt8] = []
  private var position = 0
  private var inputIsAtEnd = false
  private var isAtEnd = false
  private var produced = 0

  init(_ input: any ByteStream) {
    self.input = input
    unsafe isal_inflate_init(state)
    unsafe state.pointee.crc_flag = UInt32(ISAL_ZLIB)
  }

  deinit { unsafe state.deallocate() }

  func read(_ count: Int) throws -> [UInt8] {
    try makeBytes(capacity: count) { cursor in
      while cursor.count < count, !isAtEnd {
        if position == chunk.count, !inputIsAtEnd {
          chunk = try input.read(FileStream.chunkByteCount)
          position = 0
          inputIsAtEnd = chunk.count < FileStream.chunkByteCount
        }
        let (used, made) = (position, cursor.count)
        try inflate(into: &cursor)
        produced += cursor.count - made
        if isAtEnd || position > used || cursor.count > made { continue }
        // Nothing went in or out: more input must help, or nothing does.
        guard position == chunk.count, !inputIsAtEnd else {
          throw ZlibError.cutShort(produced: produced)
        }
      }
    }
  }

  private func inflate(into cursor: inout ByteCursor) throws(ZlibError) {
    var status: Int32 = 0
    // ISA-L reads within the chunk and writes within the room; both pointers end with this call.
    position += unsafe chunk.withUnsafeBufferPointer { chunk in
      let rest = unsafe UnsafeBufferPointer(rebasing: chunk[position...])
      unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
      unsafe state.pointee.avail_in = UInt32(rest.count)
      unsafe cursor.append(byCodec: { room in
        let size = min(room.count, Int(UInt32.max))
        unsafe state.pointee.next_out = room.baseAddress
        unsafe state.pointee.avail_out = UInt32(size)
        status = withISAL { unsafe isal_inflate(state) }
        return unsafe size - Int(state.pointee.avail_out)
      })
      return unsafe rest.count - Int(state.pointee.avail_in)
    }
    guard [ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW].contains(status) else {
      throw .damaged(produced: produced)
    }
    isAtEnd = unsafe state.pointee.block_state == ISAL_BLOCK_FINISH
  }
}

/// What is wrong with zlib data.
enum ZlibError: UnpackingError, Equatable, CustomStringConvertible {
  case cutShort(produced: Int)
  case damaged(produced: Int)

  var description: String {
    switch self {
    case .cutShort(let produced):
      "zlib data ends after \(produced) inflated bytes, before its checksum (file cut short?)"
    case .damaged(let produced):
      "zlib data is damaged after \(produced) inflated bytes (fetch the file again)"
    }
  }
}
