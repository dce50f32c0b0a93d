import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server on this machine alone that answers as a test wants it to, right or wrong.
///
/// Every connection has a thread of its own and takes one request.
public final class LoopbackServer: Sendable {
  /// A request as it came.
  public struct Request: Sendable {
    /// The target of its first line, such as `/train.gz`.
    public let path: String
    /// Its header by names in small letters.
    public let header: [String: String]
    /// How many requests for this path there were before it.
    public let number: Int

    /// The first byte asked for; nil where the whole is.
    public var rangeStart: Int? {
      guard let range = header["range"], range.hasPrefix("bytes=") else { return nil }
      return Int(range.dropFirst(6).prefix { $0 != "-" })
    }
  }

  /// The connection that a request came by.
  public struct Connection: Sendable {
    fileprivate let descriptor: Int32
    fileprivate let isStopped: @Sendable () -> Bool

    /// Sends bytes; false where nobody takes them any more.
    @discardableResult
    public func send(_ bytes: some Sequence<UInt8>) -> Bool {
      let bytes = Array(bytes)
      var done = 0
      while done < bytes.count {
        // The part not yet sent, within the array.
        let sent = unsafe bytes.withUnsafeBytes {
          unsafe sendOnce(descriptor, UnsafeRawBufferPointer(rebasing: $0[done...]))
        }
        guard sent > 0 else { return false }
        done += sent
      }
      return true
    }

    /// Sends text.
    @discardableResult
    public func send(_ text: String) -> Bool { send(text.utf8) }

    /// Sends a head: its first line, such as `200 OK`, and more lines.
    @discardableResult
    public func sendHead(_ status: String, _ lines: String...) -> Bool {
      send(
        (["HTTP/1.1 \(status)"] + lines + ["Connection: close", "", ""])
          .joined(separator: "\r\n"))
    }

    /// Sends a whole answer.
    public func answer(_ status: String, _ body: some Collection<UInt8>, _ lines: String...) {
      send(
        (["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + lines
          + ["Connection: close", "", ""]).joined(separator: "\r\n"))
      send(body)
    }

    /// Breaks the connection, so that the other side gets an error and not an end.
    public func reset() {
      var setting = linger(l_onoff: 1, l_linger: 0)
      // The call reads the struct, which lives through it.
      unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &setting, socklen_t(MemoryLayout<linger>.size))
    }

    /// Whether the server still runs: for answers without an end.
    public var isWanted: Bool { !isStopped() }
  }

  /// The port.
  public let port: Int
  private let descriptor: Int32
  private let state = Mutex(State())
  private struct State {
    var paths: [String] = []
    var isStopped = false
  }

  /// Starts a server.
  public init(_ answer: @escaping @Sendable (Request, Connection) -> Void) throws {
    let listener = socket(AF_INET, streamSocket, 0)
    descriptor = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // The calls read and fill in the address, which lives through them.
    let isBound = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, length) == 0 && listen(listener, 128) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0, !state.withLock({ $0.isStopped }) else {
          if connection >= 0 { close(connection) }
          close(descriptor)
          return
        }
        Thread.detachNewThread {
          defer { close(connection) }
          guard let request = self.receive(connection) else { return }
          answer(
            request,
            Connection(
              descriptor: connection, isStopped: { self.state.withLock { $0.isStopped } }))
          shutdown(connection, Int32(SHUT_WR))
        }
      }
    }
  }

  /// Stops taking requests.
  public func stop() {
    state.withLock { $0.isStopped = true }
    // Wakes the thread that waits for a connection.
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// The address of a path.
  public func url(_ path: String = "") -> String { "http://127.0.0.1:\(port)\(path)" }

  /// The paths that were asked for, in order.
  public var paths: [String] { state.withLock { $0.paths } }

  private func receive(_ connection: Int32) -> Request? {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !text.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      // Fills in at most the chunk.
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe recv(connection, $0.baseAddress, $0.count, 0)
      }
      guard count > 0, text.count < 64 << 10 else { return nil }
      text += chunk.prefix(count)
    }
    let lines = String(decoding: text, as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count == 3 else { return nil }
    var header: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      header[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let path = String(words[1])
    let number = state.withLock { state in
      defer { state.paths.append(path) }
      return state.paths.count { $0 == path }
    }
    return Request(path: path, header: header, number: number)
  }
}

/// A lock around a value; Foundation's, so that this needs nothing of Kiln.
private final class Mutex<Value>: @unchecked Sendable {
  // Unchecked: the value is reached only by whoever holds the lock.
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}

#if canImport(Glibc)
  private let streamSocket = Int32(SOCK_STREAM.rawValue)

  /// The system call by its full name: a method is called the same.
  private func sendOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    // The pointer is valid for the call, which does not keep it.
    unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
  }
#else
  private let streamSocket = SOCK_STREAM

  /// The system call by its full name: a method is called the same.
  private func sendOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    // The pointer is valid for the call, which does not keep it.
    unsafe Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
  }
#endif
