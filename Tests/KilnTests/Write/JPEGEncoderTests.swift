import Foundation
import Testing

@testable import Kiln

@Suite("JPEG encoder") struct JPEGEncoderTests {
  @Test("keeps a smooth image above 35 dB at quality 95", arguments: [1, 3], [28, 61])
  func fidelity(channels: Int, side: Int) throws {
    let shape = try ImageShape(height: side, width: side, channels: channels, bitDepth: 8)
    let pixels = Picture.gradient.pixels(shape)
    let image = try decodeJPEG(encodeJPEG(pixels, shape))
    #expect(image.shape == shape)
    let squares = zip(pixels, image.pixels).map { pow(Double($0) - Double($1), 2) }
    let error = squares.reduce(0, +) / Double(squares.count)
    #expect(10 * log10(255 * 255 / max(error, 1e-9)) > 35)
  }

  @Test("keeps red apart from blue") func channelOrder() throws {
    let shape = try ImageShape(height: 8, width: 8, channels: 3, bitDepth: 8)
    let pixels = (0..<64).flatMap { _ in [200, 100, 20] as [UInt8] }
    let image = try decodeJPEG(encodeJPEG(pixels, shape))
    #expect(zip(pixels, image.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 3 })
  }

  @Test("halves colour below quality 90 only", arguments: zip([89, 90], [0x22, 0x11] as [UInt8]))
  func subsampling(quality: Int, factors: UInt8) throws {
    let shape = try ImageShape(height: 16, width: 16, channels: 3, bitDepth: 8)
    let file = try encodeJPEG(Picture.gradient.pixels(shape), shape, quality: quality)
    // The frame header: FF C0, size 17, precision 8, sides, 3 components, id 1, sampling factors.
    let frame = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC0, 0, 17]) })
    #expect(file[frame + 11] == factors)
  }

  @Test("fits its bound for the worst pixels", arguments: [1, 3], [1, 95, 100])
  func bound(channels: Int, quality: Int) throws {
    for size in [(1, 1), (8, 8), (17, 1), (28, 28), (64, 100)] {
      let shape = try ImageShape(
        height: size.0, width: size.1, channels: channels, bitDepth: 8)
      for picture in Picture.allCases {
        let file = try encodeJPEG(picture.pixels(shape), shape, quality: quality)
        #expect(try decodeJPEG(file).shape == shape)
      }
    }
  }

  @Test("gives the same bytes reused as fresh", arguments: [1, 3])
  func reuse(channels: Int) throws {
    let shape = try ImageShape(height: 28, width: 28, channels: channels, bitDepth: 8)
    let encoder = try JPEGEncoder(shape: shape)
    let pictures = Picture.allCases + Picture.allCases.reversed()
    let reused = try makeBytes(capacity: pictures.count * encoder.maxEncodedByteCount) { output in
      for picture in pictures { try encoder.encode(picture.pixels(shape).span, into: &output) }
    }
    #expect(try reused == pictures.flatMap { try encodeJPEG($0.pixels(shape), shape) })
  }

  @Test(
    "gives the same bytes in a run as alone",
    arguments: [(28, 28), (1, 1), (8, 8), (9, 17), (17, 9), (2, 3000), (3000, 2), (65_500, 1)])
  func runs(height: Int, width: Int) throws {
    let shape = try ImageShape(height: height, width: width, channels: 1, bitDepth: 8)
    let encoder = try JPEGEncoder(shape: shape, quality: 95)
    let single = try JPEGEncoder(shape: shape, quality: 95, longestRun: 1)
    #expect(single.runLength == 1)
    let pictures = (0..<2 * encoder.runLength + 1).map {
      Picture.allCases[$0 % Picture.allCases.count].pixels(shape)
    }
    for first in stride(from: 0, to: pictures.count, by: encoder.runLength) {
      let run = Array(pictures[first...].prefix(encoder.runLength))
      var byteCounts: [Int] = []
      let files = try makeBytes(capacity: run.count * encoder.maxEncodedByteCount) {
        byteCounts = try encoder.encodeRun(Array(run.joined()).span, into: &$0)
      }
      let alone = try run.map { picture in
        try makeBytes(capacity: single.maxEncodedByteCount) {
          try single.encode(picture.span, into: &$0)
        }
      }
      #expect(byteCounts == alone.map(\.count))
      #expect(files == Array(alone.joined()))
    }
  }

  @Test("refuses a quality outside 1 to 100", arguments: [0, 101]) func quality(_ quality: Int)
    throws
  {
    let shape = try ImageShape(height: 8, width: 8, channels: 1, bitDepth: 8)
    #expect(throws: ImageError.unsupportedQuality(found: quality)) {
      try JPEGEncoder(shape: shape, quality: quality)
    }
  }

  @Test("refuses 16-bit samples") func depth() throws {
    let shape = try ImageShape(height: 8, width: 8, channels: 1, bitDepth: 16)
    #expect(throws: ImageError.unsupportedBitDepth(found: 16)) { try JPEGEncoder(shape: shape) }
  }
}
