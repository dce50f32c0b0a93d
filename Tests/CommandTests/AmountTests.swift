import Testing

import Kiln
@testable import KilnCommand

@Suite("Amounts") struct AmountTests {
  @Test(
    "counts have their thousands apart",
    arguments: zip(
      [0, 999, 1000, 60_000, 1_234_567, -1000],
      ["0", "999", "1,000", "60,000", "1,234,567", "-1,000"]))
  func count(value: Int, text: String) { #expect(Amount.count(value) == text) }

  @Test(
    "sizes have decimal units",
    arguments: zip(
      [0, 999, 1000, 23_400_000, 999_949, 999_950, Int.max],
      ["0 B", "999 B", "1.0 kB", "23.4 MB", "999.9 kB", "1.0 MB", "9.2 EB"]))
  func bytes(value: Int, text: String) { #expect(Amount.bytes(value) == text) }

  @Test(
    "numbers are rounded to their places",
    arguments: zip(
      [0, 0.004, 0.005, 1.999, 12.5, -0.001], ["0.00", "0.00", "0.01", "2.00", "12.50", "0.00"]))
  func decimal(value: Double, text: String) { #expect(value.decimal(places: 2) == text) }

  @Test(
    "times are shown as on a clock",
    arguments: zip(
      [0, 0.2, 61, 3600, .infinity, .nan],
      ["0:00", "0:01", "1:01", "1:00:00", "8784:00:00", "0:00"]))
  func clock(seconds: Double, text: String) { #expect(Amount.clock(seconds) == text) }
}
