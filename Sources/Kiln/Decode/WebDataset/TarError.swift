/// What is wrong with a tar archive.
enum TarError: Error, Sendable, Equatable, CustomStringConvertible {
  case noEnd
  case damagedHeader(at: Int)
  case damagedRecords
  case dataEnds(at: Int, promised: Int)
  case dataContinues(after: Int)
  case sparse(String)

  var description: String {
    switch self {
    case .noEnd: "archive ends without its end mark (file cut short?)"
    case .damagedHeader(let offset):
      "header at byte \(offset) of the archive is damaged, or this is no tar file"
    case .damagedRecords: "a pax header of the archive is damaged"
    case .dataEnds(let offset, let promised):
      "archive ends at byte \(offset), a header promises \(promised) (file cut short?)"
    case .dataContinues(let mark):
      "data goes on behind zeros at byte \(mark) of the archive, which end one (damaged?)"
    case .sparse(let name):
      "member \(name.isEmpty ? "" : "'\(name.prefix(200).description.printable)' ")"
        + "is stored with holes (pack the archive again)"
    }
  }
}
