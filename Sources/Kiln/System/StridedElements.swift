/// The dimensions of elements that lie in memory with gaps or in another order than they are read in.
struct StridedLayout: Sendable, Equatable {
  /// How many elements there are along each axis; the last axis varies fastest in what is gathered.
  private(set) var shape: [Int]
  /// How many elements lie between neighbours along each axis; never negative.
  private(set) var strides: [Int]

  init(shape: [Int], strides: [Int]) {
    precondition(shape.count == strides.count)
    precondition(strides.allSatisfy { $0 >= 0 } && shape.allSatisfy { $0 >= 0 })
    self.shape = shape
    self.strides = strides
  }

  /// Elements in all.
  var count: Int { shape.reduce(1, *) }

  /// Elements from the first to behind the last one.
  var extent: Int {
    count == 0 ? 0 : zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
  }

  /// The same elements in the same order with as few axes as possible.
  var merged: StridedLayout {
    var shape: [Int] = []
    var strides: [Int] = []
    for (size, stride) in zip(self.shape, self.strides) where size != 1 {
      if let lastSize = shape.last, let lastStride = strides.last, lastStride == size * stride {
        shape[shape.count - 1] = lastSize * size
        strides[strides.count - 1] = stride
      } else {
        shape.append(size)
        strides.append(stride)
      }
    }
    return StridedLayout(shape: shape, strides: strides)
  }

  /// Whether the elements lie behind one another as they are read.
  var isContiguous: Bool {
    let merged = merged
    return merged.shape.isEmpty || count == 0 || (merged.shape.count == 1 && merged.strides == [1])
  }
}

/// Which byte of a number comes first.
enum ByteOrder: Sendable, Equatable {
  case little
  case big

  /// The order of this machine.
  static var native: ByteOrder { UInt16(1).littleEndian == 1 ? .little : .big }
}

/// Copies elements in the order of their axes, in native byte order.
///
/// - Parameters:
///   - bytes: memory that begins with the layout's first element; as long as its extent at least.
///   - layout: where the elements are.
///   - width: bytes of one element: 1, 2, 4 or 8.
///   - order: the byte order of the elements in memory.
/// - Returns: packed elements.
func gatheredElements(
  _ bytes: Span<UInt8>, _ layout: StridedLayout, width: Int, order: ByteOrder
) -> [UInt8] {
  precondition(bytes.count >= layout.extent * width)
  let swaps = width > 1 && order != .native
  if layout.isContiguous {
    let copy = makeBytes(capacity: layout.count * width) {
      $0.append(bytes.extracting(0..<layout.count * width))
    }
    guard swaps else { return copy }
    return swappedElements(copy, width: width)
  }
  return switch width {
  case 1: gathered(bytes, layout, UInt8.self) { $0 }
  case 2: gathered(bytes, layout, UInt16.self) { swaps ? $0.byteSwapped : $0 }
  case 4: gathered(bytes, layout, UInt32.self) { swaps ? $0.byteSwapped : $0 }
  case 8: gathered(bytes, layout, UInt64.self) { swaps ? $0.byteSwapped : $0 }
  default: preconditionFailure("elements of \(width) bytes")
  }
}

/// Copies whole samples, each with its elements in another order.
/// - Parameters:
///   - samples: packed elements in native byte order.
///   - sizes: the axes of a new sample, outermost first.
///   - strides: how far each of them steps through the old sample.
///   - elementByteCount: bytes of one element.
/// - Returns: the samples with their elements in the new order.
func permutedSamples(
  _ samples: [UInt8], sizes: [Int], strides: [Int], elementByteCount: Int
) -> [UInt8] {
  let sampleLength = sizes.reduce(1, *)
  guard sampleLength > 0 else { return samples }
  let count = samples.count / (sampleLength * elementByteCount)
  let layout = StridedLayout(shape: [count] + sizes, strides: [sampleLength] + strides)
  return gatheredElements(samples.span, layout, width: elementByteCount, order: .native)
}

/// Copies in squares of the axis that is read fastest and the axis that lies closest in memory.
///
/// A line of the cache is used for all that it holds before it is given up: transposing
/// 70,000 x 784 bytes this way takes a fraction of what one element after the other takes.
@inline(__always)
private func gathered<Word: FixedWidthInteger & BitwiseCopyable>(
  _ bytes: Span<UInt8>, _ layout: StridedLayout, _ type: Word.Type,
  _ transform: (Word) -> Word
) -> [UInt8] {
  let merged = layout.merged
  let (shape, strides) = (merged.shape, merged.strides)
  let inner = shape.count - 1
  // Where the elements go: packed, last axis fastest.
  var places = [Int](repeating: 1, count: shape.count)
  for axis in (0..<inner).reversed() { places[axis] = places[axis + 1] * shape[axis + 1] }
  // The inner axis itself where it is packed or there is no other.
  let close = strides[inner] <= 1 ? inner : strides.indices.min { strides[$0] < strides[$1] } ?? 0
  let outer = shape.indices.filter { $0 != inner && $0 != close }
  let width = MemoryLayout<Word>.size
  let byteCount = merged.count * width
  let side = 32
  // Every element's place is below the extent on one side, which the caller has compared with the
  // span's length, and below the count on the other; each place is written exactly once.
  return unsafe makeUninitialized(capacity: byteCount) { output, initialized in
    unsafe bytes.withUnsafeBytes { raw in
      guard let input = raw.baseAddress else { return }
      @inline(__always) func copy(_ source: Int, _ place: Int) {
        let word = unsafe input.loadUnaligned(fromByteOffset: source * width, as: Word.self)
        unsafe output.storeBytes(of: transform(word), toByteOffset: place * width, as: Word.self)
      }
      var position = [Int](repeating: 0, count: outer.count)
      var (source, place) = (0, 0)
      while true {
        if close == inner {
          for index in 0..<shape[inner] { copy(source + index * strides[inner], place + index) }
        } else {
          for first in stride(from: 0, to: shape[close], by: side) {
            let end = min(first + side, shape[close])
            for start in stride(from: 0, to: shape[inner], by: side) {
              let limit = min(start + side, shape[inner])
              for line in first..<end {
                let (from, to) = (source + line * strides[close], place + line * places[close])
                for index in start..<limit { copy(from + index * strides[inner], to + index) }
              }
            }
          }
        }
        var axis = outer.count - 1
        while axis >= 0 {
          let outerAxis = outer[axis]
          position[axis] += 1
          source += strides[outerAxis]
          place += places[outerAxis]
          if position[axis] < shape[outerAxis] { break }
          source -= shape[outerAxis] * strides[outerAxis]
          place -= shape[outerAxis] * places[outerAxis]
          position[axis] = 0
          axis -= 1
        }
        if axis < 0 { break }
      }
    }
    initialized = byteCount
  }
}
