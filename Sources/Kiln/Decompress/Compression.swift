// What a compressed file begins with:
//
//   gzip   1f 8b                          RFC 1952
//   xz     fd 37 7a 58 5a 00              https://tukaani.org/xz/xz-file-format.txt
//   bz2    "BZh", '1'...'9', then 31 41 59 26 53 59 (a block) or 17 72 45 38 50 90 (no block)
//   zstd   28 b5 2f fd, or a skippable frame: 5x 2a 4d 18, RFC 8878
//   lz4    04 22 4d 18                    https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md

/// A way in which a whole file is compressed, found from its first bytes.
enum Compression: String, Sendable, CaseIterable {
  case gzip, xz
  case bzip2 = "bz2"
  case zstd, lz4

  /// How many first bytes tell.
  static let markByteCount = 10

  /// The compression of a file that begins with these bytes; nil where it is none of ours.
  static func detect(_ start: [UInt8]) -> Compression? {
    if start.starts(with: GzipStream.magic) { return .gzip }
    if start.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
    if isBzip2(start) { return .bzip2 }
    if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
    if start.starts(with: [0x04, 0x22, 0x4D, 0x18]) { return .lz4 }
    // lz4 knows skippable frames too, but only zstd's tools begin files with them.
    let isSkippable = start.first.map { $0 >> 4 == 5 } ?? false
    return isSkippable && start.dropFirst().starts(with: [0x2A, 0x4D, 0x18]) ? .zstd : nil
  }

  private static func isBzip2(_ start: [UInt8]) -> Bool {
    guard start.count >= markByteCount, start.starts(with: Array("BZh".utf8)),
      (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(start[3])
    else { return false }
    let mark = start[4..<10]
    return mark.elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
      || mark.elementsEqual([0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
  }

  /// The decompressed bytes of a stream; what is wrong with it shows when it is read.
  func decompress(_ input: any ByteStream) -> any ByteStream {
    switch self {
    case .gzip: GzipStream(input)
    case .xz, .bzip2, .zstd, .lz4: FilterStream(input, self)
    }
  }
}
