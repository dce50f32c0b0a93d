import Testing

@testable import Kiln

@Suite("Parts of fetching")
struct FetchPartsTests {
  @Test(
    "follows where it leads from a page of the same trust or less",
    arguments: [
      ("http://a/x", "http://b/y", "http://b/y"), ("http://a/x", "https://b/y", "https://b/y"),
      ("https://a/x", "https://b/y", "https://b/y"), ("http://a/d/x?q", "y?r", "http://a/d/y?r"),
      ("http://a", "y", "http://a/y"), ("http://a/d/x", "/y", "http://a/y"),
      ("https://a/d/x", "//b/y", "https://b/y"), ("http://a:8/d/x?q", "?r", "http://a:8/d/x?r"),
    ])
  func redirect(_ from: String, _ location: String, _ expected: String) {
    #expect(Redirect.target(location, from: from) == expected)
  }

  @Test(
    "does not follow elsewhere",
    arguments: [
      ("https://a/x", "http://b/y"), ("http://a/x", "file:///etc/passwd"),
      ("http://a/x", "ftp://b"),
      ("file:///x", "http://a/y"), ("http://a/x", "javascript:1"), ("http://a/x", "FILE:///y"),
    ])
  func noRedirect(_ from: String, _ location: String) {
    #expect(Redirect.target(location, from: from) == nil)
  }

