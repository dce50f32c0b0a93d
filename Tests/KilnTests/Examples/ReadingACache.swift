import Kiln

/// Writes drawn digits to a cache.
func makeCache(at path: String) throws {
  let pipeline = Pipeline(
    source: SourceRequest(paths: ["sample:1000"]),
    outputs: [try Pipeline.Output(.cache, at: path)])
  _ = try Runner(pipeline).run()
}

/// Reads one sample: the block that holds it is decoded, nothing else.
func name(ofSample index: Int, inCacheAt path: String) throws -> String {
  let cache = try Cache(path: path)
  let sample = try cache.sample(index, ofSplit: 0)
  guard let label = sample.labels.first, let labels = cache.dataset.schema.labels else {
    return "\(sample.pixels.count) pixels"
  }
  return "\(sample.pixels.count) pixels of class \(labels.className(of: label))"
}

/// The mean pixel of each split, every block decoded once.
func means(of cache: Cache) throws -> [Double] {
  try cache.dataset.splits.enumerated().map { position, split in
    var sum = 0
    for first in stride(from: 0, to: split.count, by: cache.blockCount) {
      let pixels = try cache.pixels(ofBlock: first / cache.blockCount, ofSplit: position)
      for pixel in pixels { sum += Int(pixel) }
    }
    return Double(sum) / Double(max(1, split.count * cache.dataset.schema.sampleElementCount))
  }
}

/// Where the samples of a class are; labels are read without touching pixels.
func indices(ofLabel label: Int64, in cache: Cache, split: Int) throws -> [Int] {
  let labels = try cache.labels(ofSplit: split)
  return labels.indices.filter { labels[$0] == label }
}
