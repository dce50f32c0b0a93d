/// What has to be done to the samples of a published data set to make them what everyone expects.
///
/// Nothing of it can be told from the files themselves: it holds for recognised data sets only.
public struct Corrections: Sendable, Equatable {
  /// How the files hold their images.
  public enum Orientation: Sendable {
    /// Rows are rows.
    case upright
    /// Rows and columns are swapped.
    case transposed
  }

  /// How the files count their classes.
  public enum Labels: Sendable, Equatable {
    /// From 0.
    case fromZero
    /// From 1; what has no class is 0.
    case fromOne
    /// From 0, but for labels that mean another one.
    case replaced([Int64: Int64])
  }

  /// Where the files keep channels.
  public enum Channels: Sendable {
    /// As the format says.
    case declared
    /// One plane after another, to be interleaved.
    case planar
  }

  /// How the images lie in the files.
  public var orientation = Orientation.upright
  /// How classes are counted in the files.
  public var labels = Labels.fromZero
  /// How channels lie in the files.
  public var channels = Channels.declared
  /// What a pixel is multiplied by to give its value in 0…255; nil where nothing is known.
  public var pixelScale: Double?
  /// The values of black and white where they are not 0 and 1; floating-point pixels are brought to 0…1.
  public var pixelRange: ClosedRange<Double>?

  /// Whether nothing has to be done.
  public var isEmpty: Bool { self == Corrections() }

  /// Each correction in words, such as `labels from 0 instead of 1`.
  public var descriptions: [String] {
    var words: [String] = []
    if orientation == .transposed { words.append("transposed images") }
    if channels == .planar { words.append("planar to interleaved channels") }
    if let pixelRange {
      words.append(
        "pixels from \(pixelRange.lowerBound.plainText)…\(pixelRange.upperBound.plainText) to 0…1"
      )
    }
    if let pixelScale { words.append("pixel scale \(pixelScale.plainText)") }
    switch labels {
    case .fromZero: break
    case .fromOne: words.append("labels from 0 instead of 1")
    case .replaced(let labels):
      words += labels.sorted { $0.key < $1.key }.map { "label \($0.key) to \($0.value)" }
    }
    return words
  }
}
