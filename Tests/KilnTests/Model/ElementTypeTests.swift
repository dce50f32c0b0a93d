import Testing
@testable import Kiln
@Test("element types know their size") func sizes() { #expect(ElementType.float16.byteCount == 2) }