  @Test("takes the digest behind an address, and no other fragment")
  func provenAddress() throws {
    let (sha, md5) = (String(repeating: "0a", count: 32), String(repeating: "0b", count: 16))
    let read = { (end: String, given: String?) in
      try ProvenAddress(parsing: "https://a/b?c" + end, given: given)
    }
    for (end, digest) in [
      ("#sha256=" + sha, FileDigest.sha256(sha)), ("#SHA256=" + sha.uppercased(), .sha256(sha)),
      ("#md5=" + md5, .md5(md5)), ("#page=3", nil), ("#", nil), ("#sha256sum", nil), ("", nil),
    ] {
      let address = try read(end, nil)
      #expect(address.url == "https://a/b?c" && address.digest == digest)
    }
    #expect(try read("#sha256=" + sha, sha).digest == .sha256(sha))
    #expect(
      sentence { _ = try read("#sha256=" + sha, md5) }
        == "--sha256 is \(md5), and the address ends in \(sha)")
    for end in ["#sha256=", "#sha256", "#sha256=00", "#sha256=" + md5] {
      #expect(
        sentence { _ = try read(end, nil) }
          == "the address ends in '\(end)', expected #sha256= and 64 hexadecimal digits")
    }
    for end in ["#md5=x", "#md5=" + sha] {
      #expect(sentence { _ = try read(end, nil) }?.contains("#md5= and 32 hex") == true)
    }
  }

  @Test("reads what a server says, in whatever case, and forgets what came before")
  func head() {
    var head = ResponseHead()
    for line in [
      "HTTP/1.1 100 Continue\r\n", "ETag: \"0\"\r\n", "\r\n", "HTTP/2 206 \r\n",
      "content-LENGTH:  12 \r\n", "Content-Range: bytes 5-16/17\r\n", "ETag: \"abc\"\r\n",
      "Retry-After: 9\r\n", "rubbish\r\n", "Location: /a b\r\n",
    ] { head.read(line: line) }
    #expect(head.status == 206)
    #expect(head.byteCount == 12)
    #expect(head.part == ResponseHead.Part(start: 5, total: 17))
    #expect(head.validator == "\"abc\"")
    #expect(head.retryAfter == 9)
    #expect(head.location == "/a b")
  }

  @Test(
    "takes nothing from a head that makes no sense",
    arguments: [
      "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Range: bytes */9",
      "Content-Range: bytes -5-9/10", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", "ETag: W/\"x\"",
      ":", "Content-Range: lines 1-2/3",
    ])
  func badHead(_ line: String) {
    var head = ResponseHead()
    head.read(line: "HTTP/1.1 200 OK")
    head.read(line: line)
    #expect(head.byteCount == nil && head.part == nil && head.retryAfter == nil)
    #expect(head.validator == nil)
  }

  @Test(
    "shows no names and passwords, and no tokens",
    arguments: [
      ("https://user:secret@a/x", "https://a/x"), ("http://secret@a:8", "http://a:8"),
      ("http://u:p@p@a?b@c", "http://a?…"), ("http://a/b@c", "http://a/b@c"),
      ("https://a/x?token=secret&b#c", "https://a/x?…"), ("https://a/x?", "https://a/x?…"),
      ("file:///a@b", "file:///a@b"), ("file:///a?b", "file:///a?…"), ("a@b", "a@b"),
    ])
  func credentials(_ url: String, _ expected: String) {
    #expect(RemoteFile.shown(url) == expected)
  }

  @Test("tells addresses apart by what nobody can read in them")
  func recorded() {
    let records = ["", "?token=a", "?token=b", "?"].map {
      RemoteFile.recorded("https://u:p@a/x" + $0)
    }
    #expect(Set(records).count == 4)
    #expect(records[0] == "https://a/x")
    // The SHA-256 of nothing.
    #expect(records[3] == "https://a/x?sha256:e3b0c44298fc1c14")
    #expect(!records[1].contains("token"))
  }

  @Test(
    "knows what a file address names",
    arguments: [
      ("file:///a/b%20c", "/a/b c"), ("FILE:///a%2", "/a%2"), ("file:///%zz%", "/%zz%"),
      ("file:///a?b", "/a"), ("file:///a#b", "/a"), ("file:///%+a", "/%+a"),
      ("file://host/a", "/a"), ("file://", nil), ("http://a/b", nil),
    ])
  func localPath(_ url: String, _ expected: String?) {
    #expect(RemoteFile.localPath(of: url) == expected)
  }

  @Test(
    "makes a plain file name out of any address",
    arguments: [
      ("http://a/b/train.gz", "train.gz"), ("http://a/b/train.gz?x=/y#z", "train.gz"),
      ("http://a/", "file"), ("http://a", "file"), ("http://a/..", "_."),
      ("http://a/%2e%2e%2fx", "_2e_2e_2fx"), ("http://a/.hidden", "_hidden"),
      ("file:///data/a b.bin", "a_b.bin"), ("http://a/ü", "__"),
    ])
  func name(_ url: String, _ expected: String) {
    #expect(RemoteFile(url: url).name == expected)
  }

  @Test("gives equal names of other addresses other places")
  func places() {
    let names = ["http://a/x", "http://b/x", "http://a/x?1"].map { RemoteFile(url: $0).dataset }
    #expect(Set(names).count == 3)
  }

  @Test("knows a digest by its length, and nothing else for one")
  func digest() {
    let digits = String(repeating: "aF", count: 32)
    #expect(FileDigest(hexadecimal: digits) == .sha256(digits.lowercased()))
    #expect(FileDigest(hexadecimal: String(digits.prefix(32)))?.algorithm == .md5)
    #expect(FileDigest(hexadecimal: String(digits.dropLast())) == nil)
    #expect(FileDigest(hexadecimal: String(repeating: "g", count: 64)) == nil)
  }

  @Test("hashes as others do", arguments: [0, 1, 1_000_003])
  func hash(_ count: Int) throws {
    let bytes = [UInt8](repeating: 97, count: count)
    let known = [
      0: ("d41d8cd98f00b204e9800998ecf8427e", "e3b0c442"),
      1: ("0cc175b9c0f1b6a831c399e269772661", "ca978112"),
    ]
    let md5 = FileHash(expecting: .md5(""))
    for start in stride(from: 0, to: count, by: 4096) {
      md5.update(bytes[start..<min(start + 4096, count)].span)
    }
    let (sha256, found) = md5.finish()
    if let (expected, start) = known[count] {
      #expect(found == .md5(expected))
      #expect(sha256.hasPrefix(start))
    }
  }

  @Test(
    "tells a web page from data",
    arguments: [
      ("<!DOCTYPE html>", "a.gz", true), ("\n <HTML lang=en>", "a.gz", true),
      ("\u{FEFF}<!doctype HTML PUBLIC", "a", true), ("<?xml version", "a.xml", false),
      ("<!DOCTYPE html>", "page.HTML", false), ("<htm", "a", false), ("", "a", false),
    ])
  func page(_ start: String, _ name: String, _ expected: Bool) {
    #expect(WebPage.isUnexpected(Array(start.utf8), name: name) == expected)
  }

  @Test("asks servers that were slow last, the fastest of them first")
  func order() {
    var mirrors = MirrorList(["a", "b", "c", "a"])
    var asked: [String] = []
    let rates = ["a": 10, "b": 30]
    while let url = mirrors.advance(), asked.count < 9 {
      mirrors.fail(
        asked.contains(url) || rates[url] == nil
          ? .status(404) : .slow(rate: rates[url] ?? 0, floor: 50))
      asked.append(url)
    }
    #expect(asked == ["a", "b", "c", "b", "a"])
    #expect(mirrors.attempts.map(\.url) == ["c", "b", "a"])
  }
}
