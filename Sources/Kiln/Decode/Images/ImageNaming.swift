/// How a table calls images: with which of their directories, and with their ending or without.
struct ImageNaming: Sendable, Equatable {
  enum Directories: CaseIterable {
    /// All below the directory that was named.
    case below
    /// That directory, too.
    case belowAndRoot
    case dropped
  }

  enum Ending: CaseIterable { case kept, dropped }

  let directories: Directories
  let ending: Ending

  /// Every way, the most exact one first.
  static let all = Directories.allCases.flatMap { directories in
    Ending.allCases.map { ImageNaming(directories: directories, ending: $0) }
  }

  /// What an image is called.
  /// - Parameters:
  ///   - file: its position in the listing.
  ///   - listing: all images.
  ///   - root: the name of the directory itself.
  /// - Returns: its name as bytes.
  func name(of file: Int, in listing: ImageFolderListing, root: [UInt8]) -> [UInt8] {
    var name: [UInt8] = []
    switch directories {
    case .below: listing.appendPath(of: file, to: &name)
    case .belowAndRoot:
      name = root + [UInt8(ascii: "/")]
      listing.appendPath(of: file, to: &name)
    case .dropped:
      listing.withName(of: file) { bytes in
        for index in 0..<bytes.count - 1 { name.append(bytes[index]) }
      }
    }
    // An image has an ending, or it would not have been taken for one.
    if ending == .dropped, let dot = name.lastIndex(of: UInt8(ascii: ".")) {
      name.removeSubrange(dot...)
    }
    return name
  }
}
