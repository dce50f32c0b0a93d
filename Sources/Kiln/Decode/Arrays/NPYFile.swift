/// One `.npy` file, wherever it lies.
enum NPYFile {
  /// Whether the content begins as `.npy`, packed or not.
  static func isNPY(_ file: Resource) -> Bool {
    // What cannot be unpacked is reported when something is known about it.
    NPYContents.isMagic((try? file.start(NPYContents.magic.count)) ?? [])
  }

  /// Whether a name is that of an array.
  static func isName(_ name: String) -> Bool { stem(of: name) != name }

  /// A file's name without `.npy` and what it is packed with; the name itself where it has no `.npy`.
  static func stem(of name: String) -> String {
    let unpacked = Compression.unpackedName(name)
    return unpacked.lowercased().hasSuffix(".npy") ? String(unpacked.dropLast(4)) : name
  }

  /// Reads the header; elements are read in place where they can be, and else streamed.
  /// - Throws: ``StageError`` that names the array.
  static func array(in file: Resource, named name: String) throws -> SampleArray {
    let content: SampleArray.Content = try at(.decode, name) {
      let header = try NPYContents(parsing: try file.open())
      if let map = try file.map() {
        try check(map.byteCount, header)
        return .array(
          try NumericArray(
            header.elementType, header.byteOrder, shape: header.shape, order: header.order,
            in: .mapped(map), at: header.dataOffset))
      }
      try file.checkPromise(byteCount: header.dataByteCount)
      if header.order == .rowMajor || header.shape.count <= 1 {
        return .stream(
          SampleArray.Stream(
            header.elementType, header.byteOrder, storedShape: header.shape, of: file,
            behind: header.dataOffset))
      }
      return .array(try whole(file, header))
    }
    return try SampleArray(name, content, of: file)
  }

  /// Columns behind one another can only be turned into rows when all are there.
  private static func whole(_ file: Resource, _ header: NPYContents) throws -> NumericArray {
    guard header.dataByteCount <= SampleArray.maximumWholeByteCount else {
      throw ArrayError.mustBeWhole(byteCount: header.dataByteCount)
    }
    let stream = try file.open()
    _ = try stream.read(header.dataOffset)
    let bytes = try stream.read(header.dataByteCount)
    try check(header.dataOffset + bytes.count + (try stream.read(1)).count, header)
    return try NumericArray(
      header.elementType, header.byteOrder, shape: header.shape, order: header.order,
      in: .owned(bytes))
  }

  private static func check(_ byteCount: Int, _ header: NPYContents) throws(ArrayError) {
    try NumericArray.checkLength(
      ofFile: byteCount, header: header.dataOffset, data: header.dataByteCount, header.shape)
  }
}
