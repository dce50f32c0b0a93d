/// Images that wait for their turn: a part of all images as they would lie one behind the other, in memory that is
/// used again from its start where it ends.
///
/// Arrays of their own would be made on one thread and freed on another. Where the allocator has several arenas, as
/// in programs that use the library, each would come to hold as much as all images together: 121 MiB for 64.
struct KeptImages {
  private static let pageByteCount = 256 << 10

  /// Empty where nothing has been put yet.
  private var pages: [[UInt8]]

  /// - Parameter capacity: how far the first and the last byte that are kept may lie from each other.
  init(capacity: Int) {
    let count = max(1, (capacity + Self.pageByteCount - 1) / Self.pageByteCount)
    pages = Array(repeating: [], count: count)
  }

  /// Keeps an image until another one comes to lie in its place.
  /// - Parameters:
  ///   - bytes: the image.
  ///   - start: where it begins among all images.
  mutating func put(_ bytes: [UInt8], at start: Int) {
    for (page, place, range) in parts(of: start..<start + bytes.count) {
      if pages[page].isEmpty { pages[page] = Array(repeating: 0, count: Self.pageByteCount) }
      pages[page].replaceSubrange(
        place..<place + range.count,
        with: bytes[range.lowerBound - start..<range.upperBound - start])
    }
  }

  /// An image that is kept.
  /// - Parameter extent: where it lies among all images.
  /// - Returns: a copy.
  func bytes(_ extent: Range<Int>) -> [UInt8] {
    makeBytes(capacity: extent.count) { cursor in
      for (page, place, range) in parts(of: extent) {
        let content = pages[page]
        cursor.append(content.span.extracting(place..<place + range.count))
      }
    }
  }

  /// What of an image lies in each page, and where there.
  private func parts(of extent: Range<Int>) -> [(page: Int, place: Int, range: Range<Int>)] {
    var parts: [(page: Int, place: Int, range: Range<Int>)] = []
    var start = extent.lowerBound
    while start < extent.upperBound {
      let place = start % Self.pageByteCount
      let end = min(extent.upperBound, start - place + Self.pageByteCount)
      parts.append((start / Self.pageByteCount % pages.count, place, start..<end))
      start = end
    }
    return parts
  }
}
