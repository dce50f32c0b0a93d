import Testing

@testable import Kiln

@Suite("Names of columns") struct CSVColumnNamesTests: TableReading {
  @Test("takes what tells something apart for labels, beside others")
  func writers() throws {
    let rows = (0..<300).map { "\($0 % 10),\($0 * 7 % 150),1,2,3,4\n" }.joined()
    let labels = try read("label,writer_id,p0,p1,p2,p3\n" + rows).dataset.schema.labels
    #expect(labels?.columns == ["label", "writer_id"])
    // Ten rows of ten classes.
    let classes = (0..<10).map { "\($0),1,2,3,4\n" }.joined()
    #expect(try read("class_id,p0,p1,p2,p3\n" + classes).labels == Array(0..<10))
  }

  @Test("takes a column between pixels for the label where it is called so")
  func inside() throws {
    #expect(try read("p0,p1,label,p2,p3\n1,2,7,3,4\n5,6,8,9,0\n").labels == [7, 8])
    #expect(failure("p0,p1,weight,p2,p3\n1,2,7,3,4\n")?.contains("not all at one end") == true)
  }

  @Test("says which column can be read alone where another one beside the label holds texts")
  func textBesideLabel() throws {
    let table = "V1,V2,V3,V4,label,kind\n1,2,3,4,7,cat 0\n"
    #expect(
      failure(table)?.hasSuffix("(--source-label takes the name of the only one to be read)")
        == true)
    #expect(try read(table, ["label": "label"]).labels == [7])
  }

  @Test(
    "takes columns that are called pixel for pixels, whatever is behind that",
    arguments: [
      "pixel,pixel,pixel,pixel", "pixel_a,pixel_b,pixel_c,pixel_d",
      "pixel_r0,pixel_r1,pixel_g0,pixel_g1",
      "pixel,pixel.1,pixel.2,pixel.3", "Pixel1,pixel2,pixel3,PIXEL4",
    ], [[:], ["label": "label"]])
  func calledPixel(names: String, settings: [String: String]) throws {
    for (header, row) in [("label," + names, "7,1,2,3,4"), (names + ",label", "1,2,3,4,7")] {
      let result = try read(header + "\n" + row + "\n", settings)
      #expect(result.labels == [7] && result.pixels == [1, 2, 3, 4])
    }
  }

  @Test(
    "takes no column for the pixels that is only called as if it were one",
    arguments: [
      ("label,f0,f1,f2,f3,pixel_sum", "7,1,2,3,4,9"), ("label,f0,f1,f2,f3,pixel_9", "7,1,2,3,4,9"),
      ("label,pixel_r0,pixel_g0,pixel_r1,pixel_g1,pixel_mean", "7,1,2,3,4,9"),
      ("pixel_label,f0,f1,f2,f3", "7,1,2,3,4"), ("label,f0,f1,f2,f3", "7,1,2,3,4"),
    ])
  func nearlyPixel(header: String, row: String) throws {
    let table = header + "\n" + row + "\n"
    let isAsked = row.hasSuffix("9")
    if isAsked { #expect(failure(table)?.contains("which one is the label?") == true) }
    let result = try read(table, isAsked ? ["label": "label"] : [:])
    #expect(result.labels == [7] && result.pixels == [1, 2, 3, 4])
  }

  @Test(
    "takes no text for a table that begins with a word about pixels",
    arguments: ["pixel\n", "Pixels are stored as text\nMore of it\n", "Pixel,notes\nfoo,bar\n"])
  func prose(text: String) throws {
    try withTemporaryDirectory { root in
      try write(Array(text.utf8), to: root + "/notes")
      let line = sentence { _ = try openSource(SourceRequest(paths: [root + "/notes"])) }
      #expect(line?.contains("no format that Kiln knows") == true, "\(line ?? "")")
    }
  }

  @Test("refuses a line without rows that names no pixels, and labels of one name")
  func nothingToGuess() throws {
    for line in ["404: Not Found", "a,b,c,d\n", "a"] {
      #expect(
        failure(line)?.hasSuffix("one line that names no pixels, expected rows of numbers") == true)
    }
    #expect(try read("label,pixel0\n").dataset.count == 0)
    #expect(
      failure("label,label,p1\n1,2,3\n2,1,1\n")
        == "decode data.csv: has several columns that could be the label: label, label"
        + " (--source-label first, last, none, or its name)")
  }

  @Test("takes a table of one series of columns for one of pixels, also without a row")
  func emptySeries() throws {
    try withTemporaryDirectory { root in
      let header = (0..<16).map { "p\($0)" }.joined(separator: ",") + "\n"
      let row = (0..<16).map { "\($0)" }.joined(separator: ",") + "\n"
      try write(Array((header + row).utf8), to: root + "/train.csv")
      try write(Array(header.utf8), to: root + "/test.csv")
      #expect(try openSource(SourceRequest(paths: [root])).dataset.splits.map(\.count) == [1, 0])
    }
  }

  @Test("takes numbered pixels for such beside more labels that are called alike")
  func manyLabels() throws {
    let names = (1...5).map { "attr\($0)" } + (0..<4).map { "pixel\($0)" }
    let result = try read(names.joined(separator: ",") + "\n1,0,1,1,0,9,8,7,6\n")
    #expect(result.labels == [1, 0, 1, 1, 0] && result.pixels == [9, 8, 7, 6])
  }

  @Test("passes over texts that name the rows in a table of a single one, too")
  func singleName() throws {
    let header = "image,label,p0,p1,p2,p3\n"
    let train = header + (0..<20).map { "i\($0).png,\($0 % 3),1,2,3,4\n" }.joined()
    try withTemporaryDirectory { root in
      try write(Array(train.utf8), to: root + "/train.csv")
      try write(Array((header + "x.png,1,5,6,7,8\n").utf8), to: root + "/test.csv")
      #expect(try openSource(SourceRequest(paths: [root])).dataset.splits.map(\.count) == [20, 1])
    }
  }

  @Test("loses no texts in a column without a name, which may be labels")
  func unnamedTexts() {
    let line = failure(",p0,p1,p2,p3\ncat,1,2,3,4\ndog,5,6,7,9\n")
    #expect(line?.contains("'cat' is no number, expected a label") == true, "\(line ?? "")")
  }

  @Test(
    "passes over texts that name the rows", arguments: ["uuid", "image", "Sample ID", "filename"])
  func nameTexts(name: String) throws {
    let rows = "\n1.e5,7,1,2,3,4\nab-1.png,8,5,6,7,9\n"
    #expect(try read(name + ",label,p0,p1,p2,p3" + rows).labels == [7, 8])
    #expect(try read(name + ",label,a,b,c,d" + rows).pixels == [1, 2, 3, 4, 5, 6, 7, 9])
    let plain = "\nimg_1,7,1,2,3,4\nimg_2,8,5,6,7,9\n"
    #expect(try read(name + ",label,p0,p1,p2,p3" + plain).labels == [7, 8])
  }

  @Test(
    "takes numbers for labels, and no names of classes for those of files",
    arguments: ["name", "img"])
  func namedClasses(name: String) throws {
    let header = "\(name),pixel0,pixel1,pixel2,pixel3\n"
    let rows = (0..<12).map { "\($0),1,2,3,4\n" }.joined()
    #expect(try read(header + rows).labels == (0..<12).map { Int64($0) })
    let line = failure(header + "cat,1,2,3,4\ndog,5,6,7,8\n")
    #expect(line?.contains("'cat' is no number, expected a label") == true, "\(line ?? "")")
  }

  @Test(
    "tells labels by the names of the columns beside them",
    arguments: ["p0,p1,p2,p3,species", "a,b,c,d,image_label", "p0,p1,p2,p3,digit"])
  func series(header: String) throws {
    let result = try read(header + "\n9,2,3,4,7\n5,6,7,255,8\n")
    #expect(result.labels == [7, 8])
    #expect(result.pixels == [9, 2, 3, 4, 5, 6, 7, 255])
  }

  @Test("passes over numbers of rows, whatever they are called")
  func identifiers() throws {
    let rows = "\n1,7,1,2,3,4\n2,8,5,6,7,255\n"
    for name in ["ImageId", "sample_id", "ID"] {
      #expect(try read(name + ",label,p0,p1,p2,p3" + rows).labels == [7, 8])
    }
    let scattered = (0..<20).map { "\($0 * 37 % 101),\($0 % 4),1,2,3,4" }.joined(separator: "\n")
    #expect(try read("sample_id,label,p0,p1,p2,p3\n" + scattered).labels.max() == 3)
    // One beside the pixels is their label, and so is what says that it is one.
    for name in ["class_id", "id"] {
      #expect(try read("p0,p1,p2,p3,\(name)\n1,2,3,4,1\n5,6,7,8,2\n").labels == [1, 2])
    }
    let several = try read("p0,p1,p2,p3,fold,class_id\n1,2,3,4,1,1\n5,6,7,8,1,2\n")
    #expect(several.dataset.schema.labels?.columns == ["fold", "class_id"])
    let alone = try read("ImageId,pixel0,pixel1,pixel2,pixel3\n1,1,2,3,4\n2,5,6,7,8\n")
    #expect(alone.dataset.schema.labels == nil && alone.pixels == [1, 2, 3, 4, 5, 6, 7, 8])
  }
}
