@testable import Kiln

/// A tar file to be written by a test, right or wrong.
struct TarSample {
  struct Member {
    var name: String
    var content: [UInt8] = []
    /// `0` a file, `5` a directory, `1` and `2` links, `x` a pax header, `L` a long name of GNU tar.
    var type: Character = "0"
    var target = ""
    var promisedByteCount: Int?

    init(
      _ name: String, _ content: [UInt8] = [], type: Character = "0", target: String = "",
      promisedByteCount: Int? = nil
    ) {
      self.name = name
      self.content = content
      self.type = type
      self.target = target
      self.promisedByteCount = promisedByteCount
    }

    var header: [UInt8] {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at place: Int) {
        for (offset, byte) in text.utf8.enumerated() { header[place + offset] = byte }
      }
      put(String(name.prefix(100)), at: 0)
      put("0000644\u{0}0000000\u{0}0000000\u{0}", at: 100)
      put(TarSample.octal(promisedByteCount ?? content.count, digits: 11), at: 124)
      put(TarSample.octal(0, digits: 11), at: 136)
      put(String(type), at: 156)
      put(target, at: 157)
      put("ustar\u{0}00", at: 257)
      return TarSample.summed(header)
    }

    var bytes: [UInt8] {
      header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
  }

  var members: [Member]
  var endMark = [UInt8](repeating: 0, count: 1024)

  init(_ members: [Member] = []) { self.members = members }

  /// The two members of a WebDataset sample: an image of one pixel, and its label.
  static func pair(_ key: String, _ pixel: UInt8, _ label: String) -> TarSample {
    let image = greyPNG(pixel, width: 1, height: 1)
    return TarSample([.init(key + ".png", image), .init(key + ".cls", Array(label.utf8))])
  }

  static func + (tar: TarSample, file: (name: String, content: [UInt8])) -> TarSample {
    TarSample(tar.members + [.init(file.name, file.content)])
  }

  static func + (first: TarSample, second: TarSample) -> TarSample {
    TarSample(first.members + second.members)
  }

  var bytes: [UInt8] { members.flatMap(\.bytes) + endMark }

  /// A member whose name stands in a pax header before it.
  static func pax(_ name: String, _ content: [UInt8]) -> [Member] {
    let record = " path=\(name)\n"
    var length = record.utf8.count + 1
    while "\(length)".utf8.count + record.utf8.count != length { length += 1 }
    return [Member("pax", Array("\(length)\(record)".utf8), type: "x"), Member("short", content)]
  }

  /// A header with its checksum made anew.
  static func summed(_ header: [UInt8]) -> [UInt8] {
    let blanks = [UInt8](repeating: 0x20, count: 8)
    let sum = (header[..<148] + blanks + header[156...]).reduce(0) { $0 + Int($1) }
    return header[..<148] + Array((octal(sum, digits: 6) + "\u{0} ").utf8) + header[156...]
  }

  private static func octal(_ value: Int, digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
