/// Turns a class name into a folder name that is safe on Linux, macOS and Windows.
enum ClassSlug {
  /// Device names that Windows reserves, whatever the extension.
  private static let reserved: Set<String> =
    Set(["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })

  /// `T-shirt/top` becomes `t-shirt-top`; a name without letters or digits becomes `class-N`.
  static func make(_ name: String, label: Int64) -> String {
    var slug = ""
    for character in name.lowercased() {
      if character.isLetter || character.isNumber {
        slug.append(character)
      } else if !slug.hasSuffix("-"), !slug.isEmpty {
        slug.append("-")
      }
    }
    if slug.hasSuffix("-") { slug.removeLast() }
    if slug.isEmpty { return "class-\(label)" }
    return reserved.contains(slug) ? slug + "-" : slug
  }
}
