/// The images of a directory or archive, listed and indexed, with what it takes to read them.
struct FolderImages: Sendable {
  let listing: ImageFolderListing
  let index: ImageFolderIndex
  let target: ImageTarget
  /// An image that has the target's shape.
  let example: Int
  let contents: ImageContents
  private let readers = ReusePool { ImageFileReader() }

  init(
    _ listing: ImageFolderListing, _ index: ImageFolderIndex, _ target: ImageTarget, example: Int,
    _ contents: ImageContents
  ) {
    self.listing = listing
    self.index = index
    self.target = target
    self.example = example
    self.contents = contents
  }

  /// Reads and decodes consecutive samples of a split.
  /// - Parameters:
  ///   - samples: which.
  ///   - split: of which split.
  ///   - look: sees each file before it is decoded.
  /// - Returns: pixels and labels as in a ``Batch``.
  /// - Throws: ``StageError`` that names the file, ``FileError``.
  func decode(
    _ samples: Range<Int>, ofSplit split: Int, _ look: (ImageFileReader, Span<UInt8>) -> Void
  ) throws -> (pixels: [UInt8], labels: [Int64]) {
    let files = index.splits[split].files
    return try decode(samples, files) { file, reader, buffer, output in
      let byteCount = try contents.read(file, of: listing, into: &buffer)
      let content = buffer.span.extracting(0..<byteCount)
      look(reader, content)
      try append(content, file, reader, to: &output)
    }
  }

  /// Puts together pixels and labels of samples.
  /// - Parameters:
  ///   - samples: which.
  ///   - files: the files of their split.
  ///   - body: appends the pixels of a file.
  /// - Returns: pixels and labels as in a ``Batch``.
  /// - Throws: what `body` throws.
  func decode(
    _ samples: Range<Int>, _ files: ImageFolderIndex.Files,
    _ body: (Int, ImageFileReader, inout [UInt8], inout ByteCursor) throws -> Void
  ) throws -> (pixels: [UInt8], labels: [Int64]) {
    let pixels = try readers.with { reader in
      var buffer: [UInt8] = []
      swap(&buffer, &reader.buffer)
      defer { reader.buffer = buffer }
      return try makeBytes(capacity: samples.count * target.shape.byteCount) { output in
        for sample in samples { try body(files[sample], reader, &buffer, &output) }
      }
    }
    guard index.isLabelled else { return (pixels, []) }
    return (pixels, samples.map { index.label(of: files[$0], in: listing) })
  }

  /// Appends the pixels of a file's content.
  /// - Throws: ``StageError`` that names the file.
  func append(
    _ content: Span<UInt8>, _ file: Int, _ reader: ImageFileReader, to output: inout ByteCursor
  ) throws {
    do {
      try reader.append(content, as: target, to: &output)
    } catch let difference as ImageDifference {
      throw StageError(
        .decode, file: contents.name(of: file, in: listing),
        UnsupportedError(
          difference.description(expectedIn: contents.name(of: example, in: listing))))
    } catch {
      throw StageError(.decode, file: contents.name(of: file, in: listing), error)
    }
  }
}
