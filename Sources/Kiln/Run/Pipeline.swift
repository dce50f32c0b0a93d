/// A run as a value: where samples come from, what becomes of them, and where they go.
public struct Pipeline: Sendable {
  /// One output of a run.
  public struct Output: Sendable {
    /// The format.
    public var format: SinkFormat
    /// Where the output appears, with the file extension of the format.
    public let path: String
    /// The format's settings.
    public var options: OptionValues

    /// What other tools write to by such names.
    private static let streams: Set = ["-", "/dev/stdout", "/dev/stderr", "/dev/null"]

    /// Asks for an output.
    /// - Throws: ``UsageError`` for options that the format does not take, for a stream, and for a directory
    ///   that has the name of a single file, such as `mnist.csv`.
    public init(
      _ format: SinkFormat, at path: String, options: [String: String] = [:]
    ) throws(UsageError) {
      self.format = format
      guard !Self.streams.contains(path), !path.hasPrefix("/dev/fd/") else {
        throw .badValue(
          option: "to", value: "\(format.name)=\(path)",
          expected: "a path: an output appears as a whole, and is no stream")
      }
      let lowercase = path.lowercased()
      // JPEG files are called .jpg as well.
      let ending = [format.name, "jpg"].map { "." + $0 }.first { lowercase.hasSuffix($0) }
      if format.output == .directory, let ending {
        throw .badValue(
          option: "to", value: "\(format.name)=\(path)",
          expected: "a directory for \(format.name)",
          nearest: "\(format.name)=\(path.dropLast(ending.count))")
      }
      if let ending = format.fileExtension, !path.isEmpty,
        !([ending] + format.otherExtensions).contains(where: { lowercase.hasSuffix("." + $0) })
      {
        self.path = Path.withoutTrailingSlashes(path) + "." + ending
      } else {
        self.path = path
      }
      self.options = try OptionValues(format.options, given: options)
    }
  }

  /// A conversion by name, as the manifest records it.
  public struct Step: Sendable {
    /// The name, such as `scale`.
    public var name: String
    /// The value, such as `1/255`.
    public var value: String
    /// What it does.
    public var conversion: any Conversion

    /// Names a conversion.
    public init(name: String, value: String, conversion: any Conversion) {
      self.name = name
      self.value = value
      self.conversion = conversion
    }

    /// Asks for one of the conversions that have a name, such as ``ConversionFormat/limit``.
    /// - Parameters:
    ///   - format: the conversion.
    ///   - value: what it takes on the command line; `on` for one that takes nothing.
    /// - Throws: ``UsageError`` for a value that it does not take.
    public init(_ format: ConversionFormat, _ value: String = "on") throws {
      try format.option.check(value)
      self.init(name: format.name, value: value, conversion: try format.make(value))
    }
  }

  /// The source.
  public var source: SourceRequest
  /// The formats in which the source is looked for.
  public var sourceFormats: [SourceFormat]
  /// The conversions, in the order in which they are applied.
  public var steps: [Step]
  /// The outputs, all made in one pass.
  public var outputs: [Output]
  /// What to do where a destination exists.
  public var existing: StagedOutput.Existing

  /// Describes a run.
  public init(
    source: SourceRequest, sourceFormats: [SourceFormat] = SourceFormat.all, steps: [Step] = [],
    outputs: [Output], existing: StagedOutput.Existing = .keep
  ) {
    self.source = source
    self.sourceFormats = sourceFormats
    self.steps = steps
    self.outputs = outputs
    self.existing = existing
  }
}

extension Pipeline {
  /// The splits of the source that the run uses, where its steps tell: what comes before a choice of
  /// splits may need others.
  var usedSplits: [String]? {
    for step in steps {
      switch step.conversion {
      case let selection as SplitSelection: return selection.sourceNames
      case is Holdout: return nil
      default: continue
      }
    }
    return nil
  }
}
