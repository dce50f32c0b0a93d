/// Bytes without a header, whose length says how many samples there are.
enum PlainArray {
  /// - Throws: ``StageError`` where the file has not whole samples.
  static func open(_ file: Resource, sampleShape: [Int]) throws -> SampleArray {
    let content: SampleArray.Content = try at(.decode, file.name) {
      let byteCount = try file.countBytes()
      let sampleByteCount = sampleShape.reduce(1, *)
      guard byteCount % sampleByteCount == 0 else {
        throw UnsupportedError(
          "has \(byteCount) bytes, expected a multiple of \(sampleByteCount), the size of a sample"
            + " (file cut short?)")
      }
      let shape = [byteCount / sampleByteCount] + sampleShape
      if let map = try file.map() {
        return .array(try NumericArray(.uint8, shape: shape, in: .mapped(map)))
      }
      return .stream(
        SampleArray.Stream(.uint8, storedShape: shape) { try file.open(digestingOn: $0) })
    }
    return try SampleArray(file.name, content, of: file)
  }
}
