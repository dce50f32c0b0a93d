import Testing

@testable import Kiln

@Suite("Pickles that want more than to be read")
struct PickleHostileTests {
  @Test(
    "refuses in one line that names the reason", .timeLimit(.minutes(10)),
    arguments: HostilePickle.all)
  func refused(_ pickle: HostilePickle) throws {
    try withTemporaryDirectory { root in
      try write(pickle.bytes, to: root + "/x.pkl")
      try write(gzip(pickle.bytes), to: root + "/x.pkl.gz")
      for name in ["x.pkl", "x.pkl.gz"] {
        let message = try #require(
          sentence { _ = try openSource(SourceRequest(paths: [root + "/" + name])) })
        #expect(message.hasPrefix("decode \(name)"))
        #expect(message.contains(pickle.says), "\(message)")
        #expect(message.count < 400 && !message.contains("\n"), "\(message)")
      }
    }
  }

  @Test("has more than forty of them") func many() { #expect(HostilePickle.all.count >= 40) }

  @Test("reads no further than to the first fault")
  func stopsAtOnce() throws {
    let stream = MemoryStream(
      [0x80, 2] + Array("cos\nsystem\n".utf8) + [UInt8](repeating: 0, count: 1 << 20))
    #expect(throws: PickleError.refusedGlobal(module: "os", name: "system", offset: 2)) {
      try PickleMachine.read(.stream(stream))
    }
    #expect(stream.largestRead <= 64 << 10)
  }

  @Test("says what a run-of-the-mill attack looks like to the user")
  func wording() {
    let fault = PickleError.refusedGlobal(module: "os", name: "system", offset: 2)
    #expect(
      "\(fault)"
        == "byte 2: global os.system is not data (Kiln executes nothing; load the file where"
        + " it is trusted, and save its arrays with numpy.savez)")
  }
}
