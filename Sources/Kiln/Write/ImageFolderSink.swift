import Synchronization

extension SinkFormat {
  /// `png=DIR`: one PNG file a sample.
  public static let png = SinkFormat(
    name: "png", summary: "one PNG file a sample: DIR/SPLIT/LABEL/INDEX.png, and classes.json",
    output: .directory,
    options: [
      PNGLevel.option,
      FolderPicture.templateOption,
    ],
    check: { try FolderPicture.png.check($0, $1) },
    open: { request in
      let level = PNGLevel(request.options)
      return try ImageFolderSink(request, .png) { shape, firstPixels in
        switch level {
        case .small: return { try PNGEncoder(shape: shape, compression: .small) }
        case .fast:
          let tables = try PNGHuffmanTables(sampling: firstPixels.span, shape: shape)
          return { try PNGEncoder(shape: shape, compression: .fast(tables)) }
        }
      }
    })

  /// `jpeg=DIR`: one JPEG file a sample.
  public static let jpeg = SinkFormat(
    name: "jpeg", summary: "one JPEG file a sample: DIR/SPLIT/LABEL/INDEX.jpg (lossy)",
    output: .directory,
    options: [
      Option(
        flag: "jpeg-quality", key: "quality", kind: .integer(1...100),
        defaultValue: String(JPEGEncoder.defaultQuality), summary: "1 (small) to 100 (faithful)"),
      FolderPicture.templateOption,
    ],
    check: { try FolderPicture.jpeg.check($0, $1) },
    open: { request in
      let quality = request.options.integer("quality")
      return try ImageFolderSink(request, .jpeg) { shape, _ in
        { try JPEGEncoder(shape: shape, quality: quality) }
      }
    })
}

extension PNGLevel {
  /// The setting of every sink that writes PNG.
  static let option = Option(
    flag: "png-level", key: "level", kind: .choice(allCases.map(\.rawValue)),
    defaultValue: PNGLevel.fast.rawValue,
    summary: "fast: a microsecond an image; small: a quarter smaller, 30 times slower")

  init(_ options: OptionValues) {
    self = options.text("level").flatMap(PNGLevel.init) ?? .fast
  }
}

/// What the pictures of a folder are.
private struct FolderPicture {
  /// The endings of their names, the usual one first.
  let fileExtensions: [String]
  let allows16Bit: Bool
  let isLossless: Bool

  static let png = FolderPicture(fileExtensions: ["png"], allows16Bit: true, isLossless: true)
  static let jpeg = FolderPicture(
    fileExtensions: ["jpg", "jpeg"], allows16Bit: false, isLossless: false)

  static let templateOption = Option(
    flag: "folder-template", key: "template", kind: .text, defaultValue: nil,
    summary: "path of each image, from {split} {label} {class} {index} {digest}, {index:06}")

  func template(_ options: OptionValues) throws(UsageError) -> FolderTemplate {
    try FolderTemplate(
      parsing: options.text("template") ?? FolderTemplate.usualText(fileExtensions[0]))
  }

  func pixels(_ dataset: Dataset) throws -> ImagePixels {
    try ImagePixels(dataset.schema, allows16Bit: allows16Bit)
  }

  func check(_ dataset: Dataset, _ options: OptionValues) throws {
    _ = try pixels(dataset)
    try template(options).check(dataset, fileExtensions: fileExtensions)
  }
}

/// One image file for each sample, in folders; files are created by all workers at once.
private final class ImageFolderSink: Sink {
  typealias MakeEncoder = @Sendable () throws -> any ImageEncoder

  /// Directories that are kept open; a data set with more classes pays a path walk for each file.
  private static let maximumOpenDirectories = 256

  private let pixels: ImagePixels
  private let paths: FolderPaths
  private let root: DirectoryHandle
  /// Open directories by name; empty where there are too many.
  private let directories: [String: DirectoryHandle]
  private let usesDigest: Bool
  private let sharesDuplicates: Bool
  private let losesLabels: Bool
  let keepsPixels: Bool
  private let output: StagedOutput
  private let classes: ClassesFile?
  private let prepare: @Sendable (ImageShape, [UInt8]) throws -> MakeEncoder
  private let encoders = Locked<ReusePool<any ImageEncoder>?>(nil)
  private let fileCount = Atomic<Int>(0)
  private let byteCount = Atomic<Int>(0)
  private let duplicateCount = Atomic<Int>(0)

