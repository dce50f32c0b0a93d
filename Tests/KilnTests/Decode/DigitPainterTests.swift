import Testing

@testable import Kiln

@Suite("Digit painter")
struct DigitPainterTests {
  private static let painter = DigitPainter()

  private func pixels(of index: Int, seed: UInt64 = 1) -> [UInt8] {
    makeBytes(capacity: DigitPainter.pixelCount) {
      Self.painter.draw(index, seed: seed, into: &$0)
    }
  }

  @Test("draws the same pixels for the same seed and index, in any order and by any painter")
  func deterministic() {
    let upwards = (0..<20).map { pixels(of: $0) }
    let downwards = (0..<20).reversed().map { pixels(of: $0) }
    #expect(upwards == downwards.reversed())
    let another = DigitPainter()
    let drawnByAnother = makeBytes(capacity: 20 * DigitPainter.pixelCount) { bytes in
      for index in 0..<20 { another.draw(index, seed: 1, into: &bytes) }
    }
    #expect(Array(upwards.joined()) == drawnByAnother)
  }

  @Test("draws exactly the pixels it has always drawn")
  func golden() {
    // FNV-1a over label and pixels of the first 100 samples.
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in 0..<100 {
      for byte in [Self.painter.label(of: index, seed: 1)] + pixels(of: index) {
        digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3
      }
    }
    #expect(digest == 11_397_436_782_222_974_606)
  }

  @Test("gives each digit to about a tenth of the samples", arguments: [0, 1, UInt64.max])
  func balanced(seed: UInt64) {
    var counts = [Int](repeating: 0, count: 10)
    for index in 0..<10_000 { counts[Int(Self.painter.label(of: index, seed: seed))] += 1 }
    #expect(counts.allSatisfy { (850...1150).contains($0) }, "\(counts)")
  }

  @Test("leaves a border of two pixels empty, and two thirds or more of the image")
  func background() {
    let side = DigitPainter.side
    for index in 0..<200 {
      let image = pixels(of: index)
      let border = image.indices.filter {
        let (row, column) = $0.quotientAndRemainder(dividingBy: side)
        return min(row, column) < 2 || max(row, column) >= side - 2
      }
      #expect(border.allSatisfy { image[$0] == 0 }, "sample \(index)")
      #expect(image.count { $0 == 0 } > image.count * 2 / 3, "sample \(index)")
    }
  }

  @Test("puts strokes of strong ink with soft edges into every image")
  func ink() {
    for index in 0..<200 {
      let image = pixels(of: index)
      #expect(image.count { $0 > 190 } >= 15, "sample \(index)")
      #expect(image.contains { (1..<128).contains($0) }, "sample \(index)")
    }
  }

  @Test("draws different images for different indices and seeds")
  func distinct() {
    let images = (0..<300).map { pixels(of: $0) } + (0..<300).map { pixels(of: $0, seed: 2) }
    #expect(Set(images).count == images.count)
  }

  @Test("accepts any index", arguments: [Int.min, -1, Int.max])
  func extremes(index: Int) {
    #expect(pixels(of: index, seed: .max).count == DigitPainter.pixelCount)
    #expect(Self.painter.label(of: index, seed: .max) < 10)
  }
}
