import Testing

@testable import Kiln

/// The numbers of any type as Double; exact for those used here.
private func numbers(_ trial: Trial) -> [Double] {
  func read<T: BinaryInteger & BitwiseCopyable>(_ type: T.Type) -> [Double] {
    trial.values(type).map { Double($0) }
  }
  return switch trial.schema.elementType {
  case .uint8, .bool: read(UInt8.self)
  case .int8: read(Int8.self)
  case .uint16: read(UInt16.self)
  case .int16: read(Int16.self)
  case .uint32: read(UInt32.self)
  case .int32: read(Int32.self)
  case .uint64: read(UInt64.self)
  case .int64: read(Int64.self)
  case .float16: trial.values(Float16.self).map { Double($0) }
  case .float32: trial.values(Float.self).map { Double($0) }
  case .float64: trial.values(Double.self)
  }
}

@Suite struct TypeConversionsTests {
  @Test(
    "every type takes small numbers from every other", arguments: ElementType.allCases,
    ElementType.allCases)
  func small(from: ElementType, to: ElementType) throws {
    let values: [Double] = from == .bool || to == .bool ? [0, 1, 1, 0] : [0, 1, 2, 127]
    let trial = try Trial(.float64, [4], values).converted("dtype", from.rawValue)
    let result = try trial.converted("dtype", to.rawValue)
    #expect(result.schema.elementType == to)
    #expect(result.pixels.count == 4 * to.byteCount)
    #expect(numbers(result) == values)
  }

  @Test("floats are rounded half to even, as the library rounds them")
  func rounding() throws {
    var values = (-20...20).map { Double($0) / 4 }
    values += [1e9 + 0.5, 1e9 + 1.5, 0x1.0p51 + 0.5, 0x1.0p52 - 0.5, -0x1.0p51 - 0.5, -0.0]
    values += [(0.5).nextDown, (0.5).nextUp, (2.5).nextDown]
    values += [(0x1.0p51).nextDown, 0x1.0p60, -0x1.0p63]
    let result = try Trial(.float64, [values.count], values).converted("dtype", "i64")
    #expect(result.values(Int64.self) == values.map { Int64($0.rounded(.toNearestOrEven)) })
    let single = Trial(.float32, [4], [0.5, 1.5, 2.5, 254.5] as [Float])
    #expect(try single.converted("dtype", "u8").pixels == [0, 2, 2, 254])
  }

