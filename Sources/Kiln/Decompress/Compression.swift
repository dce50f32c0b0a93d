// What a packed file begins with:
//
//   gzip   1f 8b                          RFC 1952
//   xz     fd 37 7a 58 5a 00              https://tukaani.org/xz/xz-file-format.txt
//   bz2    "BZh", '1'...'9', then 31 41 59 26 53 59 (a block) or 17 72 45 38 50 90 (no block)
//   zstd   28 b5 2f fd, or a skippable frame: 5x 2a 4d 18, RFC 8878
//   lz4    04 22 4d 18                    https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md

/// A way in which the bytes of a file are packed, known from how they begin.
enum Compression: String, Sendable, CaseIterable {
  case gzip, xz
  case bzip2 = "bz2"
  case zstd, lz4

  /// How many bytes must be at hand to tell.
  static let magicByteCount = 10

  /// The compression that these bytes begin, or nil where they begin none.
  init?(beginning bytes: [UInt8]) {
    guard let found = Self.allCases.first(where: { $0.isBegun(by: bytes) }) else { return nil }
    self = found
  }

  private func isBegun(by bytes: [UInt8]) -> Bool {
    switch self {
    case .gzip: bytes.starts(with: GzipStream.magic)
    case .xz: bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])
    case .bzip2: Self.isBzip2(bytes)
    // lz4 knows skippable frames too, but only zstd's tools begin files with them.
    case .zstd:
      bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        || (bytes.first.map { $0 >> 4 == 5 } ?? false)
          && bytes.dropFirst().starts(with: [0x2A, 0x4D, 0x18])
    case .lz4: bytes.starts(with: [0x04, 0x22, 0x4D, 0x18])
    }
  }

  private static func isBzip2(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= magicByteCount, bytes.starts(with: Array("BZh".utf8)),
      (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(bytes[3])
    else { return false }
    let mark = bytes[4..<10]
    return mark.elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
      || mark.elementsEqual([0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
  }

  /// How the names of such files end.
  private var ending: String {
    switch self {
    case .gzip: ".gz"
    case .xz: ".xz"
    case .bzip2: ".bz2"
    case .zstd: ".zst"
    case .lz4: ".lz4"
    }
  }

  /// A file's name without the ending that says how it is packed; all of it where nothing does.
  static func unpackedName(_ name: String) -> Substring {
    let lowercase = name.lowercased()
    let ending = allCases.first { lowercase.hasSuffix($0.ending) }?.ending ?? ""
    return name.dropLast(ending.count)
  }

  /// Unpacks a stream; what is wrong with it shows when it is read.
  func unpack(_ stream: any ByteStream) -> any ByteStream {
    switch self {
    case .gzip: GzipStream(stream)
    case .xz, .bzip2, .zstd, .lz4: FilterStream(stream, self)
    }
  }
}
