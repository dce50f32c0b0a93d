import CZlib

@testable import Kiln

/// A variable of a MAT-file, to be written by a test.
struct MATSample {
  var name: String
  var dimensions: [Int]
  /// The number of the class, such as 9 for uint8.
  var kind: UInt8 = 9
  /// The number of the type that the data is stored as, such as 2 for uint8.
  var type: UInt32 = 2
  var data: [UInt8]
  var isCompressed = false
  var order = ByteOrder.little

  private func word(_ value: UInt32) -> [UInt8] {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return order == .little ? bytes : bytes.reversed()
  }

  private func element(_ type: UInt32, _ data: [UInt8]) -> [UInt8] {
    if data.count <= 4, !data.isEmpty {
      let small = word(type | UInt32(data.count) << 16)
      return small + data + [UInt8](repeating: 0, count: 4 - data.count)
    }
    return word(type) + word(UInt32(data.count)) + data
      + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
  }

  /// The element, with its tag.
  var bytes: [UInt8] {
    let body =
      element(6, word(UInt32(kind)) + word(0))
      + element(5, dimensions.flatMap { word(UInt32($0)) }) + element(1, Array(name.utf8))
      + element(type, data)
    let matrix = word(14) + word(UInt32(body.count)) + body
    guard isCompressed else { return matrix }
    let packed = zlib(matrix)
    return word(15) + word(UInt32(packed.count)) + packed
  }

  /// A file of variables, all of the order of the first.
  static func file(_ variables: [MATSample]) -> [UInt8] {
    let text = Array("MATLAB 5.0 MAT-file, made by a test".utf8)
    let isBig = variables.first?.order == .big
    return text + [UInt8](repeating: 0x20, count: 124 - text.count)
      + (isBig ? [1, 0, 0x4D, 0x49] : [0, 1, 0x49, 0x4D]) + variables.flatMap(\.bytes)
  }
}

/// A zlib stream.
func zlib(_ content: [UInt8]) -> [UInt8] {
  var size = compressBound(uLong(content.count))
  return makeBytes(capacity: Int(size)) { cursor in
    // zlib reads the array and writes within the room, both for the length of the call.
    unsafe cursor.append(byCodec: { room in
      let status = unsafe compress2(room.baseAddress, &size, content, uLong(content.count), 6)
      return status == Z_OK ? Int(size) : 0
    })
  }
}
