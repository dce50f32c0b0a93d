/// What every sample of a data set has in common: pixel type, shape and labels.
public struct Schema: Sendable, Equatable {
  /// The type of one pixel value.
  public var elementType: ElementType
  /// The dimensions of one sample, such as `[28, 28]`, `[32, 32, 3]` or `[784]`; empty for scalars.
  public var sampleShape: [Int]
  /// Where a three-dimensional sample keeps its channels.
  public var channelOrder: ChannelOrder
  /// How the pixel values relate to the range 0…255 of an 8-bit image.
  public var pixelScale: PixelScale
  /// What becomes of a value that the next type or image cannot hold.
  public var outOfRange: OutOfRange
  /// The label columns, or nil for images alone.
  public var labels: LabelSchema?

  /// Describes samples.
  public init(
    elementType: ElementType, sampleShape: [Int], channelOrder: ChannelOrder = .last,
    pixelScale: PixelScale = .undeclared, outOfRange: OutOfRange = .refuse, labels: LabelSchema?
  ) {
    self.elementType = elementType
    self.sampleShape = sampleShape
    self.channelOrder = channelOrder
    self.pixelScale = pixelScale
    self.outOfRange = outOfRange
    self.labels = labels
  }

  /// The largest sample that is read, as one sample must fit into memory: 8192 x 8192 RGB is 192 MiB.
  static let maximumSampleByteCount = 256 << 20

  /// The shape of samples that are labels alone.
  static let noPixels = [0]

  /// Whether there are labels alone, and no images to go with them.
  public var isLabelsAlone: Bool { sampleShape == Self.noPixels && labels != nil }

  /// Elements in one sample.
  public var sampleElementCount: Int { sampleShape.reduce(1, *) }

  /// Bytes in the pixels of one sample.
  public var sampleByteCount: Int { sampleElementCount * elementType.byteCount }

  /// Label values in one sample.
  public var labelColumnCount: Int { labels?.columns.count ?? 0 }

  /// Bytes that one sample takes in the larger part of a ``Batch``, pixels or labels.
  ///
  /// Not in both: samples whose size is a power of two should fill a batch of that kind.
  var batchByteCount: Int { max(sampleByteCount, labelColumnCount * MemoryLayout<Int64>.size) }

  /// Height, width and channels of samples that can be pictures: of shape (h, w), (h, w, c) or
  /// (c, h, w) as the channel order says.
  public var imageDimensions: (height: Int, width: Int, channels: Int)? {
    switch (sampleShape.count, channelOrder) {
    case (2, _): (sampleShape[0], sampleShape[1], 1)
    case (3, .last): (sampleShape[0], sampleShape[1], sampleShape[2])
    case (3, .first): (sampleShape[1], sampleShape[2], sampleShape[0])
    default: nil
    }
  }

  /// What a value is multiplied by to give its value in 0…255; nil where it is no pixel any more.
  var eightBitFactor: Double? {
    switch pixelScale {
    case .lost: nil
    case .factor(let factor): factor
    case .undeclared: elementType.undeclaredEightBitFactor
    }
  }

  /// The shape as text, such as `28x28`; `scalar` where there are no dimensions.
  public var shapeText: String { Self.text(sampleShape) }

  static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "x")
  }
}

/// Where a sample with three dimensions keeps its channels.
public enum ChannelOrder: String, Sendable, CaseIterable {
  /// Height, width, channels: interleaved.
  case last = "nhwc"
  /// Channels, height, width: planar.
  case first = "nchw"
}

/// How pixel values relate to the range 0…255 of an 8-bit image.
public enum PixelScale: Sendable, Equatable {
  /// Nothing is known: integers are taken as they are, floats as 0…1.
  case undeclared
  /// A value times this factor is the 8-bit value: 255 after `--scale 1/255`, 256 in LISA's pickle.
  case factor(Double)
  /// The values were standardised or converted without a scale, and no longer are pixels.
  case lost
}

extension PixelScale {
  /// The scale in manifests and caches.
  var text: String {
    switch self {
    case .undeclared: "undeclared"
    case .lost: "lost"
    case .factor(let factor): "\(factor)"
    }
  }

  /// Reads what ``text`` says; nil for anything else.
  init?(text: String) {
    switch text {
    case "undeclared": self = .undeclared
    case "lost": self = .lost
    default:
      guard let factor = Double(text), factor.isFinite, factor > 0 else { return nil }
      self = .factor(factor)
    }
  }
}

/// What becomes of a value that a type or an 8-bit image cannot hold.
public enum OutOfRange: Sendable, Equatable {
  /// The run fails and names the first such value.
  case refuse
  /// The value is brought to the nearest end of the range; what is not a number is still refused.
  case clip
}

extension ElementType {
  /// The factor to 0…255 where a source declares none: floats and truth values are 0…1, 16-bit
  /// pixels use their whole range as in a 16-bit PNG, other integers are 8-bit values.
  var undeclaredEightBitFactor: Double {
    switch self {
    case .float16, .float32, .float64, .bool: 255
    case .uint16: 1 / 257
    default: 1
    }
  }
}

/// The label columns that every sample has.
public struct LabelSchema: Sendable, Equatable {
  /// Labels have a handful of columns; more than this is an array that is taken for labels.
  static let maximumColumnCount = 4096
  /// Data sets have at most some thousands of classes; what has more labels than this has none.
  static let maximumClassCount = 1 << 16
  /// The file with the class names from 0 as a JSON list, beside pictures.
  static let classNamesFile = "classes.json"

  /// A name for each column; a plain class label has the one column `label`.
  public var columns: [String]
  /// The type that binary formats store labels in.
  public var elementType: ElementType
  /// The smallest and largest label of each column over all splits; nil where there is no sample.
  ///
  /// May be shorter than ``columns`` where a source has looked at the first ones only.
  public var ranges: [ClosedRange<Int64>?]
  /// The name of each class from 0, those of the first column; empty where none are known.
  public var classNames: [String]
  /// The same of further columns, by their names.
  public var furtherClassNames: [String: [String]] = [:]
  /// Whether the columns are the 0s and 1s of `--one-hot`.
  public var isOneHot: Bool

  /// Describes label columns.
  public init(
    columns: [String] = ["label"], elementType: ElementType = .uint8, range: ClosedRange<Int64>?,
    classNames: [String] = [], isOneHot: Bool = false
  ) {
    self.columns = columns
    self.elementType = elementType
    ranges = [range]
    self.classNames = classNames
    self.isOneHot = isOneHot
  }

  /// The smallest and largest label of the first column; nil where there is no sample.
  public var range: ClosedRange<Int64>? { ranges.first ?? nil }

  /// The range of labels where it has at most `limit` of them, nil where there are more or none.
  func range(ofAtMost limit: Int) -> ClosedRange<Int64>? {
    guard let range else { return nil }
    let (distance, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    return overflow || distance >= limit ? nil : range
  }

  /// The name of a class: the given one, or the label in decimal.
  public func className(of label: Int64) -> String {
    guard let index = Int(exactly: label), classNames.indices.contains(index) else {
      return String(label)
    }
    return classNames[index]
  }
}
