/// The settings of image folders as a source.
enum ImageFolderOptions {
  static let all: [Option] = [
    Option(
      flag: "pattern", key: "pattern", kind: .text, defaultValue: nil,
      summary: "path of each image, such as '{index}-label-{label}.png', fields as in templates"),
    Option(
      flag: "color", key: "color", kind: .choice(ColorRule.allCases.map(\.rawValue)),
      defaultValue: nil, summary: "bring all images to grey or rgb; else all must be like the first"
    ),
    Option(
      flag: "alpha", key: "alpha", kind: .choice(AlphaRule.allCases.map(\.rawValue)),
      defaultValue: AlphaRule.refuse.rawValue,
      summary:
        "what becomes of transparent pixels: an error, their colour, or put on black or white"),
    Option(
      flag: "resize", key: "resize", kind: .text, defaultValue: nil,
      summary: "bring all images to the size WxH by averaging areas"),
    Option(
      flag: "pad", key: "pad", kind: .text, defaultValue: nil,
      summary: "centre all images on black of the size WxH"),
  ]

  /// The settings of images whose labels are in a table.
  static let ofTables =
    CSVSettings.options + [
      Option(
        flag: "source-image", key: "image", kind: .text, defaultValue: nil,
        summary: "column of a table of labels that names the images, as --source-label does")
    ]

  /// Refuses settings that mean nothing beside a table of labels, or without one.
  /// - Throws: ``UsageError``.
  static func check(_ settings: OptionValues, _ material: SourceMaterial) throws(UsageError) {
    guard let images = material.imageTree else {
      let option = ofTables.first { settings.text($0.key) != nil }
      guard let option else { return }
      throw .conflict(
        "--\(option.flag) is a setting of tables: name these images as --images, and their table of labels"
          + " as --labels")
    }
    guard material.labels != nil else {
      throw .conflict(
        "--images with a directory or archive takes a table of labels as --labels (without one, name"
          + " \(images.name.printable) as the source)")
    }
    guard settings.text("pattern") == nil else {
      throw .conflict("--pattern and --labels both say what the labels are: give one of them")
    }
  }

  /// What the settings say about images that differ.
  /// - Throws: ``UsageError``.
  static func rules(_ settings: OptionValues) throws(UsageError) -> ImageRules {
    var rules = ImageRules()
    rules.color = settings.text("color").flatMap(ColorRule.init)
    rules.alpha = settings.text("alpha").flatMap(AlphaRule.init) ?? .refuse
    let resize = try size(settings, "resize")
    let pad = try size(settings, "pad")
    switch (resize, pad) {
    case (nil, nil): break
    case (let size?, nil): rules.fit = .resize(height: size.height, width: size.width)
    case (nil, let size?): rules.fit = .pad(height: size.height, width: size.width)
    case (_?, _?): throw .conflict("--resize and --pad exclude each other")
    }
    return rules
  }

  private static func size(
    _ settings: OptionValues, _ option: String
  ) throws(UsageError) -> (width: Int, height: Int)? {
    guard let text = settings.text(option) else { return nil }
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let width = sides[0], let height = sides[1],
      (1...ImageShape.maxSide).contains(width), (1...ImageShape.maxSide).contains(height)
    else {
      throw .badValue(
        option: option, value: text, expected: "a width and a height such as 28x28")
    }
    return (width, height)
  }
}
