extension ContactSheet {
  /// How a drawing of characters shows brightness.
  public enum Ink: Sendable {
    /// Half blocks in 24-bit colours, two pixels to a character.
    case colour
    /// Plain ASCII, from a space to an `@`: for light on dark terminals.
    case plain
  }

  /// What a digit needs to be recognised.
  private static let minimumCellWidth = 16

  /// The sheet as lines of characters; of each class as many samples as fit side by side.
  /// - Parameters:
  ///   - width: characters in a line.
  ///   - ink: how brightness is shown.
  /// - Returns: lines, each ended by a newline.
  public func drawing(width: Int, _ ink: Ink) -> String {
    let names = rows.map { Self.shortened(($0.name ?? "").printable) }
    let counts = rows.map { $0.name == nil ? "" : String($0.count) }
    let nameWidth = (names + counts).map(\.count).max() ?? 0
    let left = nameWidth == 0 ? 0 : nameWidth + 1
    let room = max(1, width - left)
    // Grid lines and pictures share the room; a narrow terminal gets one picture, however small.
    let cellWidth = layout.cellWidth / layout.scale
    let narrowest = min(cellWidth, Self.minimumCellWidth)
    let fitting = max(1, (room + 1) / (narrowest + 1))
    let columns = min(fitting, layout.columns)
    let drawnWidth = max(1, min(cellWidth, (room + 1) / columns - 1))
    // A character is about twice as high as wide: one line shows two rows of pixels.
    let cellHeight = layout.cellHeight / layout.scale
    let drawnHeight = max(2, (cellHeight * drawnWidth / cellWidth + 1) / 2 * 2)

    var text = title.printable + "\n"
    for (row, (name, count)) in zip(rows, zip(names, counts)) {
      let lineCount = row.name == nil ? (row.cells.count - 1) / columns + 1 : 1
      for line in 0..<lineCount {
        let cells = row.cells.dropFirst(line * columns).prefix(columns).map {
          $0.resized(height: drawnHeight, width: drawnWidth)
        }
        text += "\n"
        for y in 0..<drawnHeight / 2 {
          let label = y == 0 ? name : y == 1 ? count : ""
          let padded = label + String(repeating: " ", count: max(0, left - label.count))
          let drawn = cells.map { ink.line(y, of: $0) }.joined(separator: " ")
          text += (padded.prefix(left) + drawn).droppingTrailingSpaces + "\n"
        }
      }
    }
    return text
  }
}

extension ContactSheet.Ink {
  /// One line of characters: two rows of pixels.
  fileprivate func line(_ y: Int, of picture: Thumbnail) -> String {
    switch self {
    case .colour: halfBlocks(y, of: picture)
    case .plain: letters(y, of: picture)
    }
  }

  private func halfBlocks(_ y: Int, of picture: Thumbnail) -> String {
    var text = ""
    var last: (top: [UInt8], bottom: [UInt8])?
    for x in 0..<picture.width {
      let (top, bottom) = (picture.colour(2 * y, x), picture.colour(2 * y + 1, x))
      if last?.top != top { text += "\u{1B}[38;2;\(top[0]);\(top[1]);\(top[2])m" }
      if last?.bottom != bottom { text += "\u{1B}[48;2;\(bottom[0]);\(bottom[1]);\(bottom[2])m" }
      text += "\u{2580}"
      last = (top, bottom)
    }
    return text + "\u{1B}[0m"
  }

  private func letters(_ y: Int, of picture: Thumbnail) -> String {
    // Dark to light.
    let ramp = Array(" .:-=+*#%@".utf8)
    return String(
      decoding: (0..<picture.width).map { x in
        let light = (picture.luminance(2 * y, x) + picture.luminance(2 * y + 1, x)) / 2
        return ramp[light * (ramp.count - 1) / 255]
      }, as: UTF8.self)
  }
}

extension Thumbnail {
  fileprivate func colour(_ y: Int, _ x: Int) -> [UInt8] {
    let start = (y * width + x) * channels
    return channels == 1
      ? [UInt8](repeating: pixels[start], count: 3) : Array(pixels[start..<start + 3])
  }

  /// Brightness, with the colours weighed as in ITU-R BT 601.
  fileprivate func luminance(_ y: Int, _ x: Int) -> Int {
    let colour = colour(y, x)
    return (299 * Int(colour[0]) + 587 * Int(colour[1]) + 114 * Int(colour[2]) + 500) / 1000
  }
}

extension String {
  fileprivate var droppingTrailingSpaces: Substring {
    self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)]
  }
}
