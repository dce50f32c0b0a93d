import Testing

@testable import Kiln

private let bytes = (0...255).map { UInt8($0) }

@Suite struct PixelConversionsTests {
  @Test("bytes by 1/255 are NumPy's x.astype(float32) / 255")
  func scaleBytes() throws {
    let result = try Trial(.uint8, [256], bytes).converted("scale", "1/255")
    #expect(result.values(Float.self) == bytes.map { Float($0) / 255 })
    #expect(result.schema.elementType == .float32)
    #expect(result.schema.pixelScale == .factor(255))
  }

  @Test("scaling there and back restores every byte")
  func scaleBack() throws {
    let steps = [("scale", "1/255"), ("scale", "255"), ("dtype", "u8")]
    let result = try Trial(.uint8, [256], bytes).converted(steps)
    #expect(result.pixels == bytes)
    #expect(result.schema.pixelScale == .undeclared)
    #expect(result.schema.elementType == .uint8)
  }

  @Test("integers become f32, floats keep their type")
  func scaleTypes() throws {
    let wide = try Trial(.int32, [3], [-3, 7, 70000] as [Int32]).converted("scale", "2/3")
    #expect(wide.values(Float.self) == [-3, 7, 70000].map { Float(Double($0) * 2 / 3) })
    let half = try Trial(.float16, [3], [0.5, -1, .infinity] as [Float16]).converted("scale", "2")
    #expect(half.values(Float16.self) == [1, -2, .infinity])
    let double = try Trial(.float64, [1], [0.1]).converted("scale", "0.5")
    #expect(double.values(Double.self) == [0.05])
    let bool = try Trial(.bool, [2], [0, 1] as [UInt8]).converted("scale", "255")
    #expect(bool.values(Float.self) == [0, 255])
  }

