/// The names of images, sorted: what a table calls them is looked up row by row.
///
/// A name takes 12 bytes beside its text, where a dictionary of texts would take five times that.
struct ImageNames {
  enum Match: Equatable {
    case none
    case one(Int)
    /// A name of several, of which these are two.
    case several(Int, Int)
  }

  private struct Entry {
    let start: UInt32
    let end: UInt32
    let file: UInt32

    var name: Range<Int> { Int(start)..<Int(end) }
  }

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  /// Names that are no ASCII: the same letter may be other bytes on disk than in a table.
  private var others: [String: Match] = [:]

  /// Names images in one way.
  /// - Throws: ``Interruption``, or ``UnsupportedError`` for names of more than 4 GiB.
  init(_ images: NamedImages, _ naming: ImageNaming) throws {
    try images.forEach { file in
      let name = images.name(of: file, naming)
      guard name.allSatisfy({ $0 < 0x80 }) else {
        let text = String(decoding: name, as: UTF8.self)
        others[text] = others[text].map { $0.and(file) } ?? .one(file)
        return
      }
      guard let end = UInt32(exactly: bytes.count + name.count) else {
        throw UnsupportedError("holds too many files for one table of labels")
      }
      entries.append(Entry(start: UInt32(bytes.count), end: end, file: UInt32(file)))
      bytes += name
    }
    entries.sort { bytes[$0.name].lexicographicallyPrecedes(bytes[$1.name]) }
  }

  /// The images of a name.
  func images(called text: String) -> Match {
    let name = Array(text.utf8)
    guard name.allSatisfy({ $0 < 0x80 }) else { return others[text] ?? .none }
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if bytes[entries[middle].name].lexicographicallyPrecedes(name) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return entries[low...].prefix(2).reduce(.none) { match, entry in
      bytes[entry.name].elementsEqual(name) ? match.and(Int(entry.file)) : match
    }
  }
}

extension ImageNames.Match {
  fileprivate func and(_ file: Int) -> Self {
    switch self {
    case .none: .one(file)
    case .one(let other), .several(let other, _): .several(other, file)
    }
  }
}
