internal import CISAL
internal import CZlib

/// Huffman codes fitted to a sample of a data set, shared by all its fast encoders.
///
/// Every literal, length and distance has a code, so that any image can be written; the codes depend
/// on the sampled bytes alone.
// Sendable: the tables are written in the initialiser, only read after it, and freed with the last
// reference.
@safe final class PNGHuffmanTables: @unchecked Sendable {
  fileprivate let tables: UnsafeMutablePointer<isal_hufftables>

  /// Counts the symbols of the whole images in `pixels`; none at all gives even codes.
  ///
  /// Costs about a microsecond an image; a thousand images spread over the data set are plenty.
  /// - Throws: `ImageError.unwritable` if ISA-L cannot build a code.
  init(sampling pixels: Span<UInt8>, shape: ImageShape) throws(ImageError) {
    // Zeroed, because ISA-L adds to the counts that it finds.
    let counts = unsafe allocateZeroed(isal_huff_histogram.self)
    // Allocated above, used nowhere else.
    defer { unsafe counts.deallocate() }
    let scanlines = PNGScanlines(shape: shape)
    for image in 0..<(pixels.count / shape.byteCount) {
      let start = image * shape.byteCount
      unsafe scanlines.withLines(of: pixels.extracting(start..<start + shape.byteCount)) { lines in
        // Reads exactly the lines; their count is below 2^31 by the shape's limit.
        withISAL {
          unsafe isal_update_histogram(lines.baseAddress, Int32(lines.count), counts)
        }
      }
    }
    // Both point to one value each.
    unsafe tables = allocateZeroed(isal_hufftables.self)
    guard unsafe isal_create_hufftables(tables, counts) == 0 else {
      throw .unwritable(.png, reason: "no Huffman code for the sampled pixels")
    }
  }

  deinit {
    // The encoders that read it hold a reference, so nobody does any more.
    unsafe tables.deallocate()
  }
}

/// Compresses one buffer after another into zlib streams with ISA-L's level 0 and fixed codes.
///
/// 0.85 us for a 28 x 28 image, where zlib takes 35: no code is built per image. ISA-L's own zlib
/// wrapper is not used: each run changes a field of the stream that would have to be set again.
@safe final class FastDeflater {
  private let stream: UnsafeMutablePointer<isal_zstream>
  private let tables: PNGHuffmanTables

  init(tables: PNGHuffmanTables) {
    self.tables = tables
    // 87 KB of state that are cleared here and never again; the library sets up what it reads.
    unsafe stream = allocateZeroed(isal_zstream.self)
    unsafe isal_deflate_stateless_init(stream)
    // The tables outlive the stream: this object keeps both.
    unsafe stream.pointee.hufftables = tables.tables
    unsafe stream.pointee.end_of_stream = 1
  }

  deinit {
    // Allocated in the initialiser and never handed out.
    unsafe stream.deallocate()
  }

  private static let headerByteCount = 2
  private static let checksumByteCount = 4

  /// The most that `count` bytes can become: stored blocks, which are the way out for noise.
  static func maxCompressedByteCount(of count: Int) -> Int {
    headerByteCount + storedByteCount(of: count) + checksumByteCount
  }

  private static func storedByteCount(of count: Int) -> Int {
    // Stored blocks hold 65,535 bytes behind 5 of header; ISA-L wants 8 bytes of room at least.
    count + 5 * (count / 65_535 + 1) + 8
  }