  init(
    _ request: SinkRequest, _ picture: FolderPicture,
    prepare: @escaping @Sendable (ImageShape, [UInt8]) throws -> MakeEncoder
  ) throws {
    let template = try picture.template(request.options)
    pixels = try picture.pixels(request.dataset)
    paths = FolderPaths(template, request.dataset)
    usesDigest = template.uses(.digest)
    sharesDuplicates = template.sharesDuplicates
    losesLabels = request.dataset.schema.labels != nil && !template.keepsLabels
    // A digest is that of pixels and labels.
    keepsPixels = picture.isLossless && pixels.isLossless && !losesLabels
    output = request.output
    self.prepare = prepare
    classes = ClassesFile(request.dataset.schema)
    let root = try request.output.openRoot()
    self.root = root
    let names = paths.directories ?? []
    for name in names where !name.isEmpty { try root.makeDirectories(name) }
    let room = min(Self.maximumOpenDirectories, DirectoryHandle.openFileLimit / 4)
    directories =
      names.count > room
      ? [:]
      : Dictionary(
        uniqueKeysWithValues: try names.map { name in
          (name, name.isEmpty ? root : try root.openDirectory(name))
        })
  }

  func begin(_ first: Batch) throws {
    let make = try prepare(pixels.shape, try pixels.convert(first))
    encoders.withLock { $0 = ReusePool(make) }
  }

  func write(_ batch: Batch) throws -> OrderedStep? {
    guard let encoders = encoders.withLock({ $0 }) else {
      preconditionFailure("write(_:) before begin(_:)")
    }
    let images = try pixels.convert(batch)
    let sampleByteCount = batch.sampleByteCount
    var folder = Folder(split: batch.split)
    var (path, bytes, created): ([UInt8], Int, Int) = ([], 0, 0)
    try encoders.with { encoder in
      try encoder.encodeAll(images.span, imageByteCount: pixels.shape.byteCount) { position, file in
        let label = batch.labels.isEmpty ? 0 : batch.labels[position]
        let digest = usesDigest ? Self.digest(batch, position, sampleByteCount) : []
        let directory = directory(label, &folder)
        path.removeAll(keepingCapacity: true)
        paths.append(
          split: batch.split, index: batch.firstIndex + position, label: label, digest: digest,
          inDirectory: directory != nil, to: &path)
        if try create(path, file, in: directory, sample: batch.firstIndex + position) {
          bytes += file.count
          created += 1
        }
      }
    }
    fileCount.add(created, ordering: .relaxed)
    byteCount.add(bytes, ordering: .relaxed)
    return nil
  }

  /// The open directories of one split by label, looked up by name once each.
  private struct Folder {
    let split: Int
    var known: [Int64: DirectoryHandle] = [:]
  }

  private func directory(_ label: Int64, _ folder: inout Folder) -> DirectoryHandle? {
    if directories.isEmpty { return nil }
    if let known = folder.known[label] { return known }
    let found = paths.directory(split: folder.split, label: label).flatMap { directories[$0] }
    folder.known[label] = found
    return found
  }

  private static func digest(_ batch: Batch, _ position: Int, _ byteCount: Int) -> [UInt8] {
    var hash = SHA256()
    hash.update(
      batch.pixels.span.extracting(position * byteCount..<(position + 1) * byteCount))
    return Array(hexadecimal(hash.finish()).utf8.prefix(FolderPaths.digestLength))
  }

  /// Creates a file; false where an equal picture has that path already.
  private func create(
    _ path: [UInt8], _ content: Span<UInt8>, in directory: DirectoryHandle?, sample: Int
  ) throws -> Bool {
    var result = try (directory ?? root).createFile(path.span, content)
    if result == .directoryMissing {
      let name = String(decoding: path.dropLast(), as: UTF8.self)
      try root.makeDirectories(Path.directory(of: name))
      result = try root.createFile(path.span, content)
    }
    switch result {
    case .created: return true
    case .exists where sharesDuplicates:
      duplicateCount.add(1, ordering: .relaxed)
      return false
    case .exists, .directoryMissing:
      let name = String(decoding: path.dropLast(), as: UTF8.self)
      throw SampleError(
        index: sample, reason: "\(name) exists already (do names differ in case only?)")
    }
  }

  func finish(_ summary: RunSummary) throws -> SinkReport {
    let classesByteCount = try classes?.write(to: output) ?? 0
    let duplicates = duplicateCount.load(ordering: .relaxed)
    var report = SinkReport(
      fileCount: fileCount.load(ordering: .relaxed) + (classes == nil ? 0 : 1),
      byteCount: byteCount.load(ordering: .relaxed) + classesByteCount,
      duplicateCount: duplicates,
      isLossless: keepsPixels && duplicates == 0)
    if losesLabels {
      report.remarks = ["labels are not written: the template has neither {label} nor {class}"]
    }
    return report
  }
}