  @Test("a mean and a deviation standardise all channels or each its own")
  func normalize() throws {
    let all = try Trial(.uint8, [256], bytes).converted("normalize", "33.3,78.6")
    #expect(all.values(Float.self) == bytes.map { Float((Double($0) - 33.3) / 78.6) })
    #expect(all.schema.pixelScale == .lost)
    let values = (0..<24).map { Float16($0) / 4 }
    let (means, deviations) = ([1.0, -2, 0.5], [0.5, 0.25, 3])
    let value = "1,-2,0.5/0.5,0.25,3"
    let last = try Trial(.float16, [2, 2, 3], values).converted("normalize", value)
    #expect(
      last.values(Float.self)
        == values.enumerated().map { Float((Double($1) - means[$0 % 3]) / deviations[$0 % 3]) })
    #expect(last.schema.elementType == .float32)
    let first = try Trial(.float16, [3, 2, 2], values, order: .first)
      .converted("normalize", value)
    #expect(
      first.values(Float.self)
        == values.enumerated().map {
          Float((Double($1) - means[$0 / 4 % 3]) / deviations[$0 / 4 % 3])
        })
    let double = try Trial(.float64, [1], [0.1]).converted("normalize", "0.3/0.7")
    #expect(double.values(Double.self) == [(0.1 - 0.3) / 0.7])
  }

  @Test("inverting bytes twice restores them, and once swaps black and white")
  func invert() throws {
    let trial = Trial(.uint8, [256], bytes)
    #expect(try trial.converted("invert").pixels == bytes.reversed())
    #expect(try trial.converted([("invert", "on"), ("invert", "on")]).pixels == bytes)
    #expect(try trial.converted("invert", "off").pixels == bytes)
  }

  @Test("white is what the type and the scale say")
  func white() throws {
    let wide = try Trial(.uint16, [2], [0, 65000] as [UInt16]).converted("invert")
    #expect(wide.values(UInt16.self) == [65535, 535])
    let signed = try Trial(.int32, [2], [0, 300] as [Int32]).converted("invert")
    #expect(signed.values(Int32.self) == [255, -45])
    let small = try Trial(.int8, [2], [0, 127] as [Int8]).converted("invert")
    #expect(small.values(Int8.self) == [127, 0])
    #expect(try Trial(.bool, [2], [0, 1] as [UInt8]).converted("invert").pixels == [1, 0])
    let unit = try Trial(.float32, [2], [0.25, 1] as [Float]).converted("invert")
    #expect(unit.values(Float.self) == [0.75, 0])
    let scaled = Trial(.float64, [1], [0.25], scale: .factor(256))
    #expect(try scaled.converted("invert").values(Double.self) == [191 / 256])
  }

  @Test(
    "floats that are no pixels of the scale are not inverted, unless that is meant",
    arguments: [
      (
        PixelScale.undeclared, [0, 0.5, 172], "value 172.0 cannot be inverted, expected 0 to 1 (put"
      ),
      (.undeclared, [0, 1.1, -0.5], "value -0.5 cannot be inverted, expected 0 to 1 (put"),
      (.factor(2), [0, 130, 172], "value 172.0 cannot be inverted, expected 0 to 127.5 (--clip"),
    ])
  func noPixels(scale: PixelScale, values: [Float], reason: String) throws {
    let trial = Trial(.float32, [1], values, scale: scale)
    let error = try #require(throws: SampleError.self) { try trial.converted("invert") }
    #expect(error.description.hasPrefix("sample 102: " + reason))
    #expect(throws: Never.self) { try trial.converted([("clip", "on"), ("invert", "on")]) }
  }

  @Test("a value above white has no inverse in an unsigned type, unless clipped")
  func aboveWhite() throws {
    let trial = Trial(.uint32, [2, 2], [1, 2, 3, 256] as [UInt32])
    let error = try #require(throws: SampleError.self) { try trial.converted("invert") }
    #expect(error.description.hasPrefix("sample 100: value 256 at [1, 1] does not fit u32"))
    let clipped = try trial.converted([("invert", "on"), ("clip", "on")])
    #expect(clipped.values(UInt32.self) == [254, 253, 252, 0])
  }

  @Test("a scale remembers the way to 8 bits")
  func factors() throws {
    func scale(_ type: ElementType, _ before: PixelScale, _ steps: [(String, String)]) throws
      -> PixelScale
    {
      var trial = Trial(.uint8, [1], [] as [UInt8])
      trial.schema.elementType = type
      trial.schema.pixelScale = before
      return try trial.converted(steps).schema.pixelScale
    }
    #expect(try scale(.uint8, .undeclared, [("scale", "1/255")]) == .factor(255))
    #expect(try scale(.int32, .undeclared, [("scale", "0.5")]) == .factor(2))
    #expect(try scale(.uint16, .undeclared, [("scale", "1/257")]) == .factor(1))
    #expect(try scale(.float32, .undeclared, [("scale", "255")]) == .factor(1))
    #expect(try scale(.float32, .factor(256), [("scale", "2")]) == .factor(128))
    // Floats of 0…255 or 0…16 that nobody has declared: what makes them smaller makes white 1.
    #expect(try scale(.float32, .undeclared, [("scale", "1/16")]) == .factor(255))
    #expect(
      try scale(.uint8, .undeclared, [("scale", "1/255"), ("dtype", "f64"), ("scale", "1/2")])
        == .factor(510))
    #expect(
      try scale(.float32, .undeclared, [("dtype", "u8"), ("scale", "1/255")]) == .factor(255))
    #expect(try scale(.float32, .factor(1), [("scale", "1/255")]) == .factor(255))
    #expect(try scale(.float32, .lost, [("scale", "2")]) == .lost)
    #expect(try scale(.uint8, .undeclared, [("dtype", "f32")]) == .lost)
    #expect(try scale(.uint8, .undeclared, [("dtype", "i32")]) == .undeclared)
    #expect(try scale(.float32, .undeclared, [("dtype", "f16")]) == .undeclared)
    #expect(try scale(.float32, .factor(1), [("dtype", "u8")]) == .undeclared)
    #expect(try scale(.float32, .undeclared, [("dtype", "u8")]) == .undeclared)
    #expect(try scale(.float32, .undeclared, [("clip", "on"), ("dtype", "u8")]) == .factor(255))
    #expect(try scale(.float32, .undeclared, [("dtype", "bool")]) == .undeclared)
    let decimal = [("scale", "0.00392156862745098"), ("scale", "255"), ("dtype", "u8")]
    #expect(try scale(.uint8, .undeclared, decimal) == .undeclared)
  }

  @Test(
    "pixels without a way to 8 bits are not inverted",
    arguments: [("normalize", "0.1,0.3"), ("dtype", "f32")])
  func lost(name: String, value: String) throws {
    let error = try #require(throws: UnsupportedError.self) {
      try Trial(.uint8, [256], bytes).converted([(name, value), ("invert", "on")])
    }
    #expect(error.description.contains("put --invert before"))
  }

  @Test(
    "channels that do not match are refused",
    arguments: [
      (shape: [2, 2, 3], steps: [("normalize", "1,2/1,2")], hint: "2 means for 3 channels"),
      (shape: [2, 6], steps: [("normalize", "1,2/1,2")], hint: "2 means for 1 channel:"),
      (
        shape: [2, 2, 3], steps: [("flatten", "on"), ("normalize", "1,2,3/1,2,3")],
        hint: "put --normalize before --flatten"
      ),
    ])
  func channels(shape: [Int], steps: [(String, String)], hint: String) throws {
    let error = try #require(throws: UnsupportedError.self) {
      try Trial(.uint8, shape, Array(0..<12) as [UInt8]).converted(steps)
    }
    #expect(error.description.contains(hint))
  }

  @Test(
    "numbers that make no sense are wrong usage with an example",
    arguments: [
      ("scale", ["", "x", "0", "1/0", "-1", "1/2/3", "nan", "inf", "0x10", "1e400", "1/", "1,5"]),
      ("normalize", ["", "1", "1,0", "1,2,3", "1,2/3", "1/2/3", "1,-1", "nan,1", "1,2/1,0", "/"]),
    ])
  func usage(name: String, values: [String]) throws {
    for value in values {
      let error = try #require(throws: UsageError.self, "\(value)") {
        try conversion(name, value)
      }
      #expect(error.description.contains("such as"))
    }
  }

  @Test("a scaled value that the type cannot hold is refused, or clipped")
  func overflow() throws {
    let trial = Trial(.float16, [2], [1, 300] as [Float16])
    let error = try #require(throws: SampleError.self) { try trial.converted("scale", "255") }
    #expect(error.description.hasPrefix("sample 100: value 300.0 at [1] does not fit f16"))
    let clipped = try trial.converted([("clip", "on"), ("scale", "255")])
    #expect(clipped.values(Float16.self) == [255, 65504])
  }
}
