extension KnownDataset {
  /// Everything that is known, for `--json`.
  public var json: JSON {
    .object([
      "name": .text(name),
      "family": .text(family),
      "title": .text(title),
      "home_page": .text(homePage),
      "licence": licence.map(JSON.text) ?? .null,
      "dtype": .text(elementType.rawValue),
      "shape": .array(sampleShape.map(JSON.integer)),
      "splits": .object(
        Dictionary(uniqueKeysWithValues: splits.map { ($0.name, JSON.integer($0.count)) })),
      "order": .array(splits.map { .text($0.name) }),
      "classes": .array(classNames.map(JSON.text)),
      "labels": .array(labelColumns.map(JSON.text)),
      "corrections": .array(corrections.descriptions.map(JSON.text)),
      "editions": .array(editions.map(\.json)),
      "notes": .array(notes.map(JSON.text)),
    ])
  }
}

extension KnownEdition {
  fileprivate var json: JSON {
    .object([
      "title": .text(title),
      "files": .array(files.map { $0.json(addresses(of: $0)) }),
      "directory": directory.map(JSON.text) ?? .null,
      "members": .array(members.map { $0.json([]) }),
    ])
  }
}

extension KnownFile {
  fileprivate func json(_ addresses: [String]) -> JSON {
    .object([
      "name": .text(name),
      "role": .text(role.rawValue),
      "split": split.map(JSON.text) ?? .null,
      "bytes": byteCount.map(JSON.integer) ?? .null,
      "sha256": sha256.map(JSON.text) ?? .null,
      "md5": md5.map(JSON.text) ?? .null,
      "required": .boolean(need == .required),
      "urls": .array(addresses.map(JSON.text)),
    ])
  }
}
