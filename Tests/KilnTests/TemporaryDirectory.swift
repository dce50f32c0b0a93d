@testable import Kiln

/// Lends `body` a new directory and removes it afterwards.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws.
func withTemporaryDirectory<R>(_ body: (String) throws -> R) rethrows -> R {
  let path = "/tmp/kiln-tests-" + String(UInt64.random(in: 0...(.max)), radix: 36)
  _ = try? Path.makeDirectories(path)
  defer { try? Path.removeTree(path) }
  return try body(path)
}
