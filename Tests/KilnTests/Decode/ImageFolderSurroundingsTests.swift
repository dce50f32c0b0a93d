import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@testable import Kiln

@Suite("Image folders and what lies beside them")
struct ImageFolderSurroundingsTests: ImageFolderReading {
  @Test(
    "are the data set, and not the tables or arrays that lie beside them",
    arguments: ["metadata.csv", "x.pkl"])
  func companions(name: String) throws {
    try withTemporaryDirectory { root in
      try fill(root, ["cat/1.png", "dog/1.png"])
      let content =
        name == "x.pkl"
        ? PickleWriter.cPickle(2).pickle(.ints(0..<3))
        : Array("id,width,label\n1,2,3\n2,3,4\n".utf8)
      try write(content, to: root + "/" + name)
      let source = try open(root)
      #expect(source.dataset.schema.labels?.classNames == ["cat", "dog"])
      #expect(source.remarks == ["not read, beside the images: \(name)"])
    }
  }

  @Test("say which notes on single images lie among them, and nothing of the names of classes")
  func notes() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["cat/1.png", "dog/1.png"])
      let names = ["cat/1.json", "dog/1.xml", "all.jsonl"]
      for name in names { try write([], to: "\(root)/\(name)") }
      try write(Array("[\"cat\", \"dog\"]".utf8), to: root + "/classes.json")
      let shown = "all.jsonl, cat/1.json, dog/1.xml"
      #expect(try open(root).remarks == ["not read, beside the images: \(shown)"])
    }
    let tar = TarSample(["a.png", "a.json"].map { .init($0, greyPNG(1)) }).bytes
    try readFiles(["train-000000.tar": tar]) { source in
      #expect(source.remarks == ["not read, beside the images: a.json"])
    }
  }

  @Test("say which tables lie among them, the first of them")
  func tables() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["cat/1.png", "dog/1.png"])
      for index in 10..<40 { try write([], to: "\(root)/cat/\(index).npy") }
      let shown = (10..<30).map { "cat/\($0).npy" }.joined(separator: ", ")
      #expect(try open(root).remarks == ["not read, beside the images: \(shown), ..."])
    }
  }

  @Test(
    "say that a folder around all of them was taken for their class",
    arguments: [
      (
        "pictures/a.png pictures/b.png",
        ["all images are of one class, 'pictures', as their folder is called"]
      ),
      ("7/a.png 7/b.png", ["all images are of one class, '7', as their folder is called"]),
      ("a/a.png b/b.png", []), ("a.png b.png", []),
    ])
  func oneClass(files: String, remarks: [String]) throws {
    try withTemporaryDirectory { root in
      try fill(root, files.split(separator: " ").map(String.init))
      #expect(try open(root).remarks == remarks)
    }
  }

  @Test("are the data set beside several tables, too")
  func lists() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["cat/1.png", "dog/1.png"])
      for name in ["a", "b"] { try write(Array("1,2\n".utf8), to: "\(root)/\(name).csv") }
      #expect(try open(root).dataset.count == 2)
    }
  }

  @Test("does not mind a neighbour that cannot be opened")
  func neighbour() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["a/1.png", "b/1.png"])
      // Both texts live through the call.
      let status = unsafe symlink(root + "/nowhere", root + "/readme")
      try #require(status == 0)
      #expect(try open(root).dataset.count == 2)
    }
  }

  @Test("refuses an image that is a link to nowhere, and follows others")
  func links() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["a/1.png", "b/1.png"])
      // The texts live through the calls.
      try #require(unsafe symlink("1.png", root + "/a/2.png") == 0)
      #expect(try open(root).dataset.count == 3)
      try #require(unsafe symlink("lost.png", root + "/b/2.png") == 0)
      #expect(
        sentence { _ = try open(root) }
          == "decode b/2.png: is no file (a link to one that is not there?)")
    }
  }

  @Test("gives up where links lead back, and not by and by")
  func loops() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["a.png"])
      for index in 0..<60 { try #require(unsafe symlink(".", root + "/\(index)") == 0) }
      #expect(
        sentence { _ = try open(root) }?.contains("directories (does a link lead back?)") == true)
    }
  }

  @Test("passes by hidden files and what is no image")
  func others() throws {
    try withTemporaryDirectory { root in
      try fill(root, ["0/a.png", "0/.b.png", "__MACOSX/0/a.png", ".hidden/0/a.png"])
      for name in ["Thumbs.db", "README.txt", "0/notes.json", "0/noextension"] {
        try write([1], to: root + "/" + name)
      }
      #expect(try samples(open(root)) == ["0:0"])
    }
  }
}
