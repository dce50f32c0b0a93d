// xz (https://tukaani.org/xz/xz-file-format.txt), as far as finding each block's dictionary takes.
//
//   stream header   12 bytes: fd 37 7a 58 5a 00, 00, kind of check, CRC-32
//   block header    (first byte + 1) * 4 bytes, first byte not 0; 1 u8 flags, 2... [packed size], [size],
//                   filters: kind, length of properties, properties; all numbers of 7 bits a byte
//   LZMA2 chunks    00 ends them; 01, 02: u16 size - 1, bytes; from 80 on: u16 size, u16 packed size - 1,
//                   from c0 on a byte of properties, bytes; big-endian
//   padding, check  to a multiple of 4; 0 to 64 bytes, by the kind of check
//   index           00, number of pairs, pairs of numbers, padding to a multiple of 4, CRC-32
//   stream footer   12 bytes; then zeros in fours, another stream header, or the end

/// Passes an xz file on, as long as unpacking it does not take too much memory.
///
/// libarchive lets liblzma take a gigabyte. Each block names its dictionary, and only reading along
/// finds where the next one begins. What is damaged passes: liblzma says what is wrong with it.
final class XZDictionaryGuard: ByteStream {
  /// Twice what the highest level of xz asks for.
  static let maximumByteCount = 128 << 20

  private enum Part {
    case streamHeader, blockStart, blockHeader, chunkStart, chunk, index, rest
  }

  /// How many bytes each kind of check takes.
  private static let checkByteCounts = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]
  /// The kind of the only filter that has a dictionary.
  private static let lzma2 = 0x21

  private let stream: any ByteStream
  private var part = Part.streamHeader
  /// Bytes to pass before the next part.
  private var skipped = 0
  private var collected: [UInt8] = []
  private var needed = 12
  private var checkByteCount = 0
  /// Of a block's chunks or an index, for its padding.
  private var partByteCount = 0
  /// The bytes of the index's first number.
  private var indexCount: [UInt8] = []
  /// Numbers of the index that follow; nil before their count.
  private var indexNumbers: Int?

  init(_ stream: any ByteStream) { self.stream = stream }

  func read(_ count: Int) throws -> [UInt8] {
    let bytes = try stream.read(count)
    var position = 0
    while position < bytes.count, part != .rest {
      if skipped > 0 {
        let step = min(skipped, bytes.count - position)
        skipped -= step
        position += step
      } else {
        collected.append(bytes[position])
        position += 1
        if collected.count == needed { try step() }
      }
    }
    return bytes
  }

  /// Goes on where a part is complete.
  private func step() throws {
    let bytes = collected
    collected.removeAll(keepingCapacity: true)
    switch part {
    case .streamHeader: startStream(bytes)
    case .blockStart: startBlock(bytes[0])
    case .blockHeader:
      try check(bytes)
      expect(.chunkStart, 1)
      partByteCount = 0
    case .chunkStart: startChunk(bytes[0])
    case .chunk: passChunk(bytes)
    case .index: passIndex(bytes)
    case .rest: break
    }
  }

  private func expect(_ part: Part, _ count: Int) {
    self.part = part
    needed = count
  }

  private func startStream(_ bytes: [UInt8]) {
    // Padding comes in fours, headers in twelves.
    if bytes.starts(with: [0, 0, 0, 0]) {
      collected = Array(bytes[4...])
      return
    }
    checkByteCount = Self.checkByteCounts[Int(bytes[7] & 15)]
    expect(.blockStart, 1)
  }

  private func startBlock(_ first: UInt8) {
    guard first == 0 else { return expect(.blockHeader, Int(first) * 4 + 3) }
    partByteCount = 1
    indexNumbers = nil
    expect(.index, 1)
  }

  /// Checks the dictionary that a block header names.
  private func check(_ header: [UInt8]) throws {
    var position = 1
    func number() -> Int? {
      var value = 0
      for shift in stride(from: 0, to: 63, by: 7) where position < header.count {
        let byte = header[position]
        position += 1
        value |= Int(byte & 0x7F) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
    let flags = header[0]
    if flags & 0x40 != 0, number() == nil { return }
    if flags & 0x80 != 0, number() == nil { return }
    for _ in 0...flags & 3 {
      guard let kind = number(), let length = number(), length < header.count - position else {
        return
      }
      if kind == Self.lzma2, length == 1 {
        let bits = Int(header[position])
        guard bits <= 40 else { return }
        let byteCount = (2 | bits & 1) << (bits / 2 + 11)
        guard byteCount <= Self.maximumByteCount else {
          throw CompressionError.memory(
            .xz, byteCount: byteCount, limit: Self.maximumByteCount)
        }
      }
      position += length
    }
  }

  private func startChunk(_ control: UInt8) {
    partByteCount += 1
    switch control {
    case 0:
      skipped = (4 - partByteCount % 4) % 4 + checkByteCount
      expect(.blockStart, 1)
    case 1, 2: expect(.chunk, 2)
    case 0xC0...: expect(.chunk, 5)
    case 0x80...: expect(.chunk, 4)
    default: part = .rest
    }
  }

  private func passChunk(_ bytes: [UInt8]) {
    let place = bytes.count == 2 ? 0 : 2
    skipped = Int(bytes[place]) << 8 + Int(bytes[place + 1]) + 1
    partByteCount += bytes.count + skipped
    expect(.chunkStart, 1)
  }

  /// Passes the index byte by byte; only where its numbers end matters.
  private func passIndex(_ bytes: [UInt8]) {
    partByteCount += 1
    guard let left = indexNumbers else {
      indexCount.append(bytes[0])
      // More than nine bytes are no number; liblzma says so.
      guard bytes[0] < 0x80, indexCount.count <= 9 else {
        if indexCount.count > 9 { part = .rest }
        return
      }
      let pairs = indexCount.reversed().reduce(0) { $0 << 7 | Int($1 & 0x7F) }
      indexCount = []
      indexNumbers = 2 * min(pairs, Int.max >> 2)
      return endIndex()
    }
    if bytes[0] < 0x80 { indexNumbers = left - 1 }
    endIndex()
  }

  private func endIndex() {
    guard indexNumbers == 0 else { return }
    skipped = (4 - partByteCount % 4) % 4 + 4 + 12
    expect(.streamHeader, 12)
  }
}
