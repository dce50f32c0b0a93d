import CZlib

@testable import Kiln

/// How a DEFLATE stream ends, and what it holds up to there.
enum DeflateVerdict: Equatable {
  case ended([UInt8])
  case cutShort([UInt8])
  case damaged

  /// What Kiln's decoder says.
  /// - Parameters:
  ///   - stream: deflated bytes; whatever follows their end is left.
  ///   - chunks: how many bytes it gets at once.
  ///   - rooms: how many bytes it has room for at once.
  init(of stream: [UInt8], chunks: Int = 1 << 18, rooms: Int = 1 << 16) {
    var decoder = DeflateDecoder()
    var content: [UInt8] = []
    var rest = stream[...]
    var (bits, bitCount) = (UInt64(0), 0)
    while true {
      let chunk = Array(rest.prefix(chunks))
      var pause = DeflateDecoder.Pause.damaged
      var used = 0
      content += makeBytes(capacity: rooms) { cursor in
        // Neither pointer leaves the closure that lends it.
        unsafe chunk.withUnsafeBufferPointer { chunk in
          var input = unsafe DeflateInput(chunk, from: 0, after: bits, bitCount)
          unsafe cursor.append(byCodec: { room in
            var output = unsafe DeflateOutput(room)
            pause = decoder.run(&input, &output)
            return output.count
          })
          (bits, bitCount, used) = (input.bits, input.bitCount, input.position)
        }
      }
      rest = rest.dropFirst(used)
      switch pause {
      case .needsInput where rest.isEmpty:
        self = .cutShort(content)
        return
      case .needsInput, .needsRoom: continue
      case .ended:
        self = .ended(content)
        return
      case .damaged:
        self = .damaged
        return
      }
    }
  }

  /// What zlib says: a second opinion on the same bytes.
  static func zlib(_ stream: [UInt8]) -> DeflateVerdict {
    var state = unsafe z_stream()
    // Negative: no header and no checksum.
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let begun = unsafe inflateInit2_(&state, -15, ZLIB_VERSION, size)
    precondition(begun == Z_OK)
    defer { unsafe inflateEnd(&state) }
    var stream = stream
    var content: [UInt8] = []
    var status = Z_OK
    // zlib reads the array and writes within the room, both for the length of the call.
    unsafe stream.withUnsafeMutableBufferPointer { stream in
      unsafe state.next_in = stream.baseAddress
      unsafe state.avail_in = UInt32(stream.count)
      repeat {
        content += makeBytes(capacity: 1 << 16) { cursor in
          unsafe cursor.append(byCodec: { room in
            unsafe state.next_out = room.baseAddress
            unsafe state.avail_out = UInt32(room.count)
            status = unsafe inflate(&state, Z_NO_FLUSH)
            return unsafe room.count - Int(state.avail_out)
          })
        }
      } while status == Z_OK
    }
    switch status {
    case Z_STREAM_END: return .ended(content)
    case Z_BUF_ERROR: return .cutShort(content)
    default: return .damaged
    }
  }
}

/// Writes a DEFLATE stream bit by bit.
struct DeflateWriter {
  private(set) var bytes: [UInt8] = []
  private var bitCount = 0

  /// Appends a number, its lowest bit first.
  mutating func append(_ value: Int, _ count: Int) {
    for bit in 0..<count {
      if bitCount & 7 == 0 { bytes.append(0) }
      bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(bitCount & 7)
      bitCount += 1
    }
  }

  /// Appends a code, its highest bit first.
  mutating func append(code: Int, _ count: Int) {
    for bit in (0..<count).reversed() { append(code >> bit & 1, 1) }
  }

  /// Appends a symbol of the fixed codes (RFC 1951, section 3.2.6).
  mutating func append(fixed symbol: Int) {
    switch symbol {
    case ..<144: append(code: 0x30 + symbol, 8)
    case ..<256: append(code: 0x190 + symbol - 144, 9)
    case ..<280: append(code: symbol - 256, 7)
    default: append(code: 0xC0 + symbol - 280, 8)
    }
  }

  /// Appends a match in fixed codes.
  mutating func append(length: Int, distance: Int) {
    let (symbol, lengthBase) = Self.lengths.last { $0.base <= length } ?? (257, 3)
    append(fixed: symbol)
    append(length - lengthBase, symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4)
    let (code, base) = Self.distances.last { $0.base <= distance } ?? (0, 1)
    append(code: code, 5)
    append(distance - base, code < 4 ? 0 : code / 2 - 1)
  }

  /// Begins a block with codes of its own, up to the lengths of its codes of lengths.
  mutating func beginBlock(
    literals: Int, distances: Int, lengthCode: [Int: Int], isLast: Bool = true
  ) {
    append(isLast ? 0b101 : 0b100, 3)
    append(literals - 257, 5)
    append(distances - 1, 5)
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    append(order.count - 4, 4)
    for symbol in order { append(lengthCode[symbol] ?? 0, 3) }
  }

  // As section 3.2.5 counts them: each group of four symbols has one extra bit more.
  private static let lengths: [(symbol: Int, base: Int)] =
    (0..<28).map { (257 + $0, $0 < 8 ? 3 + $0 : 3 + (4 + $0 & 3) << ($0 / 4 - 1)) } + [(285, 258)]
  private static let distances: [(code: Int, base: Int)] =
    (0..<30).map { ($0, $0 < 2 ? 1 + $0 : 1 + (2 + $0 & 1) << ($0 / 2 - 1)) }
}
