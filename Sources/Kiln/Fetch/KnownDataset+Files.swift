extension KnownDataset {
  /// The files of this data set as they are fetched.
  /// - Parameters:
  ///   - splits: the splits that are wanted; nil for those that a conversion needs.
  ///   - store: where another edition may be complete already, which then is taken.
  /// - Returns: files of one edition.
  public func remoteFiles(ofSplits splits: [String]? = nil, in store: FetchStore) -> [RemoteFile] {
    let choices = editions.map { edition in
      edition.files.filter { $0.isNeeded(forSplits: splits) }.map { remoteFile($0, of: edition) }
    }.filter { !$0.isEmpty }
    let complete = choices.first { files in files.allSatisfy { store.find($0) != nil } }
    return complete ?? choices.first ?? []
  }

  /// Every file of every edition.
  public var allRemoteFiles: [RemoteFile] {
    editions.flatMap { edition in edition.files.map { remoteFile($0, of: edition) } }
  }

  private func remoteFile(_ file: KnownFile, of edition: KnownEdition) -> RemoteFile {
    // Data sets of one family share archives, and a directory.
    RemoteFile(
      dataset: family, name: file.name, byteCount: file.byteCount,
      digest: file.sha256.map { .sha256($0) } ?? file.md5.map { .md5($0) },
      urls: edition.addresses(of: file))
  }
}
