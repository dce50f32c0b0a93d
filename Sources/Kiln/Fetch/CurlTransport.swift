import CCurl

/// Moves any number of transfers along side by side, on the thread that calls it.
@safe final class CurlTransport {
  private let library: CurlLibrary
  private let multi: UnsafeMutableRawPointer
  /// By handle.
  private var transfers: [UInt: CurlTransfer] = [:]

  init() throws {
    library = try CurlLibrary.load()
    guard let multi = unsafe library.table.pointee.multi_init() else {
      throw CurlFailure.outOfMemory
    }
    unsafe self.multi = multi
  }

  deinit {
    for transfer in transfers.values {
      // Added in start, and still there.
      _ = unsafe library.table.pointee.multi_remove_handle(multi, transfer.handle)
    }
    // Made in init; no transfer is left in it.
    _ = unsafe library.table.pointee.multi_cleanup(multi)
  }

  /// Begins a request; its receivers are called from ``perform(waitingAtMost:)``.
  func start(
    _ request: CurlTransfer.Request,
    receiveHead: @escaping (ResponseHead) throws -> Void,
    receiveBody: @escaping (Span<UInt8>) throws -> Void
  ) throws(CurlFailure) -> CurlTransfer {
    let transfer = try CurlTransfer(
      request, library: library, receiveHead: receiveHead, receiveBody: receiveBody)
    // The transfer owns the handle; it is held below until the handle is removed.
    guard unsafe library.table.pointee.multi_add_handle(multi, transfer.handle) == CURLM_OK else {
      throw CurlFailure.outOfMemory
    }
    transfers[transfer.key] = transfer
    return transfer
  }

  /// Ends a request without waiting for more of it.
  func cancel(_ transfer: CurlTransfer) {
    guard transfers.removeValue(forKey: transfer.key) != nil else { return }
    // Added in start, removed once.
    _ = unsafe library.table.pointee.multi_remove_handle(multi, transfer.handle)
  }

  /// Waits until there is something to do, does it, and says which transfers have ended.
  func perform(
    waitingAtMost wait: Duration
  ) -> [(transfer: CurlTransfer, end: CurlTransfer.End)] {
    let table = unsafe library.table
    let milliseconds = Int32(min(max(0, wait / .milliseconds(1)), 1000).rounded(.up))
    // No descriptors but libcurl's own; no count is asked for.
    _ = unsafe table.pointee.multi_poll(multi, nil, 0, milliseconds, nil)
    var running: Int32 = 0
    _ = unsafe table.pointee.multi_perform(multi, &running)
    var ended: [(transfer: CurlTransfer, end: CurlTransfer.End)] = []
    var code = CURLE_OK
    // The result is written before the handle is returned.
    while let handle = unsafe kiln_curl_next_ended(table, multi, &code) {
      guard let transfer = transfers[UInt(bitPattern: handle)] else { continue }
      cancel(transfer)
      ended.append((transfer, transfer.end(code: Int(code.rawValue))))
    }
    return ended
  }
}

extension CurlTransfer {
  // As a number: it is compared, never followed.
  fileprivate var key: UInt { unsafe UInt(bitPattern: handle) }
}
