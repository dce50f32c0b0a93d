/// Inflates one stream, and compares what is written behind it.
struct Inflater {
  /// What stands around the deflated bytes.
  enum Wrapping {
    /// A gzip member without its header (RFC 1952): CRC-32 and length modulo 2^32 follow, little-endian.
    case gzipBody
    /// A zlib stream (RFC 1950): two bytes of header, and behind it Adler-32, big-endian.
    case zlib
  }

  enum Outcome {
    /// All of the chunk is taken, or all room is filled.
    case needsMore
    case ended
    case wrongChecksum
    case damaged
  }

  private enum Stage {
    case zlibHeader
    case body
    case crc32
    case length
    case adler32
    case ended
    case failed(Outcome)
  }

  private var stage = Stage.ended
  private var wrapping = Wrapping.gzipBody
  private var decoder = DeflateDecoder()
  /// Bits that were taken from earlier chunks and are too few for what comes next.
  private var bits: (word: UInt64, count: Int) = (0, 0)
  private var crc32 = CRC32()
  private var adler32 = Adler32()

  /// Begins a stream.
  mutating func start(_ wrapping: Wrapping) {
    self.wrapping = wrapping
    stage = wrapping == .zlib ? .zlibHeader : .body
    decoder.start()
    bits = (0, 0)
    crc32 = CRC32()
    adler32 = Adler32()
  }

  /// Inflates what fits into the room that is left.
  /// - Returns: how it went, and how many bytes of the chunk were taken.
  mutating func run(
    _ chunk: [UInt8], from position: Int, into cursor: inout ByteCursor
  ) -> (Outcome, used: Int) {
    // Neither the chunk's pointer nor the room's leaves this call.
    unsafe chunk.withUnsafeBufferPointer { chunk in
      var input = unsafe DeflateInput(chunk, from: position, after: bits.word, bits.count)
      var outcome = Outcome.needsMore
      unsafe cursor.append(byCodec: { room in
        var output = unsafe DeflateOutput(room)
        outcome = run(&input, &output)
        if outcome == .wrongChecksum || outcome == .damaged { stage = .failed(outcome) }
        return output.count
      })
      bits = (input.bits, input.bitCount)
      return (outcome, input.position - position)
    }
  }

  private mutating func run(_ input: inout DeflateInput, _ output: inout DeflateOutput) -> Outcome {
    while true {
      switch stage {
      case .zlibHeader:
        guard let header = input.take(16) else { return .needsMore }
        guard Self.isZlibHeader(header) else { return .damaged }
        stage = .body
      case .body:
        let pause = decoder.run(&input, &output)
        count(output)
        switch pause {
        case .needsInput, .needsRoom: return .needsMore
        case .damaged: return .damaged
        case .ended:
          input.dropToByte()
          stage = wrapping == .zlib ? .adler32 : .crc32
        }
      case .crc32:
        guard let checksum = input.take(32) else { return .needsMore }
        guard checksum == Int(crc32.value) else { return .wrongChecksum }
        stage = .length
      case .length:
        guard let length = input.take(32) else { return .needsMore }
        guard length == crc32.byteCount & 0xFFFF_FFFF else { return .wrongChecksum }
        stage = .ended
      case .adler32:
        guard let checksum = input.take(32) else { return .needsMore }
        guard UInt32(truncatingIfNeeded: checksum).byteSwapped == adler32.value else {
          return .wrongChecksum
        }
        stage = .ended
      case .ended:
        input.giveBack()
        return .ended
      case .failed(let outcome): return outcome
      }
    }
  }

  private mutating func count(_ output: DeflateOutput) {
    output.withWritten { bytes in
      switch wrapping {
      case .gzipBody: crc32.append(bytes)
      case .zlib: adler32.append(bytes)
      }
    }
  }

  /// Whether two bytes are deflated with a window of at most 32 KiB, without a dictionary, and have the right check
  /// bits (section 2.2).
  private static func isZlibHeader(_ header: Int) -> Bool {
    let (method, flags) = (header & 0xFF, header >> 8)
    return method & 0xF == 8 && method >> 4 <= 7 && flags & 0x20 == 0
      && (method << 8 | flags) % 31 == 0
  }
}
