import Foundation
import Testing

@testable import Kiln

private let testData = Repository.testData

private func isThere(_ name: String) -> Bool {
  Path.kind(of: testData + "/" + name + "/train-images-idx3-ubyte.gz") == .file
}

@Suite(
  "Published data sets", .serialized,
  .enabled(
    if: isThere("mnist") && isThere("fashion-mnist"),
    "KILN_TEST_DATA names no directory with mnist and fashion-mnist"))
struct RealDataTests {
  /// Inflated by gzip itself, and cut up by the format's description.
  private func naive(_ dataset: String, _ file: String, headerByteCount: Int) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", "\(testData)/\(dataset)/\(file).gz"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Array(data.dropFirst(headerByteCount))
  }

  @Test(
    "come out as folders, CSV and NPY with every pixel and label",
    arguments: ["mnist", "fashion-mnist"])
  func convert(name: String) throws {
    try withTemporaryDirectory { root in
      let report = try Runner(
        Pipeline(
          source: SourceRequest(paths: ["\(testData)/\(name)"]),
          outputs: try [SinkFormat.png, .csv, .npy].map {
            try Pipeline.Output($0, at: root + "/" + $0.name)
          })
      ).run()
      let splits = [("train", "train", 60_000), ("test", "t10k", 10_000)]
      for (position, (split, prefix, count)) in splits.enumerated() {
        let pixels = try naive(name, prefix + "-images-idx3-ubyte", headerByteCount: 16)
        let labels = try naive(name, prefix + "-labels-idx1-ubyte", headerByteCount: 8)
        #expect(pixels.count == count * 784 && labels.count == count)
        #expect(report.splits[position].name == split)
        #expect(
          report.splits[position].digest
            == naiveContentDigest(
              type: .uint8, shape: [28, 28], count: count, pixels: pixels,
              labels: labels.map(Int64.init)))

        let npy = try contents(of: "\(root)/npy/\(split)-images.npy")
        #expect(npy.suffix(pixels.count).elementsEqual(pixels) && npy.count == 128 + pixels.count)
        #expect(
          try contents(of: "\(root)/npy/\(split)-labels.npy").suffix(count).elementsEqual(labels))

        var faults = 0
        for index in 0..<count {
          let digits = String(index)
          let padded = String(repeating: "0", count: 5 - digits.count) + digits
          let file = try contents(of: "\(root)/png/\(split)/\(labels[index])/\(padded).png")
          let image = try decodePNG(file)
          if !image.pixels.elementsEqual(pixels[index * 784..<(index + 1) * 784]) { faults += 1 }
        }
        #expect(faults == 0)

        // Every number of the table, read digit by digit.
        var numbers: [UInt8] = []
        numbers.reserveCapacity(count * 785)
        var number = 0
        let table = try contents(of: "\(root)/csv/\(split).csv")
        let start = (table.firstIndex(of: 0x0A) ?? 0) + 1
        for position in start..<table.count {
          let byte = table[position]
          if byte == 0x2C || byte == 0x0A {
            numbers.append(UInt8(number))
            number = 0
          } else {
            number = number * 10 + Int(byte) - 0x30
          }
        }
        var expected: [UInt8] = []
        expected.reserveCapacity(count * 785)
        for index in 0..<count {
          expected.append(labels[index])
          expected += pixels[index * 784..<(index + 1) * 784]
        }
        #expect(numbers == expected)
      }
    }
  }
}
