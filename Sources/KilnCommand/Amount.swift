/// Numbers as people read them.
enum Amount {
  /// A count with its thousands apart, such as `60,000`.
  static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// Bytes in decimal units, such as `23.4 MB`.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    var units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"][...]
    // 999.95 would be shown as 1000.0.
    while value >= 999.95, units.count > 1 {
      value /= 1000
      units.removeFirst()
    }
    let isWhole = units.first == "B"
    return "\(isWhole ? String(count) : decimal(value, places: 1)) \(units.first ?? "")"
  }

  /// A number with a fixed count of decimal places.
  static func decimal(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
    guard value.isFinite, abs(value) < 1e15 else { return String(value) }
    let scaled = Int((abs(value) * scale).rounded())
    let digits = String(scaled)
    let filled = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && scaled != 0 ? "-" : ""
    return places == 0
      ? sign + filled : sign + filled.dropLast(places) + "." + filled.suffix(places)
  }

  /// A time on a clock, such as `1:05` or `2:00:00`.
  static func clock(_ seconds: Double) -> String {
    // Whatever takes a year is shown as a year.
    let whole = Int(min(max(0, seconds.isNaN ? 0 : seconds), 366 * 86_400).rounded(.up))
    let two = { (value: Int) in (value < 10 ? "0" : "") + String(value) }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours == 0
      ? "\(minutes):\(two(whole % 60))" : "\(hours):\(two(minutes)):\(two(whole % 60))"
  }

  /// How many in a second, as a whole number.
  static func rate(_ count: Double, in seconds: Double) -> Double {
    seconds > 0 ? (count / seconds).rounded() : 0
  }
}
