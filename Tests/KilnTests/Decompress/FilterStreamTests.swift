import Testing

@testable import Kiln

@Suite("Compressed streams", .timeLimit(.minutes(20))) struct FilterStreamTests {
  static let filters: [Compression] = [.xz, .bzip2, .zstd, .lz4]

  private func unpack(
    _ file: [UInt8], _ compression: Compression, pieces: Int = 1000
  ) throws -> [UInt8] {
    try compression.unpack(MemoryStream(file)).readToEnd(pieces: pieces)
  }

  private func fault(_ file: [UInt8], _ compression: Compression) -> CompressionError? {
    do {
      _ = try unpack(file, compression)
      return nil
    } catch {
      return error as? CompressionError
    }
  }

  @Test("gives back what each format's own tool compressed", arguments: Compression.allCases)
  func golden(compression: Compression) throws {
    let file = CompressedSamples.text(compression)
    for pieces in [1, 7, 90, 91, 1 << 20] {
      #expect(try unpack(file, compression, pieces: pieces) == CompressedSamples.text)
    }
    let nothing = CompressedSamples.nothing(compression)
    #expect(try unpack(nothing, compression).isEmpty)
  }

  @Test("tells every compression from its first bytes", arguments: Compression.allCases)
  func detection(compression: Compression) {
    for file in [CompressedSamples.text(compression), CompressedSamples.nothing(compression)] {
      let mark = Array(file.prefix(Compression.magicByteCount))
      #expect(Compression(beginning: mark) == compression)
    }
    #expect(Compression(beginning: []) == nil)
    #expect(Compression(beginning: Array("BZh9 is no archive".utf8)) == nil)
    #expect(Compression(beginning: ZstdCompressor.skippableFrame(byteCount: 20)) == .zstd)
  }

  @Test("joins streams and frames that follow one another", arguments: Compression.allCases)
  func concatenated(compression: Compression) throws {
    let one = CompressedSamples.text(compression)
    // libarchive stops at an empty frame of lz4, which then is an error: see below.
    let nothing = compression == .lz4 ? [] : CompressedSamples.nothing(compression)
    let file = one + nothing + one
    #expect(try unpack(file, compression) == CompressedSamples.text + CompressedSamples.text)
  }

  @Test("passes over the padding of xz, and over skippable frames of zstd and lz4")
  func padding() throws {
    let xz = CompressedSamples.text(.xz)
    let padded = xz + [0, 0, 0, 0] + xz + [UInt8](repeating: 0, count: 512)
    #expect(try unpack(padded, .xz) == CompressedSamples.text + CompressedSamples.text)
    let skippable = ZstdCompressor.skippableFrame(byteCount: 33)
    for compression in [Compression.zstd, .lz4] {
      let one = CompressedSamples.text(compression)
      let file = skippable + one + skippable + one + skippable
      #expect(
        try unpack(file, compression) == CompressedSamples.text + CompressedSamples.text)
    }
  }

  @Test("notices a file that is cut short anywhere", arguments: filters)
  func truncated(compression: Compression) {
    let file = CompressedSamples.text(compression)
    for length in 0..<file.count {
      #expect(fault(Array(file.prefix(length)), compression) != nil, "\(length) bytes")
      if length > 0 {
        #expect(fault(file + file.prefix(length), compression) != nil, "second of \(length) bytes")
      }
    }
    #expect(
      fault(Array(file.dropLast(1)), compression).map { "\($0)".contains("cut short") } == true)
  }

  @Test("refuses what follows the last stream", arguments: filters)
  func junk(compression: Compression) {
    let file = CompressedSamples.text(compression)
    for junk in [[7], Array("junk junk junk".utf8), Array(repeating: 0, count: 3)] {
      #expect(fault(file + junk, compression) != nil, "\(junk)")
    }
  }

  @Test("does not lose a frame of lz4 behind an empty one unnoticed")
  func emptyFrame() {
    let nothing = CompressedSamples.nothing(.lz4)
    let error = fault(nothing + CompressedSamples.text(.lz4), .lz4)
    #expect(error == .trailingBytes(.lz4, offset: nothing.count))
  }

  @Test("notices changed bytes, and never crashes on them", arguments: filters)
  func damaged(compression: Compression) {
    let file = CompressedSamples.text(compression)
    for place in file.indices {
      for bit in 0..<8 {
        var damaged = file
        damaged[place] ^= 1 << bit
        let content = try? unpack(damaged, compression)
        #expect(content == nil || content == CompressedSamples.text, "byte \(place) bit \(bit)")
      }
    }
  }

  @Test("never crashes on random bytes", arguments: 0..<200 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for compression in Self.filters {
      let start = CompressedSamples.text(compression).prefix(Int(seed % 20))
      let file = start + generator.bytes(Int.random(in: 0...300, using: &generator))
      _ = try? unpack(Array(file), compression)
    }
  }

  @Test("passes on what the stream below throws", arguments: filters)
  func failure(compression: Compression) {
    let file = CompressedSamples.text(compression)
    for length in [0, 1, 20, file.count] {
      let stream = compression.unpack(FailingStream(Array(file.prefix(length))))
      #expect(throws: FailingStream.Failure.self, "\(length)") {
        _ = try stream.readToEnd(pieces: 10)
      }
    }
  }

  @Test("gives nothing more after its end", arguments: filters)
  func afterEnd(compression: Compression) throws {
    let stream = compression.unpack(MemoryStream(CompressedSamples.text(compression)))
    #expect(try stream.read(90) == CompressedSamples.text)
    for _ in 0..<3 { #expect(try stream.read(10).isEmpty) }
  }
}

/// Gives some bytes, one by one, then fails.
final class FailingStream: ByteStream {
  struct Failure: Error {}
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(_ count: Int) throws -> [UInt8] {
    guard position < bytes.count else { throw Failure() }
    defer { position += 1 }
    return [bytes[position]]
  }
}