  @Test(
    "the ends of a type are held and what is beyond is not",
    arguments: [
      ("u8", -0.5, 255.49, -0.51, 255.5), ("i8", -128.5, 127.49, -128.51, 127.5),
      ("bool", -0.5, 1.49, -0.51, 1.5), ("u16", 0, 65535, -1, 65536),
      ("i16", -32768, 32767, -32769, 32768), ("u32", 0, 4_294_967_295, -1, 4_294_967_296),
      ("i32", -2_147_483_648, 2_147_483_647, -2_147_483_649, 2_147_483_648),
      ("u64", 0, (0x1.0p64).nextDown, -1, 0x1.0p64),
      ("i64", -0x1.0p63, (0x1.0p63).nextDown, (-0x1.0p63).nextDown, 0x1.0p63),
      ("f16", -65519, 65519, -65520, 65520),
      ("f32", -0x1.fffffep127, 0x1.fffffep127, -0x1.0p128, 0x1.0p128),
    ])
  func ends(type: String, low: Double, high: Double, below: Double, above: Double) throws {
    let held = try numbers(Trial(.float64, [2], [low, high]).converted("dtype", type))
    let whole: Double = type == "bool" ? 1 : 2
    for value in [below, above] {
      let error = try #require(throws: SampleError.self) {
        try Trial(.float64, [1, 2], [0, 0, whole, value]).converted("dtype", type)
      }
      #expect(error.description.hasPrefix("sample 101: value \(value) at [0, 1] does not fit"))
      #expect(error.description.contains("--clip"))
    }
    for steps in [[("clip", "on"), ("dtype", type)], [("dtype", type), ("clip", "on")]] {
      let clipped = try numbers(Trial(.float64, [2], [below, above]).converted(steps))
      #expect(clipped[0] == held[0])
      // As a Double, the largest 64-bit integer is one more than it is.
      #expect(clipped[1] == held[1] || clipped[1] == above)
    }
  }

  @Test("64-bit integers keep every bit, and the far end where clipped")
  func wide() throws {
    let values: [UInt64] = [0, 1 << 53 | 1, .max >> 1]
    let result = try Trial(.uint64, [3], values).converted("dtype", "i64")
    #expect(result.values(Int64.self) == [0, 1 << 53 | 1, .max])
    #expect(throws: SampleError.self) {
      try Trial(.uint64, [1], [1 << 63] as [UInt64]).converted("dtype", "i64")
    }
    let clip = [("dtype", "u64"), ("clip", "on")]
    let clipped = try Trial(.float64, [3], [-1, 0x1.0p64, .infinity]).converted(clip)
    #expect(clipped.values(UInt64.self) == [0, .max, .max])
    let negative = try Trial(.int64, [1], [-5] as [Int64]).converted(clip)
    #expect(negative.values(UInt64.self) == [0])
  }

  @Test("what is not a number is refused by integers even when clipped, and kept by floats")
  func notANumber() throws {
    let trial = Trial(.float32, [2], [1, .nan] as [Float])
    for steps in [[("dtype", "u8")], [("dtype", "u8"), ("clip", "on")]] {
      let error = try #require(throws: SampleError.self) { try trial.converted(steps) }
      #expect(error.description == "sample 100: value nan at [1] does not fit u8, 0 to 255")
    }
    let half = try Trial(.float32, [3], [.nan, .infinity, -.infinity] as [Float])
      .converted("dtype", "f16").values(Float16.self)
    #expect(half[0].isNaN && half[1] == .infinity && half[2] == -.infinity)
  }

  @Test(
    "floats of 0 to 1 do not silently become black and white",
    arguments: [
      (PixelScale.undeclared, 0, "--scale 255 before it where white is 1"),
      (.factor(256), 0, "--scale 256 before it"),
      (.factor(127.5), 0, "--scale 127.5 before it"),
      (.undeclared, -1, "--normalize -1,1 --scale 127.5 before it where white is 1"),
    ])
  func unitFloats(scale: PixelScale, least: Float, remedy: String) throws {
    // Resampling leaves a little more than 1.
    let values = [0, 1.0001, least, 1, 0, 0.75, 1, 1, 0, 0, 0, 0.25] as [Float]
    var trial = Trial(.float32, [2, 2], values.map { $0.rounded() } + values, scale: scale)
    trial.firstIndex = 0
    let error = try #require(throws: SampleError.self) { try trial.converted("dtype", "i16") }
    #expect(
      error.description
        == "sample 3: values such as 1.0001, none much above 1, would be rounded to black and white by"
        + " --dtype i16 (put \(remedy); --clip rounds)")
    let clipped = try trial.converted([("clip", "on"), ("dtype", "i16")])
    #expect(clipped.values(Int16.self).suffix(4) == [0, 0, 0, 0])
    if remedy.hasPrefix("--scale"), scale == .undeclared {
      let scaled = try trial.converted([("scale", "2"), ("scale", "2"), ("dtype", "i16")])
      #expect(scaled.values(Int16.self).suffix(4) == [0, 0, 0, 1])
    }
  }

  @Test("a few dark pictures behind others say nothing, many do")
  func darkFloats() throws {
    let dark = { Trial(.float32, [2], [Float](repeating: 0.25, count: 2 * $0)) }
    #expect(try dark(63).converted("dtype", "u8").pixels.allSatisfy { $0 == 0 })
    #expect(throws: SampleError.self) { try dark(64).converted("dtype", "u8") }
  }

  @Test("floats that are no such pixels are rounded")
  func otherFloats() throws {
    let values = [0, 0.5, 0, 1, 0, 0.75, 1, 1] as [Float]
    let rounded: [UInt8] = [0, 0, 0, 1, 0, 1, 1, 1]
    let trial = Trial(.float32, [2, 2], values)
    #expect(try trial.converted([("normalize", "0,1"), ("dtype", "u8")]).pixels == rounded)
    #expect(try trial.converted("dtype", "bool").pixels == rounded)
    #expect(
      try Trial(.float32, [4], [0, 1, 1, 0] as [Float]).converted("dtype", "u8").pixels
        == [0, 1, 1, 0])
    // One dark picture among those of 0 to 255.
    let dark = Trial(.float32, [2, 2], values + [255, 3, 7.5, 0])
    #expect(try dark.converted("dtype", "u8").pixels == rounded + [255, 3, 8, 0])
    let known = Trial(.float32, [2, 2], values, scale: .factor(1))
    #expect(try known.converted("dtype", "u8").pixels == rounded)
  }

  @Test("an unknown type is wrong usage with the nearest spelling")
  func spelling() throws {
    let error = try #require(throws: UsageError.self) { try TypeConversion("f23") }
    #expect(error.description.contains("did you mean"))
  }

  @Test("every conversion is listed once, takes what it says, and has help")
  func table() throws {
    let names = ConversionFormat.all.map(\.name)
    #expect(Set(names).count == names.count)
    for format in ConversionFormat.all {
      #expect(!format.option.summary.isEmpty)
      #expect((format.option.kind == .toggle) == format.placeholder.isEmpty)
    }
  }
}
