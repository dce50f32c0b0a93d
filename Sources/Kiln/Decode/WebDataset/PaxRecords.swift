/// The lines of a pax header that change how the next member is read.
struct PaxRecords {
  var path: [UInt8]?
  var byteCount: Int?

  init(parsing text: [UInt8]) throws(TarError) {
    var rest = text[...]
    while let space = rest.firstIndex(of: 0x20) {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      else { throw .damagedRecords }
      let line = rest[space + 1..<rest.startIndex + length].dropLast()
      rest = rest.dropFirst(length)
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { throw .damagedRecords }
      let value = Array(line[(equals + 1)...])
      switch String(decoding: line[..<equals], as: UTF8.self) {
      case "path": path = value
      case "size":
        guard let size = Int(String(decoding: value, as: UTF8.self)), size >= 0 else {
          throw .damagedRecords
        }
        byteCount = size
      case let key where key.hasPrefix("GNU.sparse."): throw .sparse("")
      default: break
      }
    }
  }
}
