import Foundation
import Testing

@Suite("Wrong usage") struct UsageTests {
  @Test(
    "ends with status 2 and the nearest valid spelling",
    arguments: [
      ("convret", "kiln: unknown command 'convret' (did you mean 'convert'?)"),
      ("--versoin", "kiln: unknown option '--versoin' (did you mean '--version'?)"),
      (
        "convert sample --to npi=x", "kiln: unknown format 'npi' (did you mean 'npy'?)"
      ),
      (
        "convert sample --jpeg-qualty 9",
        "kiln: unknown option '--jpeg-qualty' (did you mean '--jpeg-quality'?)"
      ),
      (
        "convert sample --png-level=fats --to png=x",
        "kiln: --png-level takes fast or small, not 'fats' (did you mean 'fast'?)"
      ),
      ("convert sample --to npy=x -z", "kiln: unknown option '-z'"),
      (
        "convert sample --to npy=x -jobs 2",
        "kiln: unknown option '-jobs' (did you mean '--jobs'?)"
      ),
      (
        "convert sample --to npy=x -j4x",
        "kiln: --jobs takes a whole number from 1 to 1024, not '4x'"
      ),
      ("completions bsh", "kiln: unknown shell 'bsh' (did you mean 'bash'?)"),
      ("completions tcsh", "kiln: unknown shell 'tcsh' (expected one of bash, zsh, fish)"),
      (
        "preview sample:70 --split vall", "kiln: unknown split 'vall' (expected one of train, test)"
      ),
      (
        "convert sample --to csv=x.CSV",
        "kiln: --to takes a directory for csv, not 'csv=x.CSV' (did you mean 'csv=x'?)"
      ),
      (
        "convert sample --to hdf5=x",
        "kiln: unknown format 'hdf5'"
          + " (expected one of png, jpeg, csv, npy, npz, cache, idx, pickle, tar)"
      ),
    ])
  func spelling(line: String, message: String) throws {
    try expect(line, message)
  }

  @Test("refuses words that are no text: two names would look the same")
  func noText() throws {
    let run = try CommandRun(["inspect", "a\u{FFFD}.npz"])
    #expect(run.status == 2)
    #expect(
      run.errorLines
        == ["kiln: 'a\u{FFFD}.npz' is no UTF-8 text, as names of files must be (rename it)"])
  }

  @Test(
    "ends with status 2 and says what is wrong",
    arguments: [
      ("", "kiln: a command is missing"),
      ("convert", "kiln: a source is missing"),
      ("convert --labels l.idx --to csv=o", "kiln: --images to go with --labels is missing"),
      (
        "inspect x.pkl --trace --json", "kiln: --trace lists opcodes as text, it has no --json"
      ),
      (
        "inspect x.pkl --trace --quiet", "kiln: --trace lists opcodes as text, it has no --quiet"
      ),
      ("convert sample", "kiln: an output (--to FORMAT=PATH) is missing"),
      ("convert sample --to npy", "kiln: the path of --to npy (--to npy=DIR) is missing"),
      ("convert sample --to", "kiln: the value of --to (--to FORMAT=PATH) is missing"),
      (
        "convert sample --to npz=-",
        "kiln: --to takes a path: an output appears as a whole, and is no stream, not 'npz=-'"
      ),
      (
        "convert - --to npz=x",
        "kiln: standard input is not read, since a source is read more than once: give a file or"
          + " directory (one that is called so is ./-)"
      ),
      (
        "convert sample --to npy=x --to csv=x",
        "kiln: two outputs at x: give each its own path"
      ),
      (
        "convert sample --to npy=x --jpeg-quality 9",
        "kiln: --jpeg-quality belongs to jpeg, and no output is written as jpeg"
      ),
      (
        "convert sample --to npy=x --jobs 0",
        "kiln: --jobs takes a whole number from 1 to 1024, not '0'"
      ),
      ("convert sample --to npy=x --quiet=1", "kiln: --quiet takes no value, found '1'"),
      (
        "convert sample --from sample --to npy=x",
        "kiln: give either a source or --from, not both"
          + " (kiln datasets lists the names that go with it)"
      ),
      (
        "fetch emnist-leters",
        "kiln: unknown data set 'emnist-leters' (did you mean 'emnist-letters'?)"
      ),
      (
        "fetch emnist",
        "kiln: emnist is several data sets: name one of emnist-letters, emnist-digits,"
          + " emnist-balanced, emnist-byclass, emnist-bymerge, emnist-mnist"
      ),
      ("convert a.csv a.csv --to npy=x", "kiln: a.csv is named twice"),
      (
        "inspect emnist --from .",
        "kiln: emnist is several data sets: name one of emnist-letters, emnist-digits,"
          + " emnist-balanced, emnist-byclass, emnist-bymerge, emnist-mnist"
      ),
      (
        "convert sample --csv-header yes --to csv=x",
        "kiln: --csv-header takes on or off, not 'yes'"
      ),
      (
        "inspect sample --dataset digits",
        "kiln: --dataset chooses from a directory, and sample is none"
      ),
      (
        "inspect --images a --dataset digits",
        "kiln: --dataset chooses from a directory, and --images names a file"
      ),
      (
        "preview sample --overwrite",
        "kiln: --overwrite replaces a contact sheet, and no -o names one"
      ),
      (
        "convert sample --to npy=x --jobs \n\u{1B}[31m",
        "kiln: --jobs takes a whole number from 1 to 1024, not '??[31m'"
      ),
      (
        "preview sample --quiet",
        "kiln: --quiet leaves nothing to show, and no -o names a contact sheet"
      ),
      (
        "convert sample --cache-codec none --cache-level 3 --to cache=x",
        "kiln: --cache-level means nothing unless --cache-codec is zstd"
      ),
      ("help convert run", "kiln: help convert does not take 'run'"),
      ("--version convert", "kiln: --version does not take 'convert'"),
      (
        "convert sample --to npz=a --to csv=a.npz.kiln.json",
        "kiln: output a.npz.kiln.json would take the place of the manifest of another one"
      ),
      ("formats all", "kiln: formats does not take 'all'"),
      ("run", "kiln: PIPELINE.json is missing"),
    ])
  func fault(line: String, message: String) throws {
    try expect(line, message)
  }

  @Test("stays one line whatever a name holds")
  func control() throws {
    let run = try CommandRun(["inspect", "no\nsuch\u{1B}[2Jfile"])
    #expect(run.status == 1)
    #expect(run.errorLines.count == 1)
    #expect(run.errorLines.first?.contains("no?such?[2Jfile") == true)
  }

  private func expect(_ line: String, _ message: String) throws {
    let words = line.split(separator: " ").map(String.init)
    let run = try CommandRun(words)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errorLines.first == message)
    // The second line says where to look.
    #expect(run.errorLines.count == 2)
    #expect(run.errorLines.last?.hasSuffix("--help'.") == true)
  }
}
