/// How files are fetched.
public struct FetchSettings: Sendable {
  /// Whether servers may be asked.
  public enum Network: Sendable {
    /// They may.
    case allowed
    /// Only what is in the store or in a local directory is used.
    case offline
  }

  /// Where files are kept; nil for the user's own store, see ``FetchStore/standard()``.
  public var store: FetchStore?
  /// Whether servers may be asked.
  public var network = Network.allowed
  /// A server that is asked first for everything; it holds files as a store does.
  public var mirror: String?
  /// A local directory that files are taken from first, by their digest.
  public var localDirectory: String?
  /// Whom to believe that a server is who it says.
  public var authorities: CertificateAuthorities
  /// Bytes a second below which another server is tried, where there is one.
  public var minimumRate: Int
  /// How long to wait for what, and how often to try.
  var limits = FetchLimits()

  /// What the environment says, and what is usual else.
  public init() {
    mirror = Environment.value(of: "KILN_MIRROR").flatMap { $0.isEmpty ? nil : $0 }
    authorities = .environment
    minimumRate = 50_000
  }
}

/// The certificates by which servers prove who they are; nil for what the system trusts.
public struct CertificateAuthorities: Sendable, Equatable {
  /// A file of certificates.
  public var file: String?
  /// A directory of certificates.
  public var directory: String?

  /// Names certificates.
  public init(file: String? = nil, directory: String? = nil) {
    self.file = file
    self.directory = directory
  }

  /// Those that curl takes from the environment.
  static var environment: CertificateAuthorities {
    let value = { (name: String) in Environment.value(of: name).flatMap { $0.isEmpty ? nil : $0 } }
    return CertificateAuthorities(
      file: value("CURL_CA_BUNDLE") ?? value("SSL_CERT_FILE"), directory: value("SSL_CERT_DIR"))
  }
}

/// How long to wait for what, and how often to try.
struct FetchLimits: Sendable {
  /// Files at once.
  var transfers = 4
  /// For a connection; a host that is there answers sooner.
  var connect = Duration.seconds(15)
  /// Without a single byte.
  var stall = Duration.seconds(30)
  /// Over which the rate is measured.
  var rateWindow = Duration.seconds(20)
  /// Tries of one server after the first one, without much coming of them.
  var retries = 4
  /// Before the first of them; each further one doubles it.
  var firstWait = Duration.seconds(1)
  /// The longest wait between tries, and the longest that a server may ask for.
  var longestWait = Duration.seconds(60)
  /// A try that brings this much is a success of a kind: the count of tries begins again.
  var progressByteCount = 1 << 20
  /// Redirects from one address to the next.
  var redirects = 5
  /// Between looks at a file that another process fetches.
  var poll = Duration.milliseconds(100)
  /// No data set has files of this size; what pretends to be one only fills the disk.
  var largestFile = 1 << 42
  /// What waits are spread by, so that many processes do not come back at once; nil for another one
  /// each time.
  var seed: UInt64?
  /// What is really waited, for a wish; tests make it short.
  var pace: @Sendable (Duration) -> Duration = { $0 }
}
