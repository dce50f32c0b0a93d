/// What a user names as the source of a run.
public struct SourceRequest: Sendable, Equatable {
  /// A name such as `sample:100`, a directory, or files that belong together.
  public var paths: [String]
  /// The image file of a pair named by hand.
  public var images: String?
  /// The label file of a pair named by hand.
  public var labels: String?
  /// Which data set to take from a directory that holds several.
  public var dataset: String?
  /// Class names from 0, instead of what the source says.
  public var classNames: [String]?

  /// Names a source.
  public init(
    paths: [String] = [], images: String? = nil, labels: String? = nil, dataset: String? = nil,
    classNames: [String]? = nil
  ) {
    self.paths = paths
    self.images = images
    self.labels = labels
    self.dataset = dataset
    self.classNames = classNames
  }

  /// The settings beside the paths: flags, keys in a pipeline and completions are made from them.
  public static let options: [Option] = [
    Option(
      flag: "images", key: "images", kind: .text, defaultValue: nil,
      summary: "image file of a pair named by hand"),
    Option(
      flag: "labels", key: "labels", kind: .text, defaultValue: nil,
      summary: "label file of a pair named by hand"),
    Option(
      flag: "dataset", key: "dataset", kind: .text, defaultValue: nil,
      summary: "which data set of a directory that holds several"),
    Option(
      flag: "classes", key: "classes", kind: .text, defaultValue: nil,
      summary: "class names from 0, separated by commas"),
  ]

  /// Names a source by text, as the command line and pipelines do.
  /// - Throws: ``UsageError`` when the words do not go together.
  public init(paths: [String], values: OptionValues) throws(UsageError) {
    self.init(
      paths: paths, images: values.text("images"), labels: values.text("labels"),
      dataset: values.text("dataset"),
      classNames: values.text("classes").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      })
    if paths.isEmpty, images == nil { throw .missing(what: "a source") }
    if images == nil, labels != nil { throw .missing(what: "--images to go with --labels") }
    if !paths.isEmpty, images != nil {
      throw .conflict("give either a source or --images and --labels, not both")
    }
    if images != nil, dataset != nil {
      throw .conflict("--dataset chooses from a directory, and --images names a file")
    }
  }
}

/// A format that Kiln reads: one file and one line in ``all``.
public struct SourceFormat: Sendable {
  /// The name in reports, such as `idx`.
  public let name: String
  /// One line of help.
  public let summary: String
  /// Whether a source looks like this format: from its content, then its name.
  public let detect: @Sendable (SourceRequest) throws -> Bool
  /// Opens a source that ``detect`` has recognised.
  public let open: @Sendable (SourceRequest) throws -> any Source

  /// Describes a format.
  public init(
    name: String, summary: String,
    detect: @escaping @Sendable (SourceRequest) throws -> Bool,
    open: @escaping @Sendable (SourceRequest) throws -> any Source
  ) {
    self.name = name
    self.summary = summary
    self.detect = detect
    self.open = open
  }

  /// Every format that Kiln reads, in the order in which sources are tried.
  public static let all: [SourceFormat] = [.sample, .idx]

  /// Finds the format of a source.
  /// - Parameters:
  ///   - request: the source.
  ///   - formats: the formats to try, in order.
  /// - Returns: the first format that recognises it.
  /// - Throws: ``StageError`` where nothing is there, or nothing that is known.
  public static func find(
    for request: SourceRequest, among formats: [SourceFormat] = all
  ) throws -> SourceFormat {
    if let format = try formats.first(where: { try $0.detect(request) }) { return format }
    for path in request.paths where Path.kind(of: path) == nil {
      throw StageError(.decode, file: nil, FileError.missing(path))
    }
    throw StageError(
      .decode, file: request.paths.joined(separator: " "),
      UnsupportedError("holds no format that Kiln knows (kiln formats lists them)"))
  }

  /// Finds the format of a source and opens it.
  /// - Parameters:
  ///   - request: the source.
  ///   - formats: the formats to try, in order.
  /// - Returns: the format and the opened source.
  /// - Throws: ``StageError`` that says what cannot be read, or ``UsageError``.
  public static func open(
    _ request: SourceRequest, among formats: [SourceFormat] = all
  ) throws -> (format: SourceFormat, source: any Source) {
    try at(.decode, request.paths.first) {
      let format = try find(for: request, among: formats)
      return (format, try format.open(request))
    }
  }
}
