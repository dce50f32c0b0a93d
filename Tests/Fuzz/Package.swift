// swift-tools-version: 6.3
import PackageDescription

// Apart from Kiln's own package: its users never build this. `run` adds the flags of the fuzzer.
let package = Package(
  name: "KilnFuzz",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "Kiln", path: "../..")],
  targets: [
    .systemLibrary(name: "CFuzzer", path: "Sources/CFuzzer"),
    .executableTarget(
      name: "KilnFuzz", dependencies: ["CFuzzer", .product(name: "Kiln", package: "Kiln")]),
  ],
  swiftLanguageModes: [.v6]
)
