/// A picture of a data set: some samples of each class, with the names of the classes beside them.
public struct ContactSheet: Sendable, Equatable {
  /// The samples of one class, or of all where there are no classes.
  struct Row: Sendable, Equatable {
    /// The class; nil where there are none.
    let name: String?
    /// Samples of the class that were there to choose from.
    let count: Int
    let cells: [Thumbnail]
  }

  /// One line about what is shown.
  public let title: String
  /// Classes for which the sheet has no room.
  public let leftOutClassCount: Int
  let rows: [Row]
  let layout: SheetLayout

  /// Dark on light, like print; the counts step back.
  private enum Shade {
    static let paper: UInt8 = 255
    static let title: UInt8 = 90
    static let name: UInt8 = 25
    static let count: UInt8 = 140
  }

  /// The sheet as a PNG file: the same bytes for the same samples.
  /// - Returns: the bytes of the file.
  /// - Throws: an error that says that the picture cannot be compressed, which no sheet should cause.
  public func png() throws -> [UInt8] {
    let canvas = draw()
    let shape = try ImageShape(
      height: canvas.height, width: canvas.width, channels: canvas.channels, bitDepth: 8)
    let encoder = try PNGEncoder(shape: shape, compression: .small)
    return try makeBytes(capacity: encoder.maxEncodedByteCount) { cursor in
      try encoder.encode(canvas.pixels.span, into: &cursor)
    }
  }

  /// Writes the sheet as a PNG file and gives it its name.
  func write(to output: StagedOutput) throws {
    let file = try output.makeFile()
    try file.append(try png())
    try file.flush()
    try output.publish()
  }

  /// What is shown, for `--json`: samples of each class, and how many there were to choose from.
  public var json: JSON {
    .object([
      "title": .text(title),
      "classes": .array(
        rows.map { row in
          .object([
            "name": row.name.map(JSON.text) ?? .null, "count": .integer(row.count),
            "shown": .integer(row.cells.count),
          ])
        }),
      "left_out_classes": .integer(leftOutClassCount),
    ])
  }

  // MARK: Drawing

  private func draw() -> Canvas {
    let names = rows.map { $0.name.map { Self.shortened($0) } }
    let title = Self.shortened(title, to: SheetLayout.maximumTitleLength)
    let nameWidth =
      names.compactMap { $0.map { BitmapFont.width(of: $0) * SheetLayout.nameScale } }.max()
    let left = SheetLayout.margin + (nameWidth.map { $0 + SheetLayout.nameGap } ?? 0)
    let top = SheetLayout.margin + BitmapFont.height + SheetLayout.titleGap
    let columns = min(layout.columns, max(1, rows.map(\.cells.count).max() ?? 1))
    let cells = columns * (layout.cellWidth + SheetLayout.gap) - SheetLayout.gap
    let width = max(left + cells, SheetLayout.margin + BitmapFont.width(of: title))
    let heights = rows.map { layout.height(ofRow: $0.cells.count, isNamed: $0.name != nil) }
    let height = top + heights.reduce(0) { $0 + $1 + SheetLayout.gap } - SheetLayout.gap
    var canvas = Canvas(
      height: height + SheetLayout.margin, width: width + SheetLayout.margin,
      channels: layout.channels, shade: Shade.paper)
    canvas.draw(title, y: SheetLayout.margin, x: SheetLayout.margin, scale: 1, Shade.title)
    var y = top
    for ((row, name), height) in zip(zip(rows, names), heights) {
      if let name { draw(name, row.count, y: y, height, right: left, on: &canvas) }
      for (position, cell) in row.cells.enumerated() {
        let (line, column) = position.quotientAndRemainder(dividingBy: layout.columns)
        canvas.draw(
          cell, y: y + line * (layout.cellHeight + SheetLayout.gap),
          x: left + column * (layout.cellWidth + SheetLayout.gap), scale: layout.scale)
      }
      y += height + SheetLayout.gap
    }
    return canvas
  }

  /// Name and count beside the first line of a row, at its middle, flush right.
  private func draw(
    _ name: String, _ count: Int, y: Int, _ height: Int, right: Int, on canvas: inout Canvas
  ) {
    let line = max(
      min(height, layout.cellHeight),
      SheetLayout.nameHeight + SheetLayout.countGap + BitmapFont.height)
    let text = SheetLayout.nameHeight + SheetLayout.countGap + BitmapFont.height
    let top = y + (line - text) / 2
    let edge = right - SheetLayout.nameGap
    canvas.draw(
      name, y: top, x: edge - BitmapFont.width(of: name) * SheetLayout.nameScale,
      scale: SheetLayout.nameScale, Shade.name)
    canvas.draw(
      String(count), y: top + SheetLayout.nameHeight + SheetLayout.countGap,
      x: edge - BitmapFont.width(of: String(count)), scale: 1, Shade.count)
  }

  static func shortened(_ name: String, to length: Int = SheetLayout.maximumNameLength) -> String {
    let letters = name.unicodeScalars
    guard letters.count > length else { return name }
    return String(String.UnicodeScalarView(letters.prefix(length - 2))) + ".."
  }
}

/// Pixels to draw on.
private struct Canvas {
  let height: Int
  let width: Int
  let channels: Int
  var pixels: [UInt8]

  init(height: Int, width: Int, channels: Int, shade: UInt8) {
    self.height = height
    self.width = width
    self.channels = channels
    pixels = [UInt8](repeating: shade, count: height * width * channels)
  }

  /// Fills a rectangle; what lies outside the canvas is cut off.
  private mutating func fill(_ rows: Range<Int>, _ columns: Range<Int>, _ shade: UInt8) {
    for y in rows.clamped(to: 0..<height) {
      let line = columns.clamped(to: 0..<width)
      for index in (y * width + line.lowerBound) * channels..<(y * width + line.upperBound)
        * channels
      {
        pixels[index] = shade
      }
    }
  }

  mutating func draw(_ text: String, y: Int, x: Int, scale: Int, _ shade: UInt8) {
    for (position, letter) in text.unicodeScalars.enumerated() {
      let left = x + position * BitmapFont.advance * scale
      for (row, bits) in BitmapFont.rows(of: letter).enumerated() {
        for column in 0..<BitmapFont.width
        where bits >> UInt8(BitmapFont.width - 1 - column) & 1 == 1 {
          fill(
            y + row * scale..<y + (row + 1) * scale,
            left + column * scale..<left + (column + 1) * scale, shade)
        }
      }
    }
  }

  mutating func draw(_ picture: Thumbnail, y: Int, x: Int, scale: Int) {
    for row in 0..<min(picture.height * scale, height - y) {
      for column in 0..<min(picture.width * scale, width - x) {
        let source = (row / scale * picture.width + column / scale) * channels
        let target = ((y + row) * width + x + column) * channels
        for channel in 0..<channels {
          pixels[target + channel] = picture.pixels[source + channel]
        }
      }
    }
  }
}
