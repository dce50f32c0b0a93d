import Testing

@testable import Kiln

/// The definition of the content digest, written down as simply as it goes.
func naiveContentDigest(
  type: ElementType, shape: [Int], count: Int, pixels: [UInt8], labels: [Int64]
) -> String {
  let (size, columns) = (pixels.count / max(1, count), labels.count / max(1, count))
  var text: [UInt8] = Array(
    "\(type.rawValue) \(([count] + shape).map(String.init).joined(separator: "x"))\n".utf8)
  for start in stride(from: 0, to: count, by: 1024) {
    let end = min(count, start + 1024)
    var run = Array(pixels[start * size..<end * size])
    for label in labels[start * columns..<end * columns] {
      for byte in 0..<8 { run.append(UInt8(truncatingIfNeeded: label >> (8 * byte))) }
    }
    var hash = SHA256()
    hash.update(run.span)
    text += hash.finish()
  }
  var hash = SHA256()
  hash.update(text.span)
  return hexadecimal(hash.finish())
}

@Suite("Content digest") struct ContentDigestTests {
  @Test(
    "is the same for batches of any size",
    arguments: [0, 1, 1023, 1024, 1025, 5000], [1, 7, 512, 1024, 2048, 3000, 3072])
  func batches(count: Int, batch: Int) {
    for columns in [0, 1, 3] {
      var generator = SeededGenerator(seed: UInt64(count))
      let pixels = generator.bytes(count * 6)
      let labels = (0..<count * columns).map { _ in Int64(truncatingIfNeeded: generator.next()) }
      let schema = Schema(elementType: .int16, sampleShape: [3, 1], labels: nil)
      let digest = ContentDigest(schema: schema, count: count)
      let parts = stride(from: 0, to: count, by: batch).map { start in
        let end = min(count, start + batch)
        return Batch(
          split: 0, firstIndex: start, count: end - start,
          pixels: Array(pixels[start * 6..<end * 6]),
          labels: Array(labels[start * columns..<end * columns]))
      }
      // Out of order as far as that is allowed, then in order.
      let steps = parts.reversed().compactMap { digest.add($0) }
      for step in steps.reversed() { try? step() }
      #expect(
        digest.finish()
          == naiveContentDigest(
            type: .int16, shape: [3, 1], count: count, pixels: pixels, labels: labels))
    }
  }

  @Test("tells types, shapes, pixels and labels apart")
  func distinct() {
    let base = naiveContentDigest(type: .uint8, shape: [2], count: 1, pixels: [1, 2], labels: [3])
    let others = [
      naiveContentDigest(type: .int8, shape: [2], count: 1, pixels: [1, 2], labels: [3]),
      naiveContentDigest(type: .uint8, shape: [1, 2], count: 1, pixels: [1, 2], labels: [3]),
      naiveContentDigest(type: .uint8, shape: [2], count: 1, pixels: [1, 3], labels: [3]),
      naiveContentDigest(type: .uint8, shape: [2], count: 1, pixels: [1, 2], labels: [4]),
    ]
    #expect(Set(others + [base]).count == 5)
  }
}
