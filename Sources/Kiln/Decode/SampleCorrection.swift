/// The corrections of a data set, ready to be applied to its samples.
struct SampleCorrection: Sendable {
  private let elementByteCount: Int
  private let axes: Axes?
  private let rescale: (@Sendable ([UInt8]) -> [UInt8])?
  private let columnCount: Int
  /// What is done: corrections that these samples do not need are left out.
  let applied: Corrections

  /// Whether nothing has to be done.
  var isEmpty: Bool { axes == nil && rescale == nil && applied.labels == .fromZero }

  /// Prepares corrections.
  /// - Parameters:
  ///   - corrections: what has to be done.
  ///   - schema: what the samples are; afterwards, what they have become.
  ///   - classCount: how many classes there are.
  /// - Throws: ``UnsupportedError`` where the samples cannot be what the corrections are for.
  init(_ corrections: Corrections, of schema: inout Schema, classCount: Int? = nil) throws {
    var applied = corrections
    elementByteCount = schema.elementType.byteCount
    // What a format has interleaved itself is not planar any more.
    if schema.sampleShape.count != 3 || schema.channelOrder != .first {
      applied.channels = .declared
    }
    axes = try Self.axes(applied, &schema)
    rescale = try corrections.pixelRange.map { range in
      try Self.rescale(from: range, schema.elementType)
    }
    if let scale = corrections.pixelScale { schema.pixelScale = .factor(scale) }
    columnCount = max(1, schema.labelColumnCount)
    applied.labels = schema.labels?.correct(corrections.labels, classCount) ?? .fromZero
    self.applied = applied
  }

  /// Corrects whole samples.
  func apply(to pixels: inout [UInt8], _ labels: inout [Int64]) {
    if let axes {
      pixels = permutedSamples(
        pixels, sizes: axes.sizes, strides: axes.strides, elementByteCount: elementByteCount)
    }
    if let rescale { pixels = rescale(pixels) }
    switch applied.labels {
    case .fromZero: break
    case .fromOne:
      for index in stride(from: 0, to: labels.count, by: columnCount) { labels[index] &-= 1 }
    case .replaced(let others):
      for index in stride(from: 0, to: labels.count, by: columnCount) {
        if let other = others[labels[index]] { labels[index] = other }
      }
    }
  }

  // MARK: Pixels

  /// Where the elements of a corrected sample are in the stored one, axis by axis.
  private struct Axes {
    let sizes: [Int]
    let strides: [Int]
  }

  private static func axes(_ corrections: Corrections, _ schema: inout Schema) throws -> Axes? {
    let isTransposed = corrections.orientation == .transposed
    let isPlanar = corrections.channels == .planar
    guard isTransposed || isPlanar else { return nil }
    guard let (height, width, channels) = schema.imageDimensions else {
      throw UnsupportedError(
        "samples of shape \(schema.shapeText) are none of the images that the catalogue knows"
          + " (--raw takes them as they are)")
    }
    let isFirst = schema.sampleShape.count == 3 && schema.channelOrder == .first
    typealias Axis = (size: Int, stride: Int)
    var rows: Axis = (height, isFirst ? width : width * channels)
    var columns: Axis = (width, isFirst ? 1 : channels)
    let planes: Axis = (channels, isFirst ? height * width : 1)
    if isTransposed { swap(&rows, &columns) }
    let axes =
      schema.sampleShape.count == 2
      ? [rows, columns] : isFirst && !isPlanar ? [planes, rows, columns] : [rows, columns, planes]
    schema.sampleShape = axes.map(\.size)
    if isPlanar { schema.channelOrder = .last }
    return Axes(sizes: axes.map(\.size), strides: axes.map(\.stride))
  }

  private static func rescale(
    from range: ClosedRange<Double>, _ type: ElementType
  ) throws -> @Sendable ([UInt8]) -> [UInt8] {
    func scaled<T: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
      _: T.Type
    ) -> @Sendable ([UInt8]) -> [UInt8] {
      let (low, span) = (T(range.lowerBound), T(range.upperBound - range.lowerBound))
      return { pixels in
        withElements(of: pixels, as: T.self) { values in
          makeElements(count: values.count, of: T.self) { (values[$0] - low) / span }
        }
      }
    }
    switch type {
    case .float32: return scaled(Float.self)
    case .float64: return scaled(Double.self)
    case .float16: return scaled(Float16.self)
    default:
      throw UnsupportedError(
        "pixels of type \(type) are none that the catalogue knows (--raw takes them as they are)")
    }
  }
}

extension LabelSchema {
  /// Corrects the range of the first column.
  /// - Returns: what is left to do to each label.
  fileprivate mutating func correct(
    _ rule: Corrections.Labels, _ classCount: Int?
  ) -> Corrections.Labels {
    guard !isOneHot, let range else { return .fromZero }
    switch rule {
    case .fromZero: return .fromZero
    case .fromOne:
      // Somebody has counted from 0 already, unless 0 is no class.
      let isFromOne = range.lowerBound >= 1 || classCount.map { range.upperBound == $0 } ?? false
      // Where there are negative ones, somebody has other plans; the least of all has nothing below it.
      guard isFromOne, range.lowerBound >= 0 else { return .fromZero }
      ranges[0] = range.lowerBound - 1...range.upperBound - 1
      // A sample without a class is -1 now.
      if !elementType.holds(range.lowerBound - 1) { elementType = .smallest(for: self.range) }
    case .replaced(let others):
      guard others.keys.contains(where: range.contains) else { return .fromZero }
      var (low, high) = (range.lowerBound, range.upperBound)
      // What lies between the ends is not known to be there; a range may be too wide.
      while low < high, others[low] != nil { low += 1 }
      while high > low, others[high] != nil { high -= 1 }
      let new = others.filter { range.contains($0.key) }.map(\.value)
      let kept = others[low] == nil ? [low, high] : []
      ranges[0] = (new + kept).reduce(new[0]...new[0]) {
        min($0.lowerBound, $1)...max($0.upperBound, $1)
      }
    }
    return rule
  }
}
