import Testing

@testable import Kiln

/// Reads one element of every sample where the naive formula says it was.
private func permuted<T: BitwiseCopyable>(
  _ trial: Trial, _: T.Type, height: Int, width: Int, channels: Int,
  from: (Int, Int, Int) -> Int, inOrderOf loops: [(Int, Int, Int)]
) -> [T] {
  let values = trial.values(T.self)
  return (0..<trial.count).flatMap { sample in
    loops.map { values[sample * height * width * channels + from($0.0, $0.1, $0.2)] }
  }
}

/// All (y, x, c), the last one moving fastest, in an order of loops.
private func positions(_ h: Int, _ w: Int, _ c: Int, _ order: String) -> [(Int, Int, Int)] {
  let size = ["h": h, "w": w, "c": c]
  var all: [[String: Int]] = [[:]]
  for axis in order.map(String.init) {
    all = all.flatMap { known in
      (0..<(size[axis] ?? 0)).map { known.merging([axis: $0]) { $1 } }
    }
  }
  return all.map { ($0["h"] ?? 0, $0["w"] ?? 0, $0["c"] ?? 0) }
}

private func check<T: FixedWidthInteger & BitwiseCopyable>(
  _ type: ElementType, _: T.Type
) throws {
  let (h, w, c) = (3, 4, 2)
  let values = (0..<2 * h * w * c).map { T(truncatingIfNeeded: $0 &* 0x0123_4567_89AB) }
  let last = { (y: Int, x: Int, k: Int) in (y * w + x) * c + k }
  let first = { (y: Int, x: Int, k: Int) in (k * h + y) * w + x }
  let hwc = Trial(type, [h, w, c], values)
  let chw = Trial(type, [c, h, w], values, order: .first)

  let planar = try hwc.converted("layout", "nchw")
  #expect(planar.schema.sampleShape == [c, h, w])
  #expect(planar.schema.channelOrder == .first)
  #expect(
    planar.values(T.self)
      == permuted(
        hwc, T.self, height: h, width: w, channels: c, from: last,
        inOrderOf: positions(h, w, c, "chw")))
  #expect(try planar.converted("layout", "nhwc").pixels == hwc.pixels)
  #expect(try planar.converted("layout", "nhwc").schema == hwc.schema)

  let interleaved = try chw.converted("layout", "nhwc")
  #expect(interleaved.schema.sampleShape == [h, w, c])
  #expect(
    interleaved.values(T.self)
      == permuted(
        chw, T.self, height: h, width: w, channels: c, from: first,
        inOrderOf: positions(h, w, c, "hwc")))

  for (trial, from, order, shape) in [
    (hwc, last, "whc", [w, h, c]), (chw, first, "cwh", [c, w, h]),
  ] {
    let turned = try trial.converted("transpose")
    #expect(turned.schema.sampleShape == shape)
    #expect(
      turned.values(T.self)
        == permuted(
          trial, T.self, height: h, width: w, channels: c, from: from,
          inOrderOf: positions(h, w, c, order)))
    #expect(try turned.converted("transpose").pixels == trial.pixels)
    #expect(try turned.converted("transpose").schema == trial.schema)
  }
}

@Suite struct ShapeConversionsTests {
  @Test("channels move and images turn whatever the size of an element")
  func elements() throws {
    try check(.uint8, UInt8.self)
    try check(.bool, UInt8.self)
    try check(.int16, Int16.self)
    try check(.uint32, UInt32.self)
    try check(.int64, Int64.self)
  }

  @Test("a grey image is turned about its diagonal")
  func grey() throws {
    let trial = Trial(.uint8, [2, 3], [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15] as [UInt8])
    let turned = try trial.converted("transpose")
    #expect(turned.schema.sampleShape == [3, 2])
    #expect(turned.pixels == [0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15])
    #expect(try turned.converted("transpose").pixels == trial.pixels)
  }

  @Test(
    "grey images gain a channel and keep their bytes",
    arguments: [("nhwc", [2, 3, 1]), ("nchw", [1, 2, 3])])
  func channel(order: String, shape: [Int]) throws {
    let trial = Trial(.uint16, [2, 3], Array(0..<12) as [UInt16])
    let result = try trial.converted("layout", order)
    #expect(result.schema.sampleShape == shape)
    #expect(result.schema.channelOrder.rawValue == order)
    #expect(result.pixels == trial.pixels)
    #expect(result.schema.imageDimensions?.height == 2)
    for other in ["nhwc", "nchw"] {
      #expect(try result.converted("layout", other).pixels == trial.pixels)
    }
  }

  @Test("flattening keeps the bytes", arguments: [[2, 3], [1, 2, 3], [6], []])
  func flatten(shape: [Int]) throws {
    let trial = Trial(.int32, shape, Array(0..<12) as [Int32])
    let result = try trial.converted("flatten")
    #expect(result.schema.sampleShape == [shape.reduce(1, *)])
    #expect(result.pixels == trial.pixels)
  }

  @Test("samples without pixels convert", arguments: ["transpose", "flatten"])
  func empty(name: String) throws {
    var trial = Trial(.uint8, [1, 3, 2], [] as [UInt8])
    trial.schema.sampleShape = [0, 3, 2]
    #expect(try trial.converted(name).pixels.isEmpty)
  }

  @Test(
    "what has no height and width is refused with the order that works",
    arguments: [("transpose", "on"), ("layout", "nhwc"), ("layout", "nchw")])
  func refused(name: String, value: String) throws {
    let error = try #require(throws: UnsupportedError.self) {
      try Trial(.uint8, [2, 2], [1, 2, 3, 4] as [UInt8])
        .converted([("flatten", "on"), (name, value)])
    }
    #expect(error.description.contains("put --\(name) before --flatten"))
  }

  @Test("an unknown layout is wrong usage with the nearest spelling")
  func spelling() throws {
    let error = try #require(throws: UsageError.self) { try Layout("nhcw") }
    #expect(error.description.contains("did you mean"))
  }
}
