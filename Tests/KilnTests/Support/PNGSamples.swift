import CZlib

@testable import Kiln

/// A PNG file to be written by a test, as its chunks.
struct PNGSample {
  var width: Int
  var height: Int
  var depth: UInt8 = 8
  /// 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha.
  var colorType: UInt8 = 0
  var interlace: UInt8 = 0
  /// Rows without filter bytes.
  var rows: [UInt8]
  /// The filter of each row, repeated from the first.
  var filters: [UInt8] = [0]
  /// Chunks between IHDR and IDAT.
  var before: [(type: String, data: [UInt8])] = []
  /// IDAT chunks of at most so many bytes.
  var dataByteCount = Int.max
  /// Changes the zlib stream.
  var damage: ([UInt8]) -> [UInt8] = { $0 }

  /// Noise of a colour type.
  static func noise(
    _ width: Int, _ height: Int, depth: UInt8 = 8, colorType: UInt8 = 0, seed: UInt64 = 3
  ) -> PNGSample {
    var generator = SeededGenerator(seed: seed)
    var sample = PNGSample(
      width: width, height: height, depth: depth, colorType: colorType, rows: [])
    sample.rows = generator.bytes(sample.rowByteCount * height)
    return sample
  }

  private var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][Int(colorType)] ?? 1 }
  var rowByteCount: Int { (width * channels * Int(depth) + 7) / 8 }
  private var pixelByteCount: Int { max(1, channels * Int(depth) / 8) }

  var bytes: [UInt8] {
    let header =
      bigEndian([UInt32(width), UInt32(height)]) + [depth, colorType, 0, 0, interlace]
    var file = PNGReader.signature + Self.chunk("IHDR", header)
    for (type, data) in before { file += Self.chunk(type, data) }
    let stream = damage(Self.zlib(filtered))
    var start = 0
    repeat {
      let end = stream.count - start > dataByteCount ? start + dataByteCount : stream.count
      file += Self.chunk("IDAT", Array(stream[start..<end]))
      start = end
    } while start < stream.count
    return file + Self.chunk("IEND", [])
  }

  private var filtered: [UInt8] {
    var lines: [UInt8] = []
    for row in 0..<height {
      let filter = filters[row % filters.count]
      lines.append(filter)
      for index in 0..<rowByteCount {
        let place = row * rowByteCount + index
        let left = index < pixelByteCount ? 0 : Int(rows[place - pixelByteCount])
        let above = row == 0 ? 0 : Int(rows[place - rowByteCount])
        let corner =
          row == 0 || index < pixelByteCount ? 0 : Int(rows[place - rowByteCount - pixelByteCount])
        let prediction =
          switch filter {
          case 1: left
          case 2: above
          case 3: (left + above) / 2
          case 4: Self.paeth(left, above, corner)
          default: 0
          }
        lines.append(rows[place] &- UInt8(truncatingIfNeeded: prediction))
      }
    }
    return lines
  }

  /// As the specification words it.
  private static func paeth(_ left: Int, _ above: Int, _ corner: Int) -> Int {
    let estimate = left + above - corner
    let (a, b, c) = (abs(estimate - left), abs(estimate - above), abs(estimate - corner))
    if a <= b && a <= c { return left }
    return b <= c ? above : corner
  }

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian([UInt32(data.count)]) + body + bigEndian([slowCRC32(body)])
  }

  static func zlib(_ content: [UInt8]) -> [UInt8] {
    var size = compressBound(uLong(content.count))
    return makeBytes(capacity: Int(size)) { cursor in
      // zlib reads the array and writes within the room, both for the length of the call.
      unsafe cursor.append(byCodec: { room in
        let status = unsafe compress2(room.baseAddress, &size, content, uLong(content.count), 6)
        return status == Z_OK ? Int(size) : 0
      })
    }
  }
}

/// A grey PNG file of one value.
func greyPNG(_ value: UInt8, width: Int = 3, height: Int = 2) -> [UInt8] {
  PNGSample(
    width: width, height: height, rows: Array(repeating: value, count: width * height)
  ).bytes
}
