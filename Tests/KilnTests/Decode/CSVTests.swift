import Foundation
import Testing

@testable import Kiln

@Suite("CSV source", .timeLimit(.minutes(20))) struct CSVTests: TableReading {
  @Test(
    "reads a table however its lines and columns are written",
    arguments: [
      "7,1,2,3,4\n8,5,6,7,255\n", "7,1,2,3,4\n8,5,6,7,255", "7,1,2,3,4\r\n8,5,6,7,255\r\n",
      "\u{FEFF}7,1,2,3,4\n8,5,6,7,255\n", "7;1;2;3;4\n8;5;6;7;255\n",
      "7\t1\t2\t3\t4\n8\t5\t6\t7\t255",
      "7|1|2|3|4\n8|5|6|7|255\n", "7 1 2 3 4\n8 5 6 7 255\n", "7 1 2 3 4 \n8 5 6 7 255 \r\n",
      "\"7\",\"1\",\"2\",\"3\",\"4\"\n8,5,6,7,\"255\"\n", "7, 1, 2, 3, 4\n8 ,5 , 6 ,\"7\" , 255 \n",
      "7,1,2,3,4\n8,5,6,7,255\n\n\r\n   \n", "+7,001,2,3,4\n8,5,6,7,+255\n",
      "label,pixel0,pixel1,pixel2,pixel3\n7,1,2,3,4\n8,5,6,7,255\n",
      "\"label\";\"1x1\";\"1x2\";\"2x1\";\"2x2\"\n7;1;2;3;4\n8;5;6;7;255\n",
      "pixel0,pixel1,pixel2,pixel3,label\n1,2,3,4,7\n5,6,7,255,8\n",
      "a,b,c,d,class\n1,2,3,4,7\n5,6,7,255,8\n",
      ",label,pixel0,pixel1,pixel2,pixel3\n0,7,1,2,3,4\n1,8,5,6,7,255\n",
      "Unnamed: 0,1x1,1x2,2x1,2x2,y\n1017,1,2,3,4,7\n3,5,6,7,\"255\",8\n",
    ], [1, 3])
  func forms(text: String, pieces: Int) throws {
    for packed in [false, true] {
      let bytes = Array(text.utf8)
      // Two rows tell nothing where no names do.
      let isNamed = text.contains("1x1") || text.contains("pixel") || text.contains("class")
      let result = try read(
        bytes: packed ? gzip(bytes) : bytes, name: packed ? "data.csv.gz" : "data.csv",
        isNamed ? [:] : ["label": "first"], pieces: pieces)
      #expect(result.dataset.schema.elementType == .uint8)
      #expect(result.dataset.schema.sampleShape == [2, 2])
      #expect(result.dataset.schema.labels?.columns == ["label"])
      #expect(result.dataset.schema.labels?.range == 7...8)
      #expect(result.pixels == [1, 2, 3, 4, 5, 6, 7, 255])
      #expect(result.labels == [7, 8])
    }
  }

  @Test("does what is said about header, delimiter and label")
  func settings() throws {
    let last = try read("1,2,3,4,7\n5,6,7,8,9\n", ["label": "last"])
    #expect(last.labels == [7, 9] && last.pixels == [1, 2, 3, 4, 5, 6, 7, 8])
    let none = try read("1,2,3,4\n", ["label": "none"])
    #expect(none.labels == [] && none.dataset.schema.labels == nil)
    let middle = try read("a,b,c,d,e\n1,2,9,3,4\n", ["label": "c"])
    #expect(middle.labels == [9] && middle.pixels == [1, 2, 3, 4])
    let header = try read("1,2,3,4,5\n6,7,8,9,10\n", ["header": "on", "label": "first"])
    #expect(header.labels == [6] && header.dataset.count == 1)
    let shape = try read("5,1,2,3,4,5,6\n", ["shape": "1x2x3", "label": "first"])
    #expect(shape.dataset.schema.sampleShape == [1, 2, 3])
    let other = try read("5#1#2#3#4\n", ["delimiter": "#", "label": "first"])
    #expect(other.pixels == [1, 2, 3, 4])
    #expect(
      failure("a,b,c,d,lbel\n1,2,3,4,5\n", ["label": "label"])
        == "unknown column 'label' (did you mean 'lbel'?)")
    #expect(
      failure("a,b,c,d\n1,2,3,4\n", ["label": "class"])
        == "unknown column 'class' (expected one of a, b, c, d)")
    #expect(
      failure("1,2,3,4\n5,6,7,8\n", ["label": "class"])
        == "there is no header that names a column 'class' (expected a position: 0 to 3)")
    #expect(
      failure("y,a,b,c,y\n1,2,3,4,5\n", ["label": "y"])
        == "2 columns are called 'y': give the position of one, from 0")
    #expect(try read("y,a,b,c,d\n1,2,3,4,5\n", ["label": "4"]).labels == [5])
    #expect(
      failure("5,1,2,3,4\n", ["delimiter": "5"])?.contains("--source-delimiter takes") == true)
    #expect(
      failure("5,1,2,3,4\n", ["shape": "2x3", "label": "first"])
        == "decode data.csv: has 4 pixel columns, which are no sample of 2x3 (see --source-shape)")
    #expect(failure("5,1,2,3,4\n", ["shape": "2by2"])?.contains("--source-shape takes") == true)
  }

  @Test("passes over the row numbers of pandas, and not over labels without a name")
  func index() throws {
    let rows = "\n0,9,1,2,3,4\n1,8,5,6,7,8\n"
    #expect(try read(",a,b,c,d,e" + rows, ["label": "first"]).labels == [9, 8])
    #expect(try read(",a,b,c,d,e" + rows, ["label": "last"]).labels == [4, 8])
    #expect(try read(",pixel0,pixel1,pixel2,pixel3\n0,1,2,3,4\n1,5,6,7,8\n").labels == [])
    #expect(try read(",pixel0,pixel1,pixel2,pixel3\n7,1,2,3,4\n7,5,6,7,8\n").labels == [7, 7])
    for names in ["id,label,a,b,c,d", "index,label,a,b,c,d", ",label,a,b,c,d"] {
      #expect(try read(names + "\n4,9,1,2,3,4\n5,8,5,6,7,8\n").labels == [9, 8])
    }
    #expect(try read("id,pixel0\n4,1\n4,2\n").labels == [4, 4])
    #expect(try read(",Unnamed: 0,y,a\n0,7,9,1\n1.0,3,8,5\n").labels == [9, 8])
    // Names of columns that had none.
    let count = (0..<17).map(String.init).joined(separator: ",")
    let picture = (1...16).map(String.init).joined(separator: ",")
    let counted = try read("\(count)\n7,\(picture)\n8,\(picture)\n")
    #expect(counted.labels == [7, 8] && counted.dataset.count == 2)
    // Decimal places in one pixel lead through the other way of reading.
    let floats = try read(",label,pixel0\n0,7,0.5\n1,8,0.25\n")
    #expect(floats.labels == [7, 8] && floats.dataset.schema.sampleElementCount == 1)
  }

  @Test("says which column holds a whole picture")
  func pictureInColumn() {
    #expect(
      failure("emotion,pixels,Usage\n0,70 80 82 72,Training\n2,1 2 3 4,Training\n")?
        .hasSuffix("line 2, column 2 holds 4 numbers, expected one (give each a column)") == true)
  }

  @Test("refuses a line that no row of so many columns needs")
  func wideLine() {
    let short = String(repeating: "8,1,2,3,4\n", count: 120)
    for count in [400_000, 4_000_000] {
      let line = "7,1,2,3," + String(repeating: " ", count: count) + "4\n"
      #expect(
        failure(short + line, ["label": "first"])
          == "decode data.csv: line 121 is longer than 4416 bytes, which no row needs")
    }
  }

  @Test("keeps all label columns that stand beside pixels")
  func columns() throws {
    let text = "digit,writer,pixel0,pixel1\n3,2500,1,2\n4,-1,3,4\n"
    let result = try read(text)
    #expect(result.dataset.schema.labels?.columns == ["digit", "writer"])
    #expect(result.dataset.schema.labels?.ranges == [3...4, -1...2500])
    #expect(result.dataset.schema.labels?.elementType == .int32)
    #expect(result.labels == [3, 2500, 4, -1])
    #expect(
      failure("pixel0,label,pixel1,weight\n1,2,3,4\n")
        == "decode data.csv: has columns beside its pixels, not all at one end: label, weight;"
        + " which one is the label? (--source-label takes a name)")
  }

  @Test("keeps label columns of its own that look like numbers of rows")
  func ownColumns() throws {
    try withTemporaryDirectory { root in
      for columns in [["digit", "writer_id"], ["id", "digit"]] {
        let output = try Pipeline.Output(.csv, at: root + "/" + columns[0])
        try TestSource(.uint8, [2, 2], counts: [10, 10], columns: columns).run([output])
        #expect(try Verification(of: output.path).differences == [])
        let source = try openSource(SourceRequest(paths: [output.path]))
        #expect(source.dataset.schema.labels?.columns == columns)
      }
    }
  }

  @Test(
    "takes the smallest type that every value fits into",
    arguments: [
      ("0,255", .uint8), ("0,256", .uint16), ("0,65536", .uint32), ("0,4294967296", .uint64),
      ("0,18446744073709551615", .uint64), ("-1,127", .int8), ("-1,128", .int16),
      ("-129,0", .int16), ("-32769,0", .int32), ("0,-2147483649", .int64),
      ("-9223372036854775808,9223372036854775807", .int64), ("-1,18446744073709551615", .float64),
      ("0.5,1", .float32), ("0.1,1e3", .float32), ("1,1.0", .float32), ("nan,inf", .float32),
      ("0.12345678901,1", .float64), ("1e300,1", .float64), ("0.5,12345678901", .float64),
      ("1e-320,1", .float64), ("1e-40,1", .float64), ("0.5,16777216", .float32),
      ("0.5,16777217", .float64), ("9999999.12,1", .float64), ("0.1,1.00000012", .float32),
      ("3.4028235e38,1.1754944e-38", .float32),
    ] as [(String, ElementType)])
  func types(row: String, type: ElementType) throws {
    let result = try read("5,\(row),0,0\n", ["label": "first"])
    #expect(result.dataset.schema.elementType == type)
    #expect(result.labels == [5])
  }

  @Test("reads the values of every type as they are")
  func values() throws {
    let first = ["label": "first"]
    #expect(
      try read("5,0,65535,256,1\n", first).pixels
        == [0, 0, 0xFF, 0xFF, 0, 1, 1, 0] as [UInt8])
    #expect(try read("5,-1,-128,127,0\n", first).pixels == [0xFF, 0x80, 0x7F, 0])
    let floats = ["0.1", "-1.5e-5", "16777216", ".25"]
    #expect(
      try read("5,\(floats.joined(separator: ","))\n", first).pixels
        == floats.flatMap { little(Float($0.first == "." ? "0" + $0 : $0)?.bitPattern ?? 0) })
    let doubles = ["0.1", "-1.7976931348623157e308", "123456789012345678", "5e-324"]
    #expect(
      try read("5,\(doubles.joined(separator: ","))\n", first).pixels
        == doubles.flatMap { little(Double($0)?.bitPattern ?? 0) })
  }

  @Test("takes 32 bits for what 32 bits were written as, in as few digits as tell it or in nine")
  func writtenFloats() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      guard value.isNormal else { continue }
      for text in ["\(value)", String(format: "%.8e", value)] {
        let result = try read("5,\(text),0,0,0\n", ["label": "first"])
        #expect(result.dataset.schema.elementType == .float32, "\(text)")
        #expect(result.pixels.prefix(4) == little(value.bitPattern)[...])
      }
    }
  }

  private func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * T($0))) }
  }

  @Test("reads numbers as the standard library does", arguments: 0..<40 as Range<UInt64>)
  func numbers(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      let double = Double(bitPattern: generator.next())
      let short = Double(Int(generator.next() % 100_000)) / 1000
      for text in ["\(float)", "\(double)", "\(short)", "\(Float(short))", "\(short)e-\(seed)"] {
        let bytes = Array(text.utf8)
        let found = CSVNumber(bytes.span, 0..<bytes.count)
        let number = try #require(found, "\(text)")
        let (single, whole) = (Float(text) ?? .nan, Double(text) ?? .nan)
        #expect(number.float(text).bitPattern == single.bitPattern || single.isNaN, "\(text)")
        #expect(number.double(text).bitPattern == whole.bitPattern || whole.isNaN, "\(text)")
      }
    }
  }

  @Test(
    "names line and column of what is wrong",
    arguments: [
      ("7,1,2,3,4\n8,5,x,7,8\n", "line 2, column 3: 'x' is no number"),
      ("7,1,2,3,4\n8,5,,7,8\n", "line 2, column 3: '' is no number"),
      (
        "7,1,2,3,4\ncat,5,6,7,8\n",
        "line 2, column 1: 'cat' is no number, expected a label"
          + " (number the classes from 0 and name them with --classes)"
      ),
      ("7,1,2,3,4\n8,5,6,7\n", "line 2 has 4 columns, expected 5 as in the first line"),
      ("7,1,2,3,4\n8,5,6,7,8,9\n", "line 2 has 6 columns, expected 5 as in the first line"),
      ("7,1,2,3,4\n8.5,5,6,7,8\n", "line 2, column 1: '8.5' is no whole number, expected a label"),
      (
        "7,1,2,3,4\n8,5,\"6,7,8\n",
        "line 2, column 3: expected \" and the end of the column (line ends in quotes are not read)"
      ),
      (
        "7,1,2,3,4\n8,5,\"6\"6,7,8\n",
        "line 2, column 3: expected \" and the end of the column (line ends in quotes are not read)"
      ),
      ("7,1,2,3,4\n\n8,5,6,7,8\n", "line 2 is empty, but rows follow it (remove it)"),
      ("\n8,5,6,7,8\n", "line 1 is empty, but rows follow it (remove it)"),
      ("7,1,2,3,4\n8,5,1e,7,8\n", "line 2, column 3: '1e' is no number"),
      ("7,1,2,3,4\n8,5,1.2.3,7,8\n", "line 2, column 3: '1.2.3' is no number"),
      ("7,1,2,3,4\n8,5,0x10,7,8\n", "line 2, column 3: '0x10' is no number"),
      ("7,1,2,3,4\n8,5,6,7,8\r9\n", "line 2, column 5: '8?9' is no number"),
      (
        "7,1,2,3,4\n99999999999999999999,5,6,7,8\n",
        "line 2, column 1: '99999999999999999999' is no whole number, expected a label"
      ),
      ("", "is empty, expected a table"),
    ])
  func faults(text: String, line: String) {
    #expect(failure(text, ["label": "first"]) == "decode data.csv: " + line)
  }

  @Test("refuses UTF-16")
  func utf16() {
    #expect(
      sentence { _ = try read(bytes: [0xFF, 0xFE, 0x31, 0, 0x2C, 0]) }
        == "decode data.csv: is UTF-16 text, expected UTF-8 (save it as UTF-8)")
  }

  @Test("takes a table without rows, where a header names its columns")
  func noRows() throws {
    let result = try read("label,pixel0,pixel1,pixel2,pixel3\n")
    #expect(result.dataset.count == 0)
    #expect(result.dataset.schema.labels?.range == nil)
  }

  @Test("finds line ends wherever they are", arguments: 0..<60 as Range<UInt64>)
  func lineEnds(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ -> UInt8 in
      [0x0A, 0x0B, 0x8A, 0x30, 0x0A ^ 0xFF].randomElement(using: &generator) ?? 0
    }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let expected = lines.dropLast().count + (lines.last?.isEmpty == false ? 1 : 0)
    let reader = try CSVLines(MemoryStream([0x31] + bytes), chunkByteCount: Int(seed % 40) + 1)
    var found: [UInt8] = []
    var count = 0
    while true {
      let limit = Int.random(in: 1...7, using: &generator)
      let taken =
        seed % 2 == 0 ? try reader.take(limit) : try reader.take(.max, byteLimit: limit * 5)
      #expect(taken.first == count + 1)
      if taken.count == 0 { break }
      #expect(seed % 2 == 1 || taken.count <= limit)
      #expect(
        taken.joined().split(separator: 0x0A, omittingEmptySubsequences: false).count
          == taken.count + (taken.joined().last == 0x0A ? 1 : 0))
      found += taken.joined()
      count += taken.count
    }
    #expect(found == [0x31] + bytes)
    #expect(count == expected || (expected == 0 && count == 1))
  }

  @Test("reads a table of every block size alike")
  func blocks() throws {
    var generator = SeededGenerator(seed: 5)
    let rows = (0..<5000).map { _ in
      (0..<65).map { _ in String(generator.next() % 7 == 0 ? generator.next() % 256 : 0) }
        .joined(separator: ",")
    }
    let expected = rows.map { $0.split(separator: ",").compactMap { Int64($0) } }
    for pieces in [1, 7, 5000] {
      let result = try read(rows.joined(separator: "\n"), ["label": "first"], pieces: pieces)
      #expect(result.labels == expected.map { $0[0] })
      #expect(result.pixels == expected.flatMap { $0.dropFirst().map { UInt8($0) } })
    }
  }

  @Test("never crashes on damaged text", arguments: 0..<300 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var bytes = Array("label,pixel0,pixel1\n7,1,2\n8,255,0\n9,\"3\",1.5e3\n".utf8)
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
        seed % 2 == 0
        ? generator.bytes(1)[0] : Array(",\"\n\r. e-+09".utf8).randomElement(using: &generator) ?? 0
    }
    _ = sentence { _ = try read(bytes: bytes) }
    _ = sentence { _ = try read(bytes: Array(bytes.prefix(Int(seed % 45)))) }
    _ = sentence { _ = try read(bytes: generator.bytes(100)) }
  }

  // MARK: Files

  private let row = "7,0,2,3,4\n8,0,6,7,255\n9,0,1,0,17\n"

  private func splits(_ files: [String: String], dataset: String? = nil) throws -> [String] {
    try withTemporaryDirectory { root in
      for (name, text) in files { try write(Array(text.utf8), to: root + "/" + name) }
      let source = try openSource(SourceRequest(paths: [root], dataset: dataset))
      return source.dataset.splits.map(\.name)
    }
  }

  @Test("finds the tables of a directory")
  func directories() throws {
    #expect(try splits(["train.csv": row, "test.csv": row]) == ["train", "test"])
    #expect(try splits(["mnist_train.csv": row, "mnist_test.csv": row]) == ["train", "test"])
    #expect(
      try splits(["train.csv": row, "sample_submission.csv": "ImageId,Label\n1,0\n"]) == ["train"])
    #expect(try splits(["a.csv": row, "b.csv": row]) == ["a", "b"])
    #expect(
      try splits(
        ["mnist_train.csv": row, "fashion-mnist_train.csv": row], dataset: "mnist") == ["train"])
    #expect(throws: StageError.self) {
      try splits(["mnist_train.csv": row, "fashion-mnist_train.csv": row])
    }
    #expect(
      sentence { _ = try splits(["train.csv": row, "test.csv": "1,2,3,4\n"]) }
        == "decode test.csv: has no labels, but other splits have"
        + " (add them, or convert without it: --splits train)")
  }

  @Test("knows a table by its content, whatever its name")
  func content() throws {
    #expect(try read(row, name: "digits").labels == [7, 8, 9])
    #expect(try read("label,pixel0\n5,6\n", name: "digits.txt").labels == [5])
    #expect(
      sentence { _ = try read("some words, and more\nof them, here\n", name: "notes.txt") }?
        .hasSuffix("holds no format that Kiln knows (kiln formats lists them)") == true)
  }

  @Test("knows a short table whose header begins as an old pickle", arguments: ["class", "cat.x"])
  func likePickle(name: String) throws {
    let text = "\(name),pixel0,pixel1\n5,6,7\n8,9,1\n"
    #expect(try read(text, name: "digits.csv").labels == [5, 8])
    #expect(try read(text, name: "digits").labels == [5, 8])
  }

  @Test("reads what the sink writes", arguments: [",", ";", "tab"], ["first", "last"])
  func roundTrip(delimiter: String, label: String) throws {
    for (type, shape) in [(ElementType.uint8, [4, 4]), (.float32, [3, 3]), (.int16, [2, 2])] {
      try withTemporaryDirectory { root in
        let source = TestSource(type, shape, counts: [30, 20])
        let report = try source.run([
          try Pipeline.Output(
            .csv, at: root + "/csv", options: ["delimiter": delimiter, "label": label])
        ])
        let again = try openSource(SourceRequest(paths: [root + "/csv"]))
        #expect(again.dataset.splits == source.dataset.splits)
        #expect(report.splits.count == 2)
        for split in 0..<2 {
          let labels = (0..<again.dataset.splits[split].count).flatMap {
            source.labels($0, ofSplit: split)
          }
          #expect(try readAll(again, split: split).labels == labels)
        }
      }
    }
  }
}
