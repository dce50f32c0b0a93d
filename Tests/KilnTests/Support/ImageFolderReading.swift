@testable import Kiln

/// A suite that writes folders of images and reads them.
protocol ImageFolderReading {}

extension ImageFolderReading {
  /// Writes an image at each path, of the value of its position.
  func fill(_ root: String, _ paths: [String]) throws {
    for (position, path) in paths.enumerated() {
      try makeDirectory(Path.directory(of: root + "/" + path))
      try write(greyPNG(UInt8(position)), to: root + "/" + path)
    }
  }

  func open(
    _ root: String, classNames: [String]? = nil, _ settings: [String: String] = [:]
  ) throws -> any Source {
    try SourceFormat.open(
      SourceRequest(paths: [root], classNames: classNames, settings: settings)
    ).source
  }

  /// The first pixel and the label of each sample of a split.
  func samples(_ source: any Source, split: Int = 0) throws -> [String] {
    let (pixels, labels) = try readAll(source, split: split)
    let byteCount = source.dataset.schema.sampleByteCount
    return (0..<source.dataset.splits[split].count).map { index in
      "\(pixels[index * byteCount])" + (labels.isEmpty ? "" : ":\(labels[index])")
    }
  }
}
