/// What is wrong with an archive.
enum ArchiveError: UnpackingError, Equatable, CustomStringConvertible {
  /// Why the name of an entry is refused.
  enum NameFault: String, Sendable {
    case empty = "is empty"
    case absolute = "is absolute"
    case parent = "leads out of the archive"
    case backslash = "has a backslash"
    case drive = "begins with a drive letter"
    case control = "has a control character"
    case tooLong = "is too long"
    case tooDeep = "leads through too many directories"
  }

  case cutShort(String)
  case damaged(String)
  case name(String, NameFault)
  case duplicate(String)
  case encrypted(String)
  case method(String, Int)
  case sparse(String)
  case link(String)
  case member(String, String)
  case tooManyEntries(limit: Int)
  case namesTooLong(limit: Int)

  var description: String {
    switch self {
    case .cutShort(let what): "archive ends before \(what) (file cut short?)"
    case .damaged(let what): "archive is damaged: \(what) (fetch the file again)"
    case .name(let name, let fault):
      "archive is refused: the name of its entry '\(Self.shown(name))' \(fault.rawValue)"
    case .duplicate(let name): "archive has two entries '\(Self.shown(name))'"
    case .encrypted(let name):
      "entry '\(Self.shown(name))' is encrypted (decrypt the archive first)"
    case .method(let name, let method):
      "entry '\(Self.shown(name))' is packed by method \(method), which Kiln does not know"
        + " (pack the archive again)"
    case .sparse(let name):
      "entry '\(Self.shown(name))' is stored with holes (pack the archive again)"
    case .link(let name):
      "entry '\(Self.shown(name))' is a link, which Kiln does not follow"
        + " (pack the files themselves: tar --dereference --hard-dereference)"
    case .member(let name, let reason): "entry '\(Self.shown(name))' \(reason)"
    case .tooManyEntries(let limit): "archive has more than \(limit) entries"
    case .namesTooLong(let limit):
      "the names of the archive's entries take more than \(limit) bytes"
    }
  }

  private static func shown(_ name: String) -> String {
    name.count > 200 ? "\(name.prefix(200).description.printable)…" : name.printable
  }
}
