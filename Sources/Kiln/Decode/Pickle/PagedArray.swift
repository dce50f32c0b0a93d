/// An array that grows without ever being moved, so that it never takes twice its size.
struct PagedArray<Element: Sendable>: Sendable {
  private static var pageShift: Int { 14 }
  private static var pageCount: Int { 1 << pageShift }

  private var pages: [[Element]] = []
  private(set) var count = 0

  mutating func append(_ element: Element) {
    if count & (Self.pageCount - 1) == 0 {
      var page: [Element] = []
      // A small array stays small.
      if count > 0 { page.reserveCapacity(Self.pageCount) }
      pages.append(page)
    }
    pages[count >> Self.pageShift].append(element)
    count += 1
  }

  subscript(position: Int) -> Element {
    get { pages[position >> Self.pageShift][position & (Self.pageCount - 1)] }
    set { pages[position >> Self.pageShift][position & (Self.pageCount - 1)] = newValue }
  }
}
