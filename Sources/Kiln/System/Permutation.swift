/// Another order of the elements of every sample, in three nested loops.
struct Permutation: Sendable {
  /// How often each loop runs, outermost first.
  let sizes: (Int, Int, Int)
  /// How far each loop steps through the old sample.
  let strides: (Int, Int, Int)

  /// The elements of whole samples, each sample in the new order.
  func applied(to samples: [UInt8], elementByteCount: Int) -> [UInt8] {
    switch elementByteCount {
    case 1: applied(to: samples, UInt8.self)
    case 2: applied(to: samples, UInt16.self)
    case 4: applied(to: samples, UInt32.self)
    default: applied(to: samples, UInt64.self)
    }
  }

  private func applied<Word: BitwiseCopyable>(to samples: [UInt8], _: Word.Type) -> [UInt8] {
    let sampleLength = sizes.0 * sizes.1 * sizes.2
    return withElements(of: samples, as: Word.self) { values in
      // The loops run inside out: elements are made in order, each a step away from the one before.
      var (outer, middle, inner) = (0, 0, 0)
      var (sample, source) = (0, 0)
      return makeElements(count: values.count, of: Word.self) { _ in
        let value = values[source]
        inner += 1
        source += strides.2
        guard inner == sizes.2 else { return value }
        inner = 0
        middle += 1
        if middle == sizes.1 {
          middle = 0
          outer += 1
          if outer == sizes.0 {
            outer = 0
            sample += sampleLength
          }
        }
        source = sample + outer * strides.0 + middle * strides.1
        return value
      }
    }
  }
}
