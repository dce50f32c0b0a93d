/// What a pickle may ask for.
///
/// Real files stay far below; each bound stops what a few bytes could do.
enum PickleLimits {
  /// Bytes of values, lists, stack and memo, besides text and arrays, which are as long in the file.
  ///
  /// Each value takes 16 bytes and each place in a list 8: enough for a list of 1.2 million file names.
  /// What can still double while it grows is counted threefold, so that all stays below 64 MiB.
  static let structureByteCount = 48 << 20
  /// Strings from this length on are kept where they are, or by themselves; labels and keys are
  /// shorter.
  static let inlineByteCount = 4096
  /// Bytes of all shorter strings together: those of a million file names.
  static let textByteCount = 48 << 20
  /// Bytes of one element of an array of text: NumPy allows no more.
  static let textElementByteCount = Int(Int32.max)
  /// Bytes of arrays of text that are kept to be looked at, all together: those of all names that classes have.
  ///
  /// Others, of file names or descriptions, are read over.
  static let textArrayByteCount = 16 << 20
  /// Bytes of a string that is no part of an array: no text about a data set is that long.
  static let strayByteCount = 32 << 20
  /// Bytes of arrays that a packed file may hold whatever its own size.
  ///
  /// Beyond, they must not be more than ``UnpackLimit/ratio`` times as many: only those of traps are.
  static let freeHeldByteCount = 64 << 20
  /// Memory that a long string from a stream is read into, piece by piece: a length that only
  /// promises much reserves no more than one of them.
  static let pieceByteCount = 16 << 20
  /// Bytes of an array that is kept in memory though it could be unpacked again: of LISA's three
  /// all but the training images.
  static let keptArrayByteCount = 32 << 20
  /// Items that an ordered dict of Python 2 gets at once, as pairs: a data set's parts are a few.
  static let pairCount = 1 << 16
  /// A number, a memo index or one line of a global, as text; the longest real ones have 30.
  static let lineByteCount = 4096
  /// Digits of a number that fits 64 bits, with its sign; longer ones are kept as "too large".
  static let digitCount = 20
  /// Dimensions of an array; data sets have up to five.
  static let rank = 8
  /// One dimension, as in the files of MNIST; more samples than any data set has.
  static let dimension = 1 << 31
  /// What is read behind STOP to reach the checksum of a compressed file; `pickle.load` ignores it.
  static let trailingByteCount = 16 << 20
  /// Lines that the printed tree of a pickle has, and how deep it goes.
  static let treeLineCount = 60
  static let treeDepth = 6
  /// Items of one list, tuple or dict that are printed.
  static let treeItemCount = 12
  /// Characters of text in messages, trees and traces.
  static let shownCharacterCount = 60
  /// A data set's pickle nests this deep where its arrays are named by path.
  static let pathDepth = 16
}
