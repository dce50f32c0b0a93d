/// What will be read and what it becomes, known before the first sample is read.
public struct Plan: Sendable, Equatable {
  /// A split of the output: a range of samples of one split of the source.
  public struct Part: Sendable, Equatable {
    /// The split's name in the output.
    public var name: String
    /// The position of the split in the source.
    public var sourceSplit: Int
    /// The samples that are taken.
    public var range: Range<Int>

    /// Takes a range of samples of a split.
    public init(name: String, sourceSplit: Int, range: Range<Int>) {
      self.name = name
      self.sourceSplit = sourceSplit
      self.range = range
    }
  }

  /// What the samples are after the conversions so far.
  public var schema: Schema
  /// The splits of the output, in order.
  public var parts: [Part]

  /// Takes everything as it is.
  public init(_ dataset: Dataset) {
    schema = dataset.schema
    parts = dataset.splits.enumerated().map { position, split in
      Part(name: split.name, sourceSplit: position, range: 0..<split.count)
    }
  }

  /// What the sinks will see.
  public var dataset: Dataset {
    Dataset(schema: schema, splits: parts.map { Split(name: $0.name, count: $0.range.count) })
  }
}

/// Changes the samples of one batch in place; called for several batches at once.
public typealias BatchStep = @Sendable (inout Batch) throws -> Void

/// A change of a data set on its way from source to sinks.
public protocol Conversion: Sendable {
  /// Declares what holds for the whole run, wherever in the order this conversion stands.
  ///
  /// Called for all conversions before any of them prepares; most declare nothing.
  func declare(in plan: inout Plan)

  /// Changes the plan.
  /// - Returns: what to do to every batch; nil where the plan says it all.
  /// - Throws: ``UnsupportedError`` or ``UsageError`` where the data set does not allow it.
  func prepare(_ plan: inout Plan) throws -> BatchStep?
}

extension Conversion {
  /// Declares nothing.
  public func declare(in plan: inout Plan) {}
}

/// A conversion that users can name: one line in ``all``.
public struct ConversionFormat: Sendable {
  /// The flag, the key and the kind of its value.
  public let option: Option
  /// How the value is shown in help, such as `MEAN,STD`.
  public let placeholder: String
  /// Makes the conversion from the value.
  public let make: @Sendable (String) throws -> any Conversion

  /// Describes a conversion.
  public init(
    name: String, placeholder: String, kind: Option.Kind = .text, summary: String,
    make: @escaping @Sendable (String) throws -> any Conversion
  ) {
    option = Option(flag: name, key: name, kind: kind, defaultValue: nil, summary: summary)
    self.placeholder = placeholder
    self.make = make
  }

  /// A conversion without a value: `on` makes it, `off` makes one that changes nothing.
  static func toggle(
    name: String, summary: String, make: @escaping @Sendable () -> any Conversion
  ) -> ConversionFormat {
    ConversionFormat(name: name, placeholder: "", kind: .toggle, summary: summary) { value in
      switch value {
      case "on": make()
      case "off": Unchanged()
      default: throw UsageError.badValue(option: name, value: value, expected: "on or off")
      }
    }
  }

  /// The name, such as `one-hot`.
  public var name: String { option.flag }

  /// Every conversion, in the order of the help.
  public static let all: [ConversionFormat] = [
    .splits, .limit, .holdout, .labelColumn, .oneHot, .scale, .normalize, .dtype, .clip, .invert,
    .flatten, .layout, .transpose,
  ]
}

/// A conversion that is switched off.
private struct Unchanged: Conversion {
  func prepare(_ plan: inout Plan) -> BatchStep? { nil }
}
