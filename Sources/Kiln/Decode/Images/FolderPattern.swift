/// Reads splits, labels and indices out of the paths of images, by the template that would write them.
struct FolderPattern: Sendable {
  /// What a path says.
  struct Fields: Equatable {
    var split: [UInt8]?
    var label: Int64?
    var className: [UInt8]?
    var index: Int?
    var digest: [UInt8]?
  }

  private enum Piece: Sendable {
    case text([UInt8])
    case field(FolderTemplate.Field)
  }

  private let directoryPieces: [Piece]
  private let namePieces: [Piece]

  init(_ template: FolderTemplate) {
    var pieces: [Piece] = []
    var directoryPieceCount = 0
    for piece in template.pieces {
      switch piece {
      case .field(let field, _): pieces.append(.field(field))
      case .text(let text):
        var rest = Array(text.utf8)[...]
        while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
          if slash > rest.startIndex { pieces.append(.text(Array(rest[..<slash]))) }
          directoryPieceCount = pieces.count
          pieces.append(.text([UInt8(ascii: "/")]))
          rest = rest[(slash + 1)...]
        }
        if !rest.isEmpty { pieces.append(.text(Array(rest))) }
      }
    }
    directoryPieces = Array(pieces[..<directoryPieceCount])
    namePieces = Array(pieces[(directoryPieceCount == 0 ? 0 : directoryPieceCount + 1)...])
  }

  /// What a directory's path says; nil where the pattern has no such directory.
  func fields(ofDirectory path: String) -> Fields? {
    var fields = Fields()
    let path = Array(path.utf8)
    return match(directoryPieces[...], path.span, 0, &fields) ? fields : nil
  }

  /// What a file's name adds to what its directory says; nil where it does not match, or says something
  /// else than the directory.
  func fields(ofName name: Span<UInt8>, in directory: Fields) -> Fields? {
    var fields = directory
    return match(namePieces[...], name, 0, &fields) ? fields : nil
  }

  /// Numbers take all their digits; a name ends where the rest of the pattern matches for the first time.
  ///
  /// A field that has a value already must have it again, so that at most a split and a class are searched
  /// for: no pattern takes longer than the square of a name's length.
  private func match(
    _ pieces: ArraySlice<Piece>, _ text: Span<UInt8>, _ start: Int, _ fields: inout Fields
  ) -> Bool {
    guard let piece = pieces.first else { return start == text.count }
    let rest = pieces.dropFirst()
    switch piece {
    case .text(let expected):
      guard let end = Self.skip(expected, text, start) else { return false }
      return match(rest, text, end, &fields)
    case .field(.index):
      var end = start
      while end < text.count, NaturalOrder.isDigit(text[end]) { end += 1 }
      guard let number = Self.number(text, start..<end), let index = Int(exactly: number),
        fields.index == nil || fields.index == index
      else { return false }
      fields.index = index
      return match(rest, text, end, &fields)
    case .field(.label):
      var end = start
      if end < text.count, text[end] == UInt8(ascii: "-") { end += 1 }
      while end < text.count, NaturalOrder.isDigit(text[end]) { end += 1 }
      guard let label = Self.number(text, start..<end), fields.label == nil || fields.label == label
      else { return false }
      fields.label = label
      return match(rest, text, end, &fields)
    case .field(.digest):
      var end = start
      while end < text.count, Self.isHexadecimal(text[end]) { end += 1 }
      let digest = (start..<end).map { text[$0] }
      guard end > start, fields.digest == nil || fields.digest == digest else { return false }
      fields.digest = digest
      return match(rest, text, end, &fields)
    case .field(.split): return search(\.split, rest, text, start, &fields)
    case .field(.class): return search(\.className, rest, text, start, &fields)
    }
  }

  private func search(
    _ field: WritableKeyPath<Fields, [UInt8]?>, _ rest: ArraySlice<Piece>, _ text: Span<UInt8>,
    _ start: Int, _ fields: inout Fields
  ) -> Bool {
    if let known = fields[keyPath: field] {
      guard let end = Self.skip(known, text, start) else { return false }
      return match(rest, text, end, &fields)
    }
    var value: [UInt8] = []
    var end = start
    while end < text.count, text[end] != UInt8(ascii: "/") {
      value.append(text[end])
      end += 1
      var tried = fields
      tried[keyPath: field] = value
      if match(rest, text, end, &tried) {
        fields = tried
        return true
      }
    }
    return false
  }

  private static func skip(_ expected: [UInt8], _ text: Span<UInt8>, _ start: Int) -> Int? {
    guard expected.count <= text.count - start else { return nil }
    for offset in expected.indices where text[start + offset] != expected[offset] { return nil }
    return start + expected.count
  }

  /// A decimal number with or without a sign; nil where an `Int64` does not hold it.
  private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    var digits = range
    let isNegative = !range.isEmpty && text[range.lowerBound] == UInt8(ascii: "-")
    if isNegative { digits = range.dropFirst().startIndex..<range.upperBound }
    guard !digits.isEmpty else { return nil }
    var number: Int64 = 0
    for index in digits {
      let digit = Int64(text[index] - 0x30)
      let (tens, isTooLong) = number.multipliedReportingOverflow(by: 10)
      let (sum, isTooLarge) =
        isNegative
        ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      if isTooLong || isTooLarge { return nil }
      number = sum
    }
    return number
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    NaturalOrder.isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
  }
}
