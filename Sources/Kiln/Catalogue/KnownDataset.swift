/// A published data set: where it is, and what its files do not say about themselves.
public struct KnownDataset: Sendable, Equatable {
  /// The name on the command line, such as `fashion-mnist`.
  public let name: String
  /// The name of several data sets that are published together, such as `emnist`; else ``name``.
  public let family: String
  /// A few words on what it is.
  public let title: String
  /// Where its makers describe it.
  public let homePage: String
  /// The terms of use, where its makers name them.
  public let licence: String?
  /// The type of a pixel.
  public let elementType: ElementType
  /// The dimensions of a sample, after the corrections.
  public let sampleShape: [Int]
  /// The splits, in the order in which they are read.
  public let splits: [Split]
  /// The name of each class, from 0.
  public let classNames: [String]
  /// The label columns; a plain class label has the one column `label`.
  public let labelColumns: [String]
  /// The name of each class of further label columns, from 0.
  let furtherClassNames: [String: [String]]
  /// What has to be done to the samples as they are in the files.
  public let corrections: Corrections
  /// The forms in which it is published, the preferred one first.
  public let editions: [KnownEdition]
  /// What names of files tell that they belong to it: whole names, or with a `*` for any text.
  ///
  /// A slash at the end stands for the directory that a file lies in.
  let fileNames: [String]
  /// What one has to know.
  public let notes: [String]

  init(
    name: String, family: String? = nil, title: String, homePage: String, licence: String? = nil,
    elementType: ElementType = .uint8, sampleShape: [Int], splits: [Split],
    classNames: [String], labelColumns: [String] = ["label"],
    furtherClassNames: [String: [String]] = [:], corrections: Corrections = Corrections(),
    editions: [KnownEdition], fileNames: [String] = [],
    notes: [String] = []
  ) {
    self.name = name
    self.family = family ?? name
    self.title = title
    self.homePage = homePage
    self.licence = licence
    self.elementType = elementType
    self.sampleShape = sampleShape
    self.splits = splits
    self.classNames = classNames
    self.labelColumns = labelColumns
    self.furtherClassNames = furtherClassNames
    self.corrections = corrections
    self.editions = editions
    self.fileNames = fileNames
    self.notes = notes
  }

  /// Every data set that is known, in the order of the help.
  public static let all: [KnownDataset] =
    [.mnist, .mnistPickle, .fashionMNIST, .kmnist, .kuzushiji49] + emnist
    + [.qmnist, .cifar10, .cifar100, .stl10, .svhn, .usps]

  /// The data set of a name; nil where there is none.
  public static func named(_ name: String) -> KnownDataset? { all.first { $0.name == name } }

  /// The data set that a user names.
  /// - Throws: ``UsageError`` for a name that is none, or is of several data sets.
  package static func find(_ name: String) throws(UsageError) -> KnownDataset {
    if let found = named(name) { return found }
    let members = all.filter { $0.family == name }.map(\.name)
    guard members.isEmpty else {
      throw .conflict(
        "\(name) is several data sets: name one of \(members.joined(separator: ", "))")
    }
    throw .unknown(what: "data set", name: name, among: all.map(\.name))
  }

  /// Whether a word names a data set, or a family of several.
  public static func isName(_ word: String) -> Bool {
    all.contains { $0.name == word || $0.family == word }
  }

  /// Samples in all splits together.
  public var count: Int { splits.reduce(0) { $0 + $1.count } }
}
