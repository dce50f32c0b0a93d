/// A way to write a digit: strokes through points on a grid 100 units high, x right and y down.
///
/// A stroke runs smoothly through its points; a point given twice in a row is a sharp corner.
struct DigitForm {
  struct Point: Equatable {
    var x: Int
    var y: Int
  }

  private(set) var strokes: [[Point]]

  private init(_ strokes: [(Int, Int)]...) {
    self.strokes = strokes.map { $0.map { Point(x: $0.0, y: $0.1) } }
  }

  /// The forms of each digit; one listed twice is twice as frequent.
  static let all: [[DigitForm]] = [
    [zero, narrowZero],
    [one, one, curvedOne, flaggedOne],
    [two, two, loopedTwo],
    [three, flatThree],
    [openFour, openFour, closedFour],
    [five, angularFive],
    [six, straightSix],
    [seven, seven, crossedSeven],
    [eight, eight, slimEight],
    [nine, hookedNine],
  ]

  private static let zero = DigitForm([
    (44, 1), (20, 12), (5, 46), (14, 84), (38, 100), (64, 84), (74, 46), (60, 11), (36, 3),
  ])
  private static let narrowZero = DigitForm([
    (38, 0), (17, 20), (8, 56), (17, 89), (34, 100), (53, 84), (62, 44), (54, 12), (38, 0),
  ])
  private static let one = DigitForm([(40, 0), (40, 50), (40, 100)])
  private static let curvedOne = DigitForm([(42, 0), (37, 50), (39, 100)])
  private static let flaggedOne = DigitForm([(20, 24), (42, 2), (42, 2), (42, 50), (42, 100)])
  private static let two = DigitForm([
    (4, 22), (20, 4), (44, 2), (58, 20), (50, 46), (26, 76), (2, 98), (2, 98), (34, 96), (70, 97),
  ])
  private static let loopedTwo = DigitForm([
    (6, 18), (26, 1), (50, 8), (56, 32), (42, 66), (20, 94), (3, 90), (8, 74), (28, 80), (48, 96),
    (72, 92),
  ])
  private static let three = DigitForm([
    (6, 12), (28, 0), (52, 8), (52, 30), (24, 46), (24, 46), (52, 54), (64, 76), (46, 97), (18, 99),
    (0, 86),
  ])
  private static let flatThree = DigitForm([
    (4, 5), (30, 2), (58, 3), (58, 3), (44, 22), (26, 42), (26, 42), (52, 50), (62, 72), (48, 94),
    (22, 100), (2, 90),
  ])
  private static let openFour = DigitForm(
    [(10, 4), (5, 28), (4, 50), (4, 50), (30, 52), (66, 46)],
    [(62, 0), (58, 48), (54, 100)])
  private static let closedFour = DigitForm(
    [(50, 0), (26, 34), (2, 66), (2, 66), (36, 67), (74, 65)],
    [(50, 0), (51, 48), (50, 100)])
  private static let five = DigitForm(
    [(18, 6), (14, 26), (10, 46), (10, 46), (36, 42), (58, 58), (56, 84), (30, 100), (2, 92)],
    [(18, 6), (42, 5), (66, 1)])
  private static let angularFive = DigitForm([
    (64, 2), (40, 3), (16, 4), (16, 4), (14, 24), (10, 44), (10, 44), (34, 38), (60, 52), (64, 76),
    (44, 97), (4, 96),
  ])
  private static let six = DigitForm([
    (50, 0), (26, 18), (8, 52), (8, 84), (30, 100), (56, 88), (60, 66), (40, 54), (12, 74),
  ])
  private static let straightSix = DigitForm([
    (30, 0), (14, 32), (4, 66), (12, 94), (36, 99), (54, 82), (46, 62), (24, 62), (8, 80),
  ])
  private static let seven = DigitForm([
    (2, 8), (32, 4), (62, 3), (62, 3), (48, 34), (34, 66), (26, 100),
  ])
  private static let crossedSeven = DigitForm(
    [(2, 7), (32, 4), (64, 2), (64, 2), (48, 36), (34, 68), (26, 100)],
    [(20, 52), (42, 50), (64, 47)])
  private static let eight = DigitForm([
    (56, 13), (36, 0), (13, 10), (16, 32), (38, 48), (60, 70), (50, 95), (24, 99), (6, 82),
    (18, 62), (42, 44), (58, 26), (56, 13),
  ])
  private static let slimEight = DigitForm([
    (50, 10), (34, 0), (18, 12), (22, 34), (38, 52), (50, 76), (38, 98), (18, 96), (12, 74),
    (28, 52), (46, 32), (50, 10),
  ])
  private static let nine = DigitForm([
    (58, 14), (36, 0), (12, 14), (6, 38), (24, 52), (46, 40), (58, 14), (58, 14), (54, 44),
    (48, 72), (44, 100),
  ])
  private static let hookedNine = DigitForm([
    (58, 18), (36, 0), (12, 12), (6, 34), (24, 48), (46, 40), (58, 18), (60, 46), (54, 80),
    (34, 99), (8, 92),
  ])

  /// The form with every point moved by at most `units`; corners stay corners.
  func wobbled(by units: Int, using random: inout SplitMix64) -> DigitForm {
    var form = self
    for stroke in strokes.indices {
      var moved: [Point] = []
      for (index, point) in strokes[stroke].enumerated() {
        if index > 0, point == strokes[stroke][index - 1] {
          moved.append(moved[index - 1])
        } else {
          moved.append(
            Point(
              x: point.x + random.next(in: -units...units),
              y: point.y + random.next(in: -units...units)))
        }
      }
      form.strokes[stroke] = moved
    }
    return form
  }
}
