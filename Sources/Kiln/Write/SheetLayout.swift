/// Where everything goes on a contact sheet; known before the first sample is read.
struct SheetLayout: Sendable, Equatable {
  /// Small samples are scaled up to about this many pixels, by whole factors: edges stay sharp.
  private static let targetSide = 64
  /// A sheet is looked at: 32 MiB is a tower of 256 screens in grey, and bounds the samples kept.
  static let maximumByteCount = 32 << 20
  /// Rows of names that anyone would scroll through.
  private static let maximumGroupCount = 256
  /// Below what a PNG may be high, with room for the title.
  private static let maximumHeight = ImageShape.maxSide - 100
  /// Letters of a name; what is longer ends in two dots.
  static let maximumNameLength = 20
  /// Letters of the title: names of splits come from files, and the sheet is as wide as it is long.
  static let maximumTitleLength = 200

  static let margin = 20
  static let gap = 4
  /// Between a name and its pictures.
  static let nameGap = 12
  /// Between the title and the first row.
  static let titleGap = 14
  static let nameScale = 2
  static let nameHeight = BitmapFont.height * nameScale
  /// Between a name and the count below it.
  static let countGap = 6
  /// Name and count below each other, with the descender of the name.
  private static let minimumLineHeight = nameHeight + countGap + BitmapFont.height

  /// How many times larger a sample's pixel is drawn.
  let scale: Int
  let cellHeight: Int
  let cellWidth: Int
  let channels: Int
  /// Pictures side by side.
  let columns: Int
  /// Pictures of one class, or of all where there are none.
  let groupCapacity: Int
  /// Classes that have room.
  let groupLimit: Int

  /// - Parameters:
  ///   - maker: how samples are drawn.
  ///   - hasLabels: whether there is a group for each class.
  ///   - perClass: pictures of each class, 1 to 100.
  ///   - columns: pictures side by side, 1 to 100.
  init(_ maker: ThumbnailMaker, hasLabels: Bool, perClass: Int, columns: Int?) {
    let scale = max(1, Self.targetSide / max(maker.height, maker.width))
    self.scale = scale
    cellHeight = maker.height * scale
    cellWidth = maker.width * scale
    channels = maker.channels
    self.columns = columns ?? (hasLabels ? perClass : 10)
    let nameWidth =
      hasLabels ? Self.maximumNameLength * BitmapFont.advance * Self.nameScale + Self.nameGap : 0
    let width = 2 * Self.margin + nameWidth + self.columns * (cellWidth + Self.gap)
    let lineHeight = max(cellHeight, hasLabels ? Self.minimumLineHeight : 0) + Self.gap
    let lineLimit = max(
      1, min(Self.maximumHeight, Self.maximumByteCount / (width * channels)) / lineHeight)
    if hasLabels {
      groupCapacity = min(perClass, lineLimit * self.columns)
      let lines = (groupCapacity - 1) / self.columns + 1
      groupLimit = max(1, min(Self.maximumGroupCount, lineLimit / lines))
    } else {
      // As much as ten classes would show.
      groupCapacity = min(10 * perClass, lineLimit * self.columns)
      groupLimit = 1
    }
  }

  /// The height of a row with so many pictures.
  func height(ofRow count: Int, isNamed: Bool) -> Int {
    let lines = max(1, (count - 1) / columns + 1)
    return max(
      lines * (cellHeight + Self.gap) - Self.gap, isNamed ? Self.minimumLineHeight : 0)
  }
}
