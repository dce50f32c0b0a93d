import Testing

@testable import Kiln

@Suite("Differences from a manifest") struct VerificationDifferenceTests: OutputMaking {
  @Test("finds a table that the manifest does not have")
  func strangeTable() throws {
    try withOutput(.csv) { path throws in
      try write(try contents(of: path + "/train.csv"), to: path + "/extra.csv")
      #expect(try Verification(of: path).differences == ["no split, and not read: extra.csv"])
    }
  }

  @Test("says of a format of somebody else's sink that it is not read back")
  func otherFormat() throws {
    try withOutput(.csv) { path throws in
      let manifest = path + "/kiln.json"
      let text = try String(validating: contents(of: manifest), as: UTF8.self) ?? ""
      try write(
        Array(text.replacing("\"format\" : \"csv\"", with: "\"format\" : \"pgm\"").utf8),
        to: manifest)
      for name in ["train.csv", "test.csv"] { try write([1, 2, 3], to: path + "/" + name) }
      #expect(
        sentence { _ = try Verification(of: path) }
          == "decode \(path): was written as 'pgm', which is not read back")
    }
  }

  @Test("notices that files are gone also where equal samples share one")
  func duplicates() throws {
    try withTemporaryDirectory { root in
      for (index, value) in [1, 1, 2, 3, 3].enumerated() {
        try makeDirectory(root + "/in/\(index % 2)")
        try write(greyPNG(UInt8(value)), to: root + "/in/\(index % 2)/\(index).png")
      }
      let output = try Pipeline.Output(
        .png, at: root + "/out", options: ["template": "{split}/{digest}.png"])
      _ = try Runner(
        Pipeline(source: SourceRequest(paths: [root + "/in"]), outputs: [output])
      ).run()
      #expect(try Verification(of: output.path).differences == [])
      let lost = try #require(try Path.entries(of: output.path + "/data").first?.name)
      try Path.removeTree(output.path + "/data/" + lost)
      #expect(
        try Verification(of: output.path).differences == ["has 2 samples, expected 3"])
    }
  }

  @Test("refuses a manifest that has lost a digest")
  func noDigest() throws {
    try withOutput(.npy) { path throws in
      let file = path + "/kiln.json"
      guard case .object(var fields) = try JSON(parsing: contents(of: file)),
        case .object(var splits)? = fields["splits"], case .object(var test)? = splits["test"]
      else { preconditionFailure("a manifest without splits") }
      test["digest"] = .null
      splits["test"] = .object(test)
      fields["splits"] = .object(splits)
      try write(Array(JSON.object(fields).text().utf8), to: file)
      #expect(
        try Verification(of: path).differences
          == ["split 'test' has no content digest in the manifest"])
    }
  }

  @Test("names the split that has changed")
  func changed() throws {
    try withOutput(.idx) { path throws in
      let file = path + "/t10k-images-idx3-ubyte"
      var bytes = try contents(of: file)
      bytes[bytes.count - 300] ^= 1
      try write(bytes, to: file)
      let verification = try Verification(of: path)
      #expect(verification.differences.count == 1)
      #expect(
        verification.differences.first?.hasPrefix("split 'test' has the content digest ") == true)
      #expect(verification.splits.first { $0.name == "test" }?.digest?.count == 64)
    }
  }

  @Test("counts the labels where they have changed")
  func relabelled() throws {
    try withOutput(.idx) { path throws in
      let file = path + "/t10k-labels-idx1-ubyte"
      var bytes = try contents(of: file)
      let label = bytes[8]
      bytes[8] = 9 - label
      try write(bytes, to: file)
      let verification = try Verification(of: path)
      #expect(verification.differences.count == 1)
      #expect(verification.differences.first?.contains(" samples of label ") == true)
    }
  }

  @Test("says what is missing, and what is too much")
  func splits() throws {
    try withOutput(.npy) { path throws in
      try Path.removeTree(path + "/test-images.npy")
      try Path.removeTree(path + "/test-labels.npy")
      #expect(try Verification(of: path).differences == ["split 'test' is missing"])
      for role in ["images", "labels"] {
        try write(try contents(of: "\(path)/train-\(role).npy"), to: "\(path)/more-\(role).npy")
      }
      #expect(
        try Verification(of: path).differences == [
          "split 'more' is not in the manifest", "split 'test' is missing",
        ])
    }
  }

  @Test("compares shapes and types")
  func shapes() throws {
    try withOutput(.npy) { path throws in
      let manifest = path + "/kiln.json"
      let text = String(decoding: try contents(of: manifest), as: UTF8.self)
      let other = text.replacing(
        "\"dtype\" : \"u8\",\n  \"format\"", with: "\"dtype\" : \"i8\",\n  \"format\"")
      #expect(text != other)
      try write(Array(other.utf8), to: manifest)
      #expect(
        try Verification(of: path).differences.first == "samples are 28x28 u8, expected 28x28 i8")
    }
  }

  @Test("needs a manifest")
  func noManifest() throws {
    try withOutput(.csv) { path throws in
      let manifest = path + "/kiln.json"
      try write(Array("{}".utf8), to: manifest)
      #expect(
        sentence { _ = try Verification(of: path) }
          == "decode \(manifest): is no manifest of an output")
      try Path.removeTree(manifest)
      #expect(
        sentence { _ = try Verification(of: path) }
          == "decode \(path): has no manifest \(manifest), as every output of kiln convert has")
      #expect(
        sentence { _ = try Verification(of: path + "/no") }
          == "decode: cannot open \(path)/no: No such file or directory")
    }
  }

  @Test("ends with the failure where the output cannot be read")
  func damaged() throws {
    try withOutput(.idx) { path throws in
      let file = path + "/train-images-idx3-ubyte"
      try write(Array(try contents(of: file).dropLast()), to: file)
      #expect(
        sentence { _ = try Verification(of: path) }?.hasPrefix(
          "decode train-images-idx3-ubyte: data ends at byte ") == true)
    }
  }
}
