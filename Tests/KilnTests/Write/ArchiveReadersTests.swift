import Testing

@testable import Kiln

/// What NumPy, safetensors and the published reader make of archives and caches.
@Suite("Python reads", .enabled(if: Python.has("numpy"), Python.missing))
struct ArchiveReadersTests {
  /// Compares every archive with the .npy files of the same run.
  private static let program = """
    import sys, importlib.util, numpy as np
    from read_cache import read_cache
    root, has_zstd, has_safetensors = sys.argv[1], *(
        importlib.util.find_spec(name) is not None for name in ("zstandard", "safetensors"))
    def same(a, b): assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    for split in ("train", "test"):
        x, y = (np.load(f"{root}/npy/{split}-{part}.npy") for part in ("images", "labels"))
        for archive in ("stored.npz", "deflated.npz"):
            with np.load(f"{root}/{archive}") as arrays:
                assert arrays.files == ["x_train", "y_train", "x_test", "y_test"], arrays.files
                same(arrays["x_" + split], x); same(arrays["y_" + split], y)
        for cache in ["none.safetensors"] + ["zstd.safetensors"] * has_zstd:
            arrays = read_cache(f"{root}/{cache}")
            same(arrays[split + ".images"], x); same(arrays[split + ".labels"], y)
    if has_safetensors:
        from safetensors.numpy import load_file
        for name in ("none", "zstd"): load_file(f"{root}/{name}.safetensors")
    """

  @Test(
    "archives and caches of every element type as the arrays that .npy holds",
    arguments: ElementType.allCases, [[1100, 10], [0, 3]])
  func arrays(_ type: ElementType, _ counts: [Int]) throws {
    try withTemporaryDirectory { root in
      let source = TestSource(type, [16, 16], counts: counts, labelType: .int64)
      try source.run([
        try Pipeline.Output(.npy, at: root + "/npy"),
        try Pipeline.Output(.npz, at: root + "/stored.npz"),
        try Pipeline.Output(.npz, at: root + "/deflated.npz", options: ["compression": "deflated"]),
        try Pipeline.Output(.cache, at: root + "/zstd.safetensors"),
        try Pipeline.Output(.cache, at: root + "/none.safetensors", options: ["codec": "none"]),
      ])
      let (status, output) = try Python.run(Self.program, [root])
      #expect(status == 0, "\(output)")
    }
  }

  @Test("zip files with the 64-bit fields of archives beyond 4 GiB", arguments: [0, 40, 200])
  func zip64(_ limit: Int) throws {
    try withTemporaryDirectory { root in
      let staged = try StagedOutput(.file, at: root + "/a.zip", existing: .keep)
      var archive = ZIPArchive(try staged.makeFile(), .stored, limit: limit)
      for name in ["first", "größer", "third"] {
        try archive.begin(name, byteCount: 50)
        for _ in 0..<5 { try archive.append(StoredPiece(storing: Array("0123456789".utf8))) }
        try archive.end()
      }
      try archive.finish()
      try staged.publish()
      let program = """
        import sys, zipfile
        archive = zipfile.ZipFile(sys.argv[1])
        assert archive.testzip() is None
        assert archive.namelist() == ["first", "größer", "third"], archive.namelist()
        for member in archive.infolist():
            assert archive.read(member) == b"0123456789" * 5
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
        """
      let (status, output) = try Python.run(program, [root + "/a.zip"])
      #expect(status == 0, "\(output)")
    }
  }
}
