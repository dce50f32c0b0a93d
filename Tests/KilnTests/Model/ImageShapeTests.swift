import Testing

@testable import Kiln

@Suite("image shapes") struct ImageShapeTests {
  @Test(
    "refuses what no file of ours can hold",
    arguments: [
      (0, 28, 1, 8, ImageError.empty(height: 0, width: 28)),
      (28, -1, 1, 8, .empty(height: 28, width: -1)),
      (1, .max, 1, 8, .sideTooLong(found: .max, limit: ImageShape.maxSide)),
      (28, 28, 4, 8, .unsupportedChannels(found: 4)),
      (28, 28, 1, 4, .unsupportedBitDepth(found: 4)),
      (20_000, 20_000, 1, 8, .tooManyBytes(found: 400_000_000, limit: ImageShape.maxByteCount)),
    ])
  func refusal(height: Int, width: Int, channels: Int, bitDepth: Int, expected: ImageError) {
    #expect(throws: expected) {
      try ImageShape(height: height, width: width, channels: channels, bitDepth: bitDepth)
    }
  }

  @Test("counts bytes of rows and images") func byteCounts() throws {
    let shape = try ImageShape(height: 2, width: 5, channels: 3, bitDepth: 16)
    #expect(shape.rowByteCount == 30)
    #expect(shape.byteCount == 60)
  }
}