  /// Writes the zlib stream of `source` and returns its size, or nil if ISA-L refuses.
  @inline(__always)
  func compress(
    _ source: UnsafeMutableBufferPointer<UInt8>,
    into output: UnsafeMutableBufferPointer<UInt8>
  ) -> Int? {
    let bound = Self.maxCompressedByteCount(of: source.count)
    precondition(output.count >= bound)
    guard let start = output.baseAddress else { return nil }
    // 32 KiB window, and check bits that make the two bytes a multiple of 31. In range, see above.
    unsafe start[0] = 0x78
    unsafe start[1] = 0x01
    // ISA-L reads exactly the source and writes at most `avail_out` bytes.
    unsafe stream.pointee.next_in = source.baseAddress
    unsafe stream.pointee.avail_in = UInt32(source.count)
    unsafe stream.pointee.total_in = 0
    unsafe stream.pointee.next_out = start + Self.headerByteCount
    // Not the room left but a function of the input: what does not fit in it is stored instead, and
    // that choice must not depend on the place in the buffer.
    unsafe stream.pointee.avail_out = UInt32(Self.storedByteCount(of: source.count))
    unsafe stream.pointee.total_out = 0
    guard withISAL({ unsafe isal_deflate_stateless(stream) }) == COMP_OK else { return nil }
    let end = unsafe Self.headerByteCount + Int(stream.pointee.total_out)
    precondition(end + Self.checksumByteCount <= bound)
    // The span ends with this call, as the source does.
    let checksum = unsafe Adler32(of: source.span).value
    // The checksum lies within the bound, by the precondition.
    unsafe UnsafeMutableRawPointer(start).storeBytes(
      of: checksum.bigEndian, toByteOffset: end, as: UInt32.self)
    return end + Self.checksumByteCount
  }
}

/// Compresses one buffer after another into zlib streams at zlib's highest level.
@safe final class SmallDeflater {
  /// On the heap, because zlib keeps the address of its stream.
  private let stream: UnsafeMutablePointer<z_stream>
  private let sourceByteCount: Int
  /// The most that one source can become.
  let maxCompressedByteCount: Int

  /// - Throws: `ImageError.unwritable` if zlib has no memory.
  init(sourceByteCount: Int) throws(ImageError) {
    self.sourceByteCount = sourceByteCount
    // A zeroed stream asks for zlib's own allocator; the stream stays at its address.
    unsafe stream = allocateZeroed(z_stream.self)
    // On MNIST, bytes an image: default strategy 191, filtered 200, RLE 201, Huffman only 255; the
    // memory level and the window do not matter at that size.
    let status = unsafe deflateInit2_(
      stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    // Only reads the settings of the stream, and copes with one that did not start.
    maxCompressedByteCount = unsafe Int(deflateBound(stream, UInt(sourceByteCount)))
    guard status == Z_OK else {
      throw .unwritable(.png, reason: "zlib does not start, status \(status)")
    }
  }

  deinit {
    // Harmless on a stream that did not start; never handed out.
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Writes the zlib stream of `source` and returns its size, or nil if zlib refuses.
  func compress(
    _ source: UnsafeMutableBufferPointer<UInt8>,
    into output: UnsafeMutableBufferPointer<UInt8>
  ) -> Int? {
    precondition(source.count == sourceByteCount && output.count >= maxCompressedByteCount)
    // zlib reads and writes within the two buffers that it is given here.
    guard unsafe deflateReset(stream) == Z_OK else { return nil }
    unsafe stream.pointee.next_in = source.baseAddress
    unsafe stream.pointee.avail_in = UInt32(source.count)
    unsafe stream.pointee.next_out = output.baseAddress
    unsafe stream.pointee.avail_out = UInt32(maxCompressedByteCount)
    guard unsafe deflate(stream, Z_FINISH) == Z_STREAM_END else { return nil }
    return unsafe Int(stream.pointee.total_out)
  }
}

/// One zeroed C value; for C structures zero bytes are a value.
@unsafe private func allocateZeroed<Value>(_: Value.Type) -> UnsafeMutablePointer<Value> {
  // Exactly the memory that is allocated here.
  let memory = UnsafeMutableRawPointer.allocate(
    byteCount: MemoryLayout<Value>.size, alignment: max(64, MemoryLayout<Value>.alignment))
  unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<Value>.size)
  return unsafe memory.assumingMemoryBound(to: Value.self)
}
