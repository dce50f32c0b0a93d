@testable import Kiln

/// A tar file to be written by a test.
struct ShardSample {
  /// Members by name; a `type` other than 0 is for what is no file.
  var members: [(name: String, type: Character, data: [UInt8])] = []

  static func + (tar: ShardSample, member: (name: String, data: [UInt8])) -> ShardSample {
    ShardSample(members: tar.members + [(member.name, "0", member.data)])
  }

  /// A sample of one pixel.
  static func pair(_ key: String, _ pixel: UInt8, _ label: String) throws -> ShardSample {
    let shape = try ImageShape(height: 1, width: 1, channels: 1, bitDepth: 8)
    return ShardSample() + (key + ".png", try encodePNG([pixel], shape, .small))
      + (key + ".cls", Array(label.utf8))
  }

  static func + (first: ShardSample, second: ShardSample) -> ShardSample {
    ShardSample(members: first.members + second.members)
  }

  var bytes: [UInt8] { body + TarHeader.end }

  var body: [UInt8] {
    members.flatMap { name, type, data in
      var header = TarHeader()
      var block = makeBytes(capacity: 512) {
        header.append(name: Array(name.utf8), byteCount: data.count, to: &$0)
      }
      block[156] = type.asciiValue ?? 0
      return Self.summed(block) + data
        + [UInt8](repeating: 0, count: TarHeader.padding(of: data.count))
    }
  }

  /// A header with its checksum made anew.
  static func summed(_ block: [UInt8]) -> [UInt8] {
    var block = block
    for index in 148..<156 { block[index] = 0x20 }
    let sum = block.reduce(0) { $0 + Int($1) }
    for index in 0..<6 { block[148 + index] = 0x30 + UInt8(sum >> (15 - 3 * index) & 7) }
    block[154] = 0
    return block
  }
}
