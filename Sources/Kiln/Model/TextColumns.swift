/// Tables for people.
package enum TextColumns {
  /// How the cells of a column are aligned.
  package enum Side: Sendable { case left, right }

  /// Columns as wide as their longest cell, two spaces apart; lines end with their last character.
  package static func lines(
    _ rows: [[String]], side: (_ column: Int, _ width: Int) -> Side
  ) -> [String] {
    let columnCount = rows.map(\.count).max() ?? 0
    let widths = (0..<columnCount).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = row.enumerated().map { column, cell in
        switch side(column, widths[column]) {
        case .left: cell.padded(to: widths[column])
        case .right: cell.paddedLeft(to: widths[column])
        }
      }.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }
}

extension String {
  /// The text with spaces behind it.
  package func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The text with spaces, or another character, before it.
  package func paddedLeft(to width: Int, with filling: Character = " ") -> String {
    String(repeating: filling, count: max(0, width - count)) + self
  }
}
