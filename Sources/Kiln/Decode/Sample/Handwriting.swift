/// How one hand turns a form into the path of a pen.
struct Handwriting {
  /// A place in an image, in 1/256 pixel.
  typealias Position = DigitForm.Point

  /// Shear to the right per unit of height, in 1/256.
  private var slant: Int
  /// Rise per unit of width, in 1/256.
  private let rise: Int
  /// Width against height, in 1/256.
  private let width: Int
  /// The longer side of the path, in 1/256 pixel.
  private let size: Int

  init(using random: inout SplitMix64) {
    slant = random.next(in: -20...100)
    rise = random.next(in: -10...28)
    width = random.next(in: 200...290)
    size = random.next(in: 3950...4300)
  }

  /// The same hand on another day: as far away as a mixture of both still looks like one stroke.
  func varied(using random: inout SplitMix64) -> Handwriting {
    var hand = self
    hand.slant += random.next(in: 14...26) * (random.next(below: 2) * 2 - 1)
    return hand
  }

  /// Places along the strokes, about half a pixel apart, centred in the image.
  func path(of form: DigitForm) -> [Position] {
    var path: [Position] = []
    path.reserveCapacity(192)
    for stroke in form.strokes {
      for index in 0..<stroke.count - 1 where stroke[index] != stroke[index + 1] {
        trace(
          stroke[max(index - 1, 0)], stroke[index], stroke[index + 1],
          stroke[min(index + 2, stroke.count - 1)], onto: &path)
      }
    }
    centre(&path)
    return path
  }

  /// Follows the Catmull-Rom curve from `start` to `end`.
  private func trace(
    _ before: Position, _ start: Position, _ end: Position, _ after: Position,
    onto path: inout [Position]
  ) {
    let steps = max(abs(end.x - start.x), abs(end.y - start.y)) / 4 + 1
    let square = steps * steps
    let cube = square * steps
    func curve(_ p: Int, _ q: Int, _ r: Int, _ s: Int, _ step: Int) -> Int {
      let linear = (r - p) * step * square
      let quadratic = (2 * p - 5 * q + 4 * r - s) * step * step * steps
      let cubic = (3 * (q - r) + s - p) * step * step * step
      return q * 256 + (linear + quadratic + cubic) * 128 / cube
    }
    for step in 0...steps {
      let x = curve(before.x, start.x, end.x, after.x, step)
      let y = curve(before.y, start.y, end.y, after.y, step)
      path.append(Position(x: (x * width - y * slant) >> 8, y: y - (x * rise) >> 8))
    }
  }

  /// Scales the path to this hand's size and puts the middle of its box in the middle of the image.
  private func centre(_ path: inout [Position]) {
    guard let first = path.first else { return }
    var low = first
    var high = first
    for place in path {
      low = Position(x: min(low.x, place.x), y: min(low.y, place.y))
      high = Position(x: max(high.x, place.x), y: max(high.y, place.y))
    }
    let extent = max(high.x - low.x, high.y - low.y, 1)
    let middle = DigitPainter.side * 128
    for index in path.indices {
      let x = (2 * path[index].x - low.x - high.x) * size / (2 * extent)
      let y = (2 * path[index].y - low.y - high.y) * size / (2 * extent)
      path[index] = Position(x: middle + x, y: middle + y)
    }
  }
}
