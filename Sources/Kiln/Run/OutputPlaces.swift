/// Where outputs must not appear: at or within each other, or in place of what they are made from.
enum OutputPlaces {
  /// Refuses outputs that would take each other's place, or that of a source file, or become a part of the
  /// source.
  /// - Parameters:
  ///   - paths: the outputs.
  ///   - directories: those of them that are directories.
  ///   - manifests: what appears beside some of them.
  ///   - sources: the files that are read.
  ///   - folders: the directories that are read.
  /// - Throws: ``UsageError`` that names two paths.
  static func check(
    _ paths: [String], directories: [String] = [], manifests: [String] = [],
    _ sources: [SourceFile],
    _ folders: [SourceFolder] = []
  ) throws(UsageError) {
    var outputs: [String: String] = [:]
    for path in paths where outputs.updateValue(path, forKey: Path.resolved(path)) != nil {
      throw .conflict("two outputs at \(path): give each its own path")
    }
    for path in manifests {
      guard let output = outputs.updateValue(path, forKey: Path.resolved(path)) else { continue }
      throw .conflict("output \(output) would take the place of the manifest of another one")
    }
    for path in paths {
      if let above = self.above(Path.resolved(path)).lazy.compactMap({ outputs[$0] }).first {
        throw .conflict("output \(path) and output \(above) lie within each other")
      }
    }
    let read = Dictionary(
      folders.map { (Path.resolved($0.path), $0.path) }, uniquingKeysWith: { first, _ in first })
    for path in directories {
      if let folder = above(Path.resolved(path)).lazy.compactMap({ read[$0] }).first {
        throw .conflict(
          "output \(path) would become a part of the source directory \(folder): choose another place"
        )
      }
    }
    let used =
      sources.map { (what: "file", path: $0.path) }
      + Set(folders.map(\.path)).sorted().map { (what: "directory", path: $0) }
    for (what, path) in used {
      // Replacing a link would keep the file and lose its name in the source.
      let named = Path.place(of: path)
      for place in [named, Path.resolved(path)] {
        if let output = ([place] + above(place)).lazy.compactMap({ outputs[$0] }).first {
          throw .conflict(
            "output \(output) would replace the source \(what) \(path): choose another place")
        }
      }
    }
  }

  /// The directories that an absolute path lies in.
  private static func above(_ path: String) -> [String] {
    var places: [String] = []
    var place = path
    while place.count > 1 {
      place = Path.directory(of: place)
      places.append(place)
    }
    return places
  }
}
