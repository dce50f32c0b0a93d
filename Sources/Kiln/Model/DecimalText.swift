extension Double {
  /// The number as people write it: `255`, not `255.0`.
  var plainText: String { Int(exactly: self).map(String.init) ?? String(self) }

  /// The number with a fixed count of decimal places.
  package func decimal(places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
    guard isFinite, abs(self) < 1e15 else { return String(self) }
    let scaled = Int((abs(self) * scale).rounded())
    let digits = String(scaled).paddedLeft(to: places + 1, with: "0")
    let sign = self < 0 && scaled != 0 ? "-" : ""
    return places == 0
      ? sign + digits : sign + digits.dropLast(places) + "." + digits.suffix(places)
  }
}
