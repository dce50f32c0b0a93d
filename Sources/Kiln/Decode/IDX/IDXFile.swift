/// One IDX file, wherever it lies: its elements are streamed.
enum IDXFile {
  /// Whether the content begins as IDX, packed or not.
  static func isIDX(_ file: Resource) -> Bool {
    // What cannot be unpacked is no IDX file, or one whose damage is reported when it is read by name.
    IDXHeader.isMagic((try? file.start(4)) ?? [])
  }

  /// Reads the header.
  /// - Throws: ``StageError`` that names the file.
  static func array(in file: Resource) throws -> SampleArray {
    let stream = try at(.decode, file.name) {
      let header = try IDXHeader(parsing: try file.open())
      // A damaged size is told as such, and not as a file that is cut short.
      try SampleArray.check(header.elementType, header.dimensions)
      if let byteCount = try file.knownByteCount() {
        try NumericArray.checkLength(
          ofFile: byteCount, header: header.byteCount, data: header.dataByteCount, header.dimensions
        )
      } else {
        try file.checkPromise(byteCount: header.dataByteCount)
      }
      return SampleArray.Stream(
        header.elementType, .big, storedShape: header.dimensions, of: file,
        behind: header.byteCount)
    }
    return try SampleArray(file.name, .stream(stream), of: file)
  }
}
