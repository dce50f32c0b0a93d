/// Reads from a file until so many bytes are there, or it ends.
/// - Parameters:
///   - count: how many bytes.
///   - path: the file, for the error.
///   - once: one system call: fills the room from its start, told how many bytes are there already, and
///     returns how many it got, or less than 0 with `errno` set.
/// - Returns: the bytes, fewer than `count` where the file ends before.
/// - Throws: ``FileError``.
func readFully(
  _ count: Int, of path: String, _ once: (UnsafeMutableRawBufferPointer, _ done: Int) -> Int
) throws(FileError) -> [UInt8] {
  var failure: FileError?
  let bytes = makeBytes(capacity: count) { cursor in
    // Reads into the room that the cursor offers.
    unsafe cursor.append(byCodec: { room in
      let room = UnsafeMutableRawBufferPointer(room)
      var done = 0
      while done < count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: room[done..<count])
        let got = retryingInterrupts { unsafe once(rest, done) }
        guard got >= 0 else {
          failure = FileError(.read, path)
          return 0
        }
        if got == 0 { break }
        done += got
      }
      return done
    })
  }
  if let failure { throw failure }
  return bytes
}
