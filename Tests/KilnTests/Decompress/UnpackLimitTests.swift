import Testing

@testable import Kiln

@Suite("Limits of unpacking", .timeLimit(.minutes(20))) struct UnpackLimitTests {
  /// Zeros without end.
  private final class Zeros: ByteStream {
    func read(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
  }

  private func isRefused(_ unpacked: Int, _ packed: Int) -> Bool {
    do throws(UnpackLimitError) {
      try UnpackLimit.check(unpacked: unpacked, packed: packed)
      return false
    } catch {
      #expect(error == UnpackLimitError(unpacked: unpacked, packed: packed))
      return true
    }
  }

  @Test("allows what data sets become, and no more")
  func check() {
    #expect(!isRefused(128 << 20, 0))
    #expect(isRefused(128 << 20 + 1, 1000))
    // A gigabyte of blank pictures as .gz file.
    #expect(!isRefused(1 << 30, 1_043_000))
    #expect(isRefused(10 << 30, 10_430_000))
    #expect(!isRefused(10 << 30, 110_000_000))
    #expect(isRefused(1 << 40 + 1, 1 << 39))
    #expect(isRefused(.max, .max))
  }

  @Test("ends a stream where it becomes too much", arguments: [1000, 200_000, 11_000_000])
  func stream(packed: Int) {
    let stream = LimitedStream(Zeros(), packedByteCount: packed)
    var produced = 0
    #expect(throws: UnpackLimitError.self) {
      while true { produced += try stream.read(1 << 22).count }
    }
    let expected =
      packed == 1000 ? 128 << 20 : packed == 200_000 ? 200_000 * 2000 : 11 * 100_000_000
    #expect((expected - 1 << 22...expected + 1 << 22).contains(produced), "\(produced)")
  }

  @Test("refuses xz blocks that take too much memory, wherever they are")
  func dictionaries() throws {
    let small = CompressedSamples.text(.xz)
    var large = small
    // The properties of LZMA2 in the only filter of the first block: 28 is 64 MiB, 31 192 MiB.
    let place = try #require(
      (0..<30).first { large[$0] == 0x21 && large[$0 + 1] == 1 })
    large[place + 2] = 31
    let checksum = CRC32(of: Array(large[12..<place + 6]).span).value
    for byte in 0..<4 {
      large[place + 6 + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * byte))
    }
    for file in [large, small + large, small + [0, 0, 0, 0] + small + large] {
      let error = #expect(throws: CompressionError.self) {
        _ = try Compression.xz.unpack(MemoryStream(file)).readToEnd(pieces: 1000)
      }
      #expect(error == .memory(.xz, byteCount: 192 << 20, limit: 128 << 20))
    }
  }
}
