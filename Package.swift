// swift-tools-version: 6.3
import PackageDescription

/// A system library found by pkg-config; `make deps` installs what is missing.
func library(_ name: String, pkgConfig: String, apt: String, brew: String) -> Target {
  .systemLibrary(
    name: "C\(name)", path: "Sources/CLibraries/C\(name)", pkgConfig: pkgConfig,
    providers: [.apt([apt]), .brew([brew])])
}

// Homebrew keeps libarchive's headers to itself, where only pkg-config finds them.
#if os(macOS)
  let archiveHeaders: String? = "libarchive"
#else
  let archiveHeaders: String? = nil
#endif

let swiftSettings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Kiln",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "Kiln", targets: ["Kiln"]),
    .executable(name: "kiln", targets: ["KilnCommand"]),
    .executable(name: "kiln-benchmark", targets: ["KilnBenchmark"]),
  ],
  targets: [
    library("Crypto", pkgConfig: "libcrypto", apt: "libssl-dev", brew: "openssl@3"),
    library("Deflate", pkgConfig: "libdeflate", apt: "libdeflate-dev", brew: "libdeflate"),
    library("ISAL", pkgConfig: "libisal", apt: "libisal-dev", brew: "isa-l"),
    library("JPEG", pkgConfig: "libjpeg", apt: "libjpeg-dev", brew: "jpeg-turbo"),
    library("PNG", pkgConfig: "libpng", apt: "libpng-dev", brew: "libpng"),
    library("Zlib", pkgConfig: "zlib", apt: "zlib1g-dev", brew: "zlib"),
    library("Zstd", pkgConfig: "libzstd", apt: "libzstd-dev", brew: "zstd"),
    // These are loaded when they are first needed, never linked.
    .systemLibrary(
      name: "CArchive", path: "Sources/CLibraries/CArchive", pkgConfig: archiveHeaders,
      providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]),
    .systemLibrary(
      name: "CCurl", path: "Sources/CLibraries/CCurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(name: "CLinux", path: "Sources/CLibraries/CLinux"),
    .target(name: "CImageShims", dependencies: ["CJPEG", "CPNG"]),
    .target(
      name: "Kiln",
      dependencies: [
        "CArchive", "CCrypto", "CCurl", "CDeflate", "CImageShims", "CISAL", "CLinux", "CZlib",
        "CZstd",
      ],
      swiftSettings: swiftSettings),
    .executableTarget(name: "KilnCommand", dependencies: ["Kiln"], swiftSettings: swiftSettings),
    .executableTarget(name: "KilnBenchmark", dependencies: ["Kiln"], swiftSettings: swiftSettings),
    .target(
      name: "LoopbackServer", path: "Tests/LoopbackServer", swiftSettings: swiftSettings),
    .testTarget(
      name: "KilnTests", dependencies: ["Kiln", "CZlib", "LoopbackServer"], exclude: ["Resources"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "CommandTests", dependencies: ["KilnCommand", "LoopbackServer"],
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6]
)
