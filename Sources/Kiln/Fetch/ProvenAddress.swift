/// An address with what proves the file behind it.
package struct ProvenAddress: Sendable, Equatable {
  /// The address, without a fragment: that is no part of what a server is asked for.
  package let url: String
  /// What the file must be; nil for one that is trusted as it comes.
  package let digest: FileDigest?

  /// Reads an address, which may end as in `https://…/digits.npz#sha256=731c…`.
  /// - Parameters:
  ///   - text: the address.
  ///   - given: the digest that the user says besides; nil for none.
  /// - Throws: ``UsageError`` for a digest that is none, or two that differ.
  package init(parsing text: String, given: String?) throws(UsageError) {
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    url = String(parts[0])
    let fragment = parts.count == 2 ? parts[1].split(separator: "=", maxSplits: 1) : []
    var behind: FileDigest?
    if let algorithm = FileDigest.Algorithm(rawValue: fragment.first?.lowercased() ?? "") {
      behind = fragment.count == 2 ? FileDigest(hexadecimal: String(fragment[1])) : nil
      guard behind?.algorithm == algorithm else {
        throw .conflict(
          "the address ends in '#\(parts[1])', expected #\(algorithm.rawValue)= and"
            + " \(algorithm.digitCount) hexadecimal digits")
      }
    }
    let told = try given.map(Self.digest)
    if let behind, let told, behind != told {
      throw .conflict("--sha256 is \(told.text), and the address ends in \(behind.text)")
    }
    digest = told ?? behind
  }

  private static func digest(_ text: String) throws(UsageError) -> FileDigest {
    guard let digest = FileDigest(hexadecimal: text) else {
      throw .badValue(
        option: "sha256", value: text, expected: "64 hexadecimal digits (or 32 of MD5)")
    }
    return digest
  }
}
