// Batches carry bytes; conversions and sinks read and make them as numbers through these functions.

/// Reads the bytes as elements of a type.
/// - Throws: what `body` throws.
@inline(__always)
func withElements<Element: BitwiseCopyable, Result>(
  of bytes: [UInt8], as type: Element.Type, _ body: (Span<Element>) throws -> Result
) rethrows -> Result {
  precondition(bytes.count % MemoryLayout<Element>.stride == 0)
  // An array's storage is aligned for every element type here, and all bit patterns are values.
  return unsafe try bytes.withUnsafeBytes { raw in
    try body(unsafe raw.assumingMemoryBound(to: Element.self).span)
  }
}

/// Makes the bytes of `count` elements by a function of their position.
/// - Throws: what `element` throws.
@inline(__always)
func makeElements<Element: BitwiseCopyable>(
  count: Int, of type: Element.Type, _ element: (Int) throws -> Element
) rethrows -> [UInt8] {
  let byteCount = count * MemoryLayout<Element>.stride
  // Each element is stored within the capacity; an array's storage is aligned for every type here.
  return unsafe try makeUninitialized(capacity: byteCount) { base, initialized in
    for index in 0..<count {
      unsafe base.storeBytes(
        of: try element(index), toByteOffset: index * MemoryLayout<Element>.stride,
        as: Element.self)
    }
    initialized = byteCount
  }
}

/// Turns the bytes of elements around, each of `width` bytes.
func swappedElements(_ bytes: [UInt8], width: Int) -> [UInt8] {
  func swapped<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type) -> [UInt8] {
    withElements(of: bytes, as: type) { words in
      makeElements(count: words.count, of: type) { words[$0].byteSwapped }
    }
  }
  return switch width {
  case 2: swapped(UInt16.self)
  case 4: swapped(UInt32.self)
  case 8: swapped(UInt64.self)
  default: bytes
  }
}

extension ElementType {
  /// Reads packed native elements as whole numbers.
  /// - Throws: ``NumberError`` with the position of the first fraction or number beyond an `Int64`.
  func integers(in bytes: [UInt8]) throws(NumberError) -> [Int64] {
    func whole<T: BinaryInteger & BitwiseCopyable>(_ type: T.Type) -> [Int64] {
      withElements(of: bytes, as: type) { values in
        [Int64](capacity: values.count) { output in
          for index in values.indices { output.append(Int64(truncatingIfNeeded: values[index])) }
        }
      }
    }
    func fractional<T: BinaryFloatingPoint & BitwiseCopyable>(
      _ type: T.Type
    ) throws(NumberError) -> [Int64] {
      var result: [Int64] = []
      result.reserveCapacity(bytes.count / MemoryLayout<T>.stride)
      var offender: NumberError?
      withElements(of: bytes, as: type) { values in
        for index in values.indices {
          guard let value = Int64(exactly: values[index]) else {
            offender = NumberError(position: index, value: "\(values[index])")
            return
          }
          result.append(value)
        }
      }
      if let offender { throw offender }
      return result
    }
    func exact(_ type: UInt64.Type) throws(NumberError) -> [Int64] {
      let result = whole(type)
      // What does not fit has become negative.
      guard let position = result.firstIndex(where: { $0 < 0 }) else { return result }
      throw NumberError(position: position, value: "\(UInt64(bitPattern: result[position]))")
    }
    return switch self {
    case .uint8, .bool: whole(UInt8.self)
    case .int8: whole(Int8.self)
    case .uint16: whole(UInt16.self)
    case .int16: whole(Int16.self)
    case .uint32: whole(UInt32.self)
    case .int32: whole(Int32.self)
    case .uint64: try exact(UInt64.self)
    case .int64: whole(Int64.self)
    case .float16: try fractional(Float16.self)
    case .float32: try fractional(Float.self)
    case .float64: try fractional(Double.self)
    }
  }

  /// Reads packed native elements as numbers; integers beyond 2^53 lose digits.
  func numbers(in bytes: [UInt8]) -> [Double] {
    func whole<T: BinaryInteger & BitwiseCopyable>(_ type: T.Type) -> [Double] {
      withElements(of: bytes, as: type) { span in span.indices.map { Double(span[$0]) } }
    }
    func fractional<T: BinaryFloatingPoint & BitwiseCopyable>(_ type: T.Type) -> [Double] {
      withElements(of: bytes, as: type) { span in span.indices.map { Double(span[$0]) } }
    }
    return switch self {
    case .uint8, .bool: whole(UInt8.self)
    case .int8: whole(Int8.self)
    case .uint16: whole(UInt16.self)
    case .int16: whole(Int16.self)
    case .uint32: whole(UInt32.self)
    case .int32: whole(Int32.self)
    case .uint64: whole(UInt64.self)
    case .int64: whole(Int64.self)
    case .float16: fractional(Float16.self)
    case .float32: fractional(Float.self)
    case .float64: fractional(Double.self)
    }
  }

  /// The packed native elements of a float type that are nearest to numbers.
  func bytes(nearest numbers: [Double]) -> [UInt8] {
    precondition(isFloat)
    return switch self {
    case .float16: makeElements(count: numbers.count, of: Float16.self) { Float16(numbers[$0]) }
    case .float32: makeElements(count: numbers.count, of: Float.self) { Float(numbers[$0]) }
    default: makeElements(count: numbers.count, of: Double.self) { numbers[$0] }
    }
  }

  /// The packed native elements for whole numbers that are known to fit.
  func bytes(of values: [Int64]) -> [UInt8] {
    func packed<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> [UInt8] {
      makeElements(count: values.count, of: type) { T(truncatingIfNeeded: values[$0]) }
    }
    return switch self {
    case .uint8, .bool: packed(UInt8.self)
    case .int8: packed(Int8.self)
    case .uint16: packed(UInt16.self)
    case .int16: packed(Int16.self)
    case .uint32: packed(UInt32.self)
    case .int32: packed(Int32.self)
    case .uint64: packed(UInt64.self)
    case .int64: packed(Int64.self)
    case .float16: makeElements(count: values.count, of: Float16.self) { Float16(values[$0]) }
    case .float32: makeElements(count: values.count, of: Float.self) { Float(values[$0]) }
    case .float64: makeElements(count: values.count, of: Double.self) { Double(values[$0]) }
    }
  }
}

/// A value that is no whole number where one is needed.
struct NumberError: Error, Sendable, Equatable {
  let position: Int
  let value: String
}

/// A number that leaves a sum no bits for a fraction: 1.5 * 2^52.
///
/// The addition itself rounds, half to even. Of what is added, anything below 2^51 in magnitude, the sum's
/// lowest bits are the whole number in two's complement.
let roundingShift = 0x1.8p52

/// Rounds to a whole number, halves to the even one, as NumPy's `rint`.
///
/// 0.5 ns where the library's function, called for want of an instruction, takes 3 ns.
@inline(__always)
func roundedHalfToEven(_ value: Double) -> Double {
  value.magnitude < 0x1p51
    ? (value + roundingShift) - roundingShift : value.rounded(.toNearestOrEven)
}

extension Range<Int> {
  /// The range of elements for a range of samples.
  func scaled(by elements: Int) -> Range<Int> { lowerBound * elements..<upperBound * elements }
}
