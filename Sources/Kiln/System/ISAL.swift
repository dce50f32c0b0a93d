import CISAL

/// Calls functions of ISA-L that go through data, and leaves the vector registers as all other code expects them.
///
/// Without it whatever runs next on the thread is slower, far from where anybody would look: SHA-256
/// takes 18 % longer on Zen 5, and two digests side by side 67 %.
@inline(__always)
func withISAL<Result>(_ call: () -> Result) -> Result {
  defer { kiln_end_avx() }
  return call()
}
