/// The corrections of a data set, ready to be applied to its samples.
struct SampleCorrection: Sendable {
  private let elementByteCount: Int
  private let permutation: Permutation?
  private let rescale: (@Sendable ([UInt8]) -> [UInt8])?
  private let columnCount: Int
  /// What is done: corrections that these samples do not need are left out.
  let applied: Corrections

  /// Whether nothing has to be done.
  var isEmpty: Bool { permutation == nil && rescale == nil && applied.labels == .fromZero }

  /// Prepares corrections.
  /// - Parameters:
  ///   - corrections: what has to be done.
  ///   - schema: what the samples are; afterwards, what they have become.
  /// - Throws: ``UnsupportedError`` where the samples cannot be what the corrections are for.
  init(_ corrections: Corrections, of schema: inout Schema) throws {
    var applied = corrections
    elementByteCount = schema.elementType.byteCount
    // What a format has interleaved itself is not planar any more.
    if schema.sampleShape.count != 3 || schema.channelOrder != .first {
      applied.channels = .declared
    }
    permutation = try Self.permutation(applied, &schema)
    rescale = try corrections.pixelRange.map { range in
      try Self.rescale(from: range, schema.elementType)
    }
    if let scale = corrections.pixelScale { schema.pixelScale = .factor(scale) }
    columnCount = max(1, schema.labelColumnCount)
    applied.labels = schema.labels?.correct(corrections.labels) ?? .fromZero
    self.applied = applied
  }

  /// Corrects whole samples.
  func apply(to pixels: inout [UInt8], _ labels: inout [Int64]) {
    if let permutation {
      pixels = permutation.applied(to: pixels, elementByteCount: elementByteCount)
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

  private static func permutation(
    _ corrections: Corrections, _ schema: inout Schema
  ) throws -> Permutation? {
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
    let axes = isFirst && !isPlanar ? [planes, rows, columns] : [rows, columns, planes]
    if schema.sampleShape.count == 2 {
      schema.sampleShape = [rows.size, columns.size]
      // The innermost loop is the longest, then.
      return Permutation(
        sizes: (1, rows.size, columns.size), strides: (0, rows.stride, columns.stride))
    }
    schema.sampleShape = axes.map(\.size)
    if isPlanar { schema.channelOrder = .last }
    return Permutation(
      sizes: (axes[0].size, axes[1].size, axes[2].size),
      strides: (axes[0].stride, axes[1].stride, axes[2].stride))
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
  fileprivate mutating func correct(_ rule: Corrections.Labels) -> Corrections.Labels {
    guard !isOneHot, let range else { return .fromZero }
    switch rule {
    case .fromZero: return .fromZero
    case .fromOne:
      // Somebody has counted from 0 already.
      guard range.lowerBound >= 1 else { return .fromZero }
      ranges[0] = range.lowerBound - 1...range.upperBound - 1
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
