/// One tar file of samples.
struct WebDatasetShard: Sendable {
  private let resource: Resource
  /// The file in memory, where it is not packed.
  let mapped: MappedFile?

  init(_ resource: Resource) throws {
    self.resource = resource
    mapped = try at(.decode, resource.name) { try resource.map() }
  }

  /// The file on disk.
  var file: SourceFile { resource.file }
  /// What messages call it.
  var name: String { resource.name }

  /// Opens the archive at its start.
  func open(_ background: Background?) throws -> ShardInput.Source {
    if let mapped { return .mapped(mapped) }
    return .stream(try at(.decode, name) { try resource.open(digestingOn: background) })
  }
}
