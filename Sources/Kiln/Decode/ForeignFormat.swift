/// Formats of data sets and archives that Kiln does not read, told apart by how their files begin.
enum ForeignFormat: String, CaseIterable {
  case hdf5 = "HDF5"
  case parquet = "Parquet"
  case arrow = "Arrow"
  case arff = "ARFF"
  case sevenZip = "a 7z archive"
  case rar = "a RAR archive"

  /// Bytes that are enough to tell.
  static let startByteCount = 16

  /// The format of a file that begins so; nil where it is none of these.
  init?(beginning start: [UInt8]) {
    let small = start.map { (65...90).contains($0) ? $0 + 32 : $0 }
    let format = Self.allCases.first {
      $0 == .arff ? small.starts(with: $0.magic) : start.starts(with: $0.magic)
    }
    guard let format else { return nil }
    self = format
  }

  private var magic: [UInt8] {
    switch self {
    case .hdf5: [0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A]
    case .parquet: Array("PAR1".utf8)
    case .arrow: Array("ARROW1".utf8)
    case .arff: Array("@relation".utf8)
    case .sevenZip: Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C]
    case .rar: Array("Rar!".utf8) + [0x1A, 0x07]
    }
  }

  /// What it is, and what makes something of it that Kiln reads.
  var reason: UnsupportedError {
    let remedy =
      switch self {
      case .hdf5: "save its arrays with numpy.savez"
      case .parquet, .arrow: "write its images as files, or its rows of numbers as a CSV table"
      case .arff: "save it as a CSV table"
      case .sevenZip, .rar: "unpack it"
      }
    return UnsupportedError("is \(rawValue), which Kiln does not read (\(remedy))")
  }
}
