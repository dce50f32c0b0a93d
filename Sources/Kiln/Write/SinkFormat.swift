/// A format that Kiln writes: one file and one line in ``all``.
public struct SinkFormat: Sendable {
  /// The name on the command line, as in `--to npy=DIR`.
  public let name: String
  /// One line of help.
  public let summary: String
  /// What appears at the path.
  public let output: StagedOutput.Kind
  /// The ending of a file output's name, such as `npz`; added where the user leaves it out.
  public let fileExtension: String?
  /// Other endings that are left as they are, such as `pkl.gz`.
  public let otherExtensions: [String]
  /// The settings.
  public let options: [Option]
  /// Says why a data set cannot be written in this format, before anything is read or created.
  public let check: @Sendable (Dataset, OptionValues) throws -> Void
  /// Opens a sink for a data set that ``check`` has let pass.
  public let open: @Sendable (SinkRequest) throws -> any Sink

  /// Describes a format.
  public init(
    name: String, summary: String, output: StagedOutput.Kind, fileExtension: String? = nil,
    otherExtensions: [String] = [],
    options: [Option],
    check: @escaping @Sendable (Dataset, OptionValues) throws -> Void = { _, _ in },
    open: @escaping @Sendable (SinkRequest) throws -> any Sink
  ) {
    self.name = name
    self.summary = summary
    self.output = output
    self.fileExtension = fileExtension
    self.otherExtensions = otherExtensions
    self.options = options
    self.check = check
    self.open = open
  }

  /// Every format that Kiln writes.
  public static let all: [SinkFormat] = [
    .png, .jpeg, .csv, .npy, .npz, .cache, .idx, .pickle, .tar,
  ]
}
