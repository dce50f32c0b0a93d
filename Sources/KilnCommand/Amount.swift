import Kiln

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
    return "\(isWhole ? String(count) : value.decimal(places: 1)) \(units.first ?? "")"
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
