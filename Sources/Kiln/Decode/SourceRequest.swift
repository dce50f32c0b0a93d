/// What a user names as the source of a run.
public struct SourceRequest: Sendable, Equatable {
  /// A name such as `mnist` or `sample:100`, a URL, a directory, or files that belong together.
  public var paths: [String]
  /// A data set of the catalogue, whose files lie in ``paths``.
  public var known: String?
  /// The image file of a pair named by hand; or a directory or archive of images, whose labels are in a table.
  public var images: String?
  /// The label file of that pair; or the table, which has a row for each image.
  public var labels: String?
  /// Which data set to take from a directory that holds several.
  public var dataset: String?
  /// Class names from 0, instead of what the source says: each once, and one for every label.
  ///
  /// There may be more: a part of a data set need not have samples of every class.
  public var classNames: [String]?
  /// The splits that will be used, where that is known: those that do not go with them are left out.
  package var splits: [String]?
  /// What proves the file at a URL, as 64 hexadecimal digits.
  public var sha256: String?
  /// Whether known data sets are corrected.
  public var correction: Correction
  /// Settings of the format that the source turns out to have, by key; see ``SourceFormat/options``.
  public var settings: [String: String]

  /// Names a source.
  public init(
    paths: [String] = [], known: String? = nil, images: String? = nil, labels: String? = nil,
    dataset: String? = nil, classNames: [String]? = nil, correction: Correction = .asCatalogued,
    sha256: String? = nil, settings: [String: String] = [:]
  ) {
    self.paths = paths
    self.known = known
    self.images = images
    self.labels = labels
    self.dataset = dataset
    self.classNames = classNames
    self.sha256 = sha256
    self.correction = correction
    self.settings = settings
  }

  /// What becomes of the samples of a known data set.
  public enum Correction: Sendable {
    /// What its files do otherwise than everyone expects is put right.
    case asCatalogued
    /// Samples and labels stay as they are in the files.
    case none
  }

  /// All settings beside the paths: flags, keys in a pipeline and completions are made from them.
  /// - Parameter formats: the formats whose settings are among them.
  /// - Returns: the general ones, then those of the formats, each once.
  public static func options(of formats: [SourceFormat] = SourceFormat.all) -> [Option] {
    var options = generalOptions
    for option in formats.flatMap(\.options)
    where !options.contains(where: { $0.key == option.key }) {
      options.append(option)
    }
    return options
  }

  /// The settings that a source of any format has.
  public static let generalOptions: [Option] = [
    Option(
      flag: "images", key: "images", kind: .text, defaultValue: nil,
      summary: "image file of a pair named by hand, or images in a directory or archive"),
    Option(
      flag: "labels", key: "labels", kind: .text, defaultValue: nil,
      summary: "label file of that pair, or a table with a row for each image"),
    Option(
      flag: "dataset", key: "dataset", kind: .text, defaultValue: nil,
      summary: "which data set of a directory that holds several"),
    Option(
      flag: "classes", key: "classes", kind: .text, defaultValue: nil,
      summary: "class names from 0, separated by commas: one for every label, more are allowed"),
    Option(
      flag: "raw", key: "raw", kind: .toggle, defaultValue: "off",
      summary: "take samples as their files have them, without corrections"),
    Option(
      flag: "sha256", key: "sha256", kind: .text, defaultValue: nil,
      summary: "digest that the file at a URL must have"),
  ]

  /// Names a source by text, as the command line and pipelines do.
  /// - Parameters:
  ///   - paths: as in ``paths``.
  ///   - known: as in ``known``.
  ///   - given: values by key, of ``options(of:)``.
  ///   - formats: the formats in which the source will be looked for.
  /// - Throws: ``UsageError`` when the words do not go together.
  public init(
    paths: [String], known: String? = nil, given: [String: String],
    formats: [SourceFormat] = SourceFormat.all
  ) throws(UsageError) {
    _ = try OptionValues(Self.options(of: formats), given: given)
    let general = Set(Self.generalOptions.map(\.key))
    self.init(
      paths: paths, known: known, images: given["images"], labels: given["labels"],
      dataset: given["dataset"],
      classNames: given["classes"].map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      },
      correction: given["raw"] == "on" ? .none : .asCatalogued,
      sha256: given["sha256"], settings: given.filter { !general.contains($0.key) })
    if images == nil, labels != nil {
      guard let path = paths.first else { throw .missing(what: "--images to go with --labels") }
      throw .conflict("--labels goes with --images: give it as --images \(path.printable)")
    }
    if paths.isEmpty, images == nil, known == nil { throw .missing(what: "a source") }
    if (paths + [images, labels].compactMap(\.self)).contains("-") {
      throw .conflict(
        "standard input is not read, since a source is read more than once: give a file or directory"
          + " (one that is called so is ./-)")
    }
    if !paths.isEmpty || known != nil, images != nil {
      throw .conflict("give either a source or --images and --labels, not both")
    }
    if images != nil, dataset != nil {
      throw .conflict("--dataset chooses from a directory, and --images names a file")
    }
  }
}
