/// The samples of the shards of one split, one after the other; used by one thread at a time.
///
/// Members of one sample follow each other and have one name up to the first dot of its last component.
final class WebDatasetSamples {
  /// An image file's bytes, where they are.
  enum Image: Sendable {
    case bytes([UInt8])
    case mapped(MappedFile, Range<Int>)

    /// Reads the bytes.
    func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
      switch self {
      case .bytes(let bytes): try body(bytes.span)
      case .mapped(let file, let range): try file.withBytes(range, body)
      }
    }

    /// Gives back the memory of images that will not be read again, and of what is between them.
    static func release(_ samples: [Sample]) {
      var run: (file: MappedFile, range: Range<Int>)?
      for case .mapped(let file, let range)? in samples.map(\.image) {
        if let last = run, last.file === file {
          run = (file, last.range.lowerBound..<range.upperBound)
        } else {
          run.map { $0.file.release($0.range) }
          run = (file, range)
        }
      }
      run.map { $0.file.release($0.range) }
    }
  }

  /// One sample.
  struct Sample: Sendable {
    /// The member's name and the shard that it is in, for messages.
    let name: String
    let shard: String
    /// Nil where images are passed by.
    let image: Image?
    let label: Int64?
  }

  /// What to do with images where they cannot be mapped.
  enum Images {
    case read
    case passBy
  }

  /// A label is a number of at most 20 characters, with some blanks around it.
  private static let maximumLabelByteCount = 64

  /// The members of the first sample that are neither its image nor its label; nil before it is read.
  private(set) var passedOver: [String]?

  private let shards: [WebDatasetShard]
  private let background: Background?
  private var shard = -1
  private var members: WebDatasetMembers?
  /// A member that has been seen and belongs to the next sample.
  private var ahead: (member: WebDatasetMembers.Member, kind: Kind, key: [UInt8])?

  init(_ shards: [WebDatasetShard], _ background: Background?) {
    self.shards = shards
    self.background = background
  }

  /// Reads the next sample.
  /// - Returns: nil at the end of the last shard.
  /// - Throws: ``StageError`` that names the shard and the member.
  func next(_ images: Images) throws -> Sample? {
    while true {
      if members == nil, try !openShard() { return nil }
      if let sample = try at(.decode, shards[shard].name, { try sample(images) }) { return sample }
      try at(.decode, shards[shard].name) { try members?.finish() }
      release()
      members = nil
    }
  }

  /// Gives back the memory of the samples so far, where nobody will look at them again soon.
  func release() { members?.release() }

  private func openShard() throws -> Bool {
    shard += 1
    guard shard < shards.count else { return false }
    members = WebDatasetMembers(try shards[shard].open(background))
    return true
  }

  // MARK: Members

  /// What a member is for, by its name.
  enum Kind {
    /// The member itself is named so, or it is one of several: `input.png`.
    case image(isPlain: Bool)
    case label(isPlain: Bool)
    case other

    init(_ name: [UInt8]) { self.init(name, key: WebDatasetSamples.key(of: name)) }

    fileprivate init(_ name: [UInt8], key: Range<Int>) {
      // Hidden files, such as macOS adds, have no name before the dot.
      let endings = String(decoding: name[key.upperBound...].dropFirst(), as: UTF8.self)
        .lowercased().split(separator: ".", omittingEmptySubsequences: false)
      switch endings.last {
      case _ where key.isEmpty: self = .other
      case "png", "jpg", "jpeg": self = .image(isPlain: endings.count == 1)
      case "cls": self = .label(isPlain: endings.count == 1)
      default: self = .other
      }
    }
  }

  /// The part of a name's last component before the first dot.
  private static func key(of name: [UInt8]) -> Range<Int> {
    let start = (name.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
    return start..<(name[start...].firstIndex(of: UInt8(ascii: ".")) ?? name.endIndex)
  }

  private func nextMember() throws {
    ahead = nil
    while let member = try members?.next() {
      let key = Self.key(of: member.name)
      let kind = Kind(member.name, key: key)
      // Between the members of a sample, nobody minds a link to something else.
      if member.isLink, case .other = kind { continue }
      ahead = (member, kind, Array(member.name[..<key.upperBound]))
      return
    }
  }

  /// The next sample of the shard; nil at its end.
  private func sample(_ images: Images) throws -> Sample? {
    if ahead == nil { try nextMember() }
    while let first = ahead {
      var image: (name: String, isPlain: Bool, isLink: Bool, image: Image?)?
      var label: (name: String, isPlain: Bool, isLink: Bool, value: Int64)?
      var others: [String] = []
      while let (member, kind, key) = ahead, key == first.key {
        switch kind {
        case .image(let isPlain):
          // Beside `png` itself, `mask.png` is something else.
          if image?.isPlain == true, !isPlain { break }
          if let image, image.isPlain == isPlain {
            throw UnsupportedError(
              "'\(image.name)' and '\(member.shownName)' could both be the image of one sample")
          }
          image = (
            member.shownName, isPlain, member.isLink,
            member.isLink ? nil : try readImage(member, images)
          )
        case .label(let isPlain):
          if label?.isPlain == true, !isPlain { break }
          if let label, label.isPlain == isPlain {
            throw UnsupportedError(
              "'\(label.name)' and '\(member.shownName)' could both be the label of one sample")
          }
          label = (
            member.shownName, isPlain, member.isLink, member.isLink ? 0 : try readLabel(member)
          )
        case .other:
          if passedOver == nil, others.count <= Spelling.listedCount {
            others.append(member.shownName)
          }
        }
        try nextMember()
      }
      // What is passed over, such as a mask beside its image, may be a link.
      if let image, image.isLink { throw ArchiveError.link(image.name) }
      if let label, label.isLink { throw ArchiveError.link(label.name) }
      if let image {
        passedOver = passedOver ?? others
        return Sample(
          name: image.name, shard: shards[shard].name, image: image.image, label: label?.value)
      }
      if let label {
        throw UnsupportedError(
          "'\(label.name)' has no image beside it; the members of a sample follow each other"
            + " (pack the archive with tar --sort=name)")
      }
    }
    return nil
  }

  private func readImage(_ member: WebDatasetMembers.Member, _ images: Images) throws -> Image? {
    guard member.byteCount <= ImageFileReader.maximumFileByteCount else {
      throw UnsupportedError(
        "'\(member.shownName)' has \(member.byteCount) bytes,"
          + " expected at most \(ImageFileReader.maximumFileByteCount)")
    }
    if let file = shards[shard].mapped { return members.map { .mapped(file, $0.place()) } }
    return images == .passBy ? nil : try members.map { .bytes(try $0.read()) }
  }

  private func readLabel(_ member: WebDatasetMembers.Member) throws -> Int64 {
    let bytes = member.byteCount <= Self.maximumLabelByteCount ? try members?.read() ?? [] : []
    let text = String(decoding: bytes, as: UTF8.self)
    let isBlank = { (character: Character) in character.isASCII && character.isWhitespace }
    let number = text.drop(while: isBlank).prefix { !isBlank($0) }
    guard let label = Int64(number),
      text.drop(while: isBlank).dropFirst(number.count)
        .allSatisfy(isBlank)
    else {
      throw UnsupportedError(
        "label '\(member.shownName)' is \(bytes.isEmpty ? "\(member.byteCount) bytes" : "'\(text.printable)'"),"
          + " expected a whole number")
    }
    return label
  }
}
