import Testing

@testable import Kiln

@Suite("Columns of a table of labels")
struct LabelTableColumnsTests: LabelTableReading {
  @Test(
    "tell images however they are called",
    arguments: [
      "in/a.png in/b.png", "in/a in/b", "pictures/in/a.png pictures/in/b.png",
      "pictures/in/a pictures/in/b", "a.png b.png", "a b", "./in/a.png ./in/b.png",
    ])
  func names(texts: String) throws {
    let names = texts.split(separator: " ")
    try read(["in/a.png", "in/b.png"], "image,label\n\(names[0]),7\n\(names[1]),3\n") { source in
      try expect(source, ["0:7", "1:3"])
    }
  }

  @Test("tell images whose names have accents, composed or not")
  func accents() throws {
    try read(["caf\u{E9}.png"], "image,label\ncafe\u{301}.png,7\n") { source in
      try expect(source, ["0:7"])
    }
  }

  @Test(
    "find the columns",
    arguments: [
      ("a.png,5\nb.png,6\n", [:]), ("5,a.png\n6,b.png\n", [:]),
      ("a.png\t5\nb.png\t6\n", [:]), ("\u{FEFF}file;label\r\n\"a.png\"; 5\r\nb.png;6\r\n", [:]),
      ("n,label,file\n1,5,a\n2,6,b\n", [:]), ("file,v,w\na,1,5\nb,2,6\n", ["label": "w"]),
      ("file,x,w\na,1,5\nb,2,6\n", ["label": "last"]),
      ("x,w,file\n5,1,a\n6,2,b\n", ["label": "first"]),
      ("file,label\na,5.0\nb,6.0\n\n", [:]), ("b,6\na,5", ["header": "off"]),
      ("a b\na 5\nb   6\n", ["header": "on", "delimiter": " "]),
      (",id,breed\n0,a,5\n1,b,6\n", [:]), ("Unnamed: 0,id,breed,\n0,a,5,\n1,b,6,\n", [:]),
      ("a.png,x,5,y\nb.png,x,6,z\n", ["label": "2"]),
      ("a.png,5,1\nb.png,6,2\n", ["label": "1"]),
      ("1,a,5,2\n2,b,6,1\n", ["image": "1", "label": "2", "header": "off"]),
      (",0\na.png,5\nb.png,6\n", [:]), ("a.png,y,5\nb.png,n,6\n", ["label": "last"]),
      ("b,6\na,5\n", [:]),
      ("v,w,x\na,b,5\nb,a,6\n", ["image": "v", "label": "x"]),
      ("a,b,5\nb,a,6\n", ["image": "0", "label": "2", "header": "off"]),
      ("id,label\n,\nb,6\na,5\n,\n", [:]),
    ])
  func columns(table: String, settings: [String: String]) throws {
    try read(["a.png", "b.png"], table, settings) { source in
      try expect(source, ["0:5", "1:6"])
      #expect(source.dataset.schema.labels?.classNames == [])
      #expect(source.dataset.schema.labels?.elementType == .uint8)
    }
  }

  @Test(
    "are not taken for others by numbers that look like their names",
    arguments: [
      "label,id\n2,0\n0,1\n1,2\n", "id,label\n0,2\n1,0\n2,1\n",
      ",path,label\n0,pictures/2.png,1\n1,pictures/0.png,2\n2,pictures/1.png,0\n",
      ",id,label\n0,2,1\n1,0,2\n2,1,0\n", "id,photo_id,label\n0,2,1\n1,0,2\n2,1,0\n",
      "rank,image,label\n0,2,1\n1,0,2\n2,1,0\n",
    ])
  func numbers(table: String) throws {
    try read(["0.png", "1.png", "2.png"], table) { source in
      try expect(source, ["0:2", "1:0", "2:1"])
    }
  }

  @Test(
    "are not guessed where two columns may name them",
    arguments: [
      ("id,code,label\n0,2,7\n1,0,8\n2,1,9\n", "'id' and 'code'"),
      (",rank,label\n2,0,7\n0,1,8\n1,2,9\n", "'rank' and ''"),
      (",kind,note\n0,2,p\n1,0,q\n2,1,r\n", "'kind' and ''"),
      ("Unnamed: 0,id,kind\n0,2,1\n1,0,2\n2,1,0\n", "'id' and 'kind'"),
      ("0,2,cat\n1,0,cat\n2,1,dog\n", "'0' and '1'"),
    ])
  func doubt(table: String, columns: String) throws {
    #expect(
      try message(["0.png", "1.png", "2.png"], table).contains(
        "labels.csv: columns \(columns) both name images (--source-image"))
  }

  @Test("are not guessed from the first rows of a table that is of many more")
  func doubtInParts() throws {
    let rows = (0..<30_000).map { "\($0),\(($0 &* 7919 &+ 20_011) % 30_000),\($0 % 5)\n" }
    let message = try message(["0.png", "1.png"], "number,stem,label\n" + rows.joined())
    #expect(message.contains("columns 'number' and 'stem' both name images"))
  }

  @Test("are asked for where more may name images than can be compared")
  func tooMany() throws {
    let row = "a" + String(repeating: ",a", count: 64)
    #expect(
      try message(["a.png"], row + ",7\n", ["header": "off", "label": "last"]).contains(
        "has 65 columns that may name the images (--source-image takes the name or position of one)"
      ))
    try read(["a.png"], row + ",7\n", ["header": "off", "label": "last", "image": "3"]) { source in
      try expect(source, ["0:7"])
    }
  }

  @Test(
    "ask whether a first row is a header where nothing tells",
    arguments: ["q,ant\na,bee\nb,cat\nc,dog\n", "id,ant\na,bee\nb,cat\nc,dog\n"])
  func headerDoubt(table: String) throws {
    let message = try message(["a.png", "b.png", "c.png", "id.png"], table)
    #expect(message.contains("are these the names of columns? (--source-header on or off)"))
  }

  @Test(
    "tell a header from a row",
    arguments: [
      ("a,ant\nb,bee\nc,bee\n", "0:0 1:1 2:1", "ant bee"),
      ("z.png,ant\na.png,bee\nb.png,cat\nc.png,bee\n", "0:1 1:2 2:1", "ant bee cat"),
      ("z,ant\na,bee\nb,ant\nc,bee\n", "0:1 1:0 2:1", "ant bee"),
      ("z,7\na,5\nb,6\nc,5\n", "0:5 1:6 2:5", ""),
      ("2,ant\na,bee\nb,cat\nc,bee\n", "0:1 1:2 2:1", "ant bee cat"),
      ("z.png,class\na.png,bee\nb.png,cat\nc.png,bee\n", "0:0 1:1 2:0", "bee cat class"),
      ("file,kind\na,bee\nb,ant\nc,bee\n", "0:1 1:0 2:1", "ant bee"),
    ])
  func headers(table: String, expected: String, names: String) throws {
    try read(["a.png", "b.png", "c.png"], table) { source in
      try expect(source, expected.split(separator: " ").map(String.init))
      let classes = source.dataset.schema.labels?.classNames
      #expect(classes == names.split(separator: " ").map(String.init))
    }
  }
}
