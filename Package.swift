// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// One layer of the house; see docs/architecture.md. A target may depend only on targets above it in this list.
func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func test(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "metapath",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "metapath", targets: ["metapath"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // pure
        target("InstanceModel"),
        target("MetadataDocuments", ["InstanceModel"]),
        target("Identification", ["InstanceModel", crypto]),
        target("OsloConfig"),
        // seam
        target("InstanceStore", ["InstanceModel", "MetadataDocuments", "Identification"]),
        // drivers
        target("InstanceFile", ["InstanceModel", crypto, yams]),
        target("SQLiteInstanceStore", ["InstanceModel", "InstanceStore", grdb, grdbSQLite]),
        target("OpenStackAPI", [asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL]),
        .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
        target("NovaDatabase", ["CMariaDB", "InstanceModel", "MetadataDocuments", "InstanceStore", "OpenStackAPI"]),
        // platform
        .target(name: "CLinux"),
        target("Polling", ["CLinux"]),
        target("NetworkNamespaces", ["CLinux", "Polling"]),
        target("ProcessSeparation", ["CLinux", "InstanceModel", "NetworkNamespaces"]),
        // wire
        target("HTTPWire", ["CLinux", "Polling", nioCore, nioPosix, nioSSL, nioTLS]),
        // roles
        target(
            "MetadataService",
            [
                "InstanceModel", "MetadataDocuments", "Identification", "InstanceStore", "OpenStackAPI", "HTTPWire",
                asyncHTTPClient, crypto, nioCore, nioHTTP1, nioPosix, logging,
            ]),
        target(
            "NamespaceProxy",
            [
                "InstanceModel", "MetadataDocuments", "Identification", "InstanceStore", "OpenStackAPI", "HTTPWire",
                "MetadataService", "NetworkNamespaces", "ProcessSeparation", nioCore, nioPosix, logging,
            ]),
        target("ListenerHolder", ["InstanceModel", "NetworkNamespaces", "ProcessSeparation", logging]),
        target("HaproxyShim", ["InstanceModel", "NetworkNamespaces", "ProcessSeparation"]),
        target(
            "Lab",
            [
                "InstanceModel", "MetadataDocuments", "Identification", "OpenStackAPI", "NetworkNamespaces",
                asyncHTTPClient, nioCore, nioHTTP1, nioPosix,
            ]),
        target(
            "Doctor",
            [
                "InstanceModel", "MetadataDocuments", "Identification", "OsloConfig", "OpenStackAPI",
                "NetworkNamespaces",
                crypto, asyncHTTPClient, nioCore, nioHTTP1, nioSSL,
            ]),
        // program
        .executableTarget(
            name: "metapath",
            dependencies: [
                "CLinux", "InstanceModel", "MetadataDocuments", "Identification", "OsloConfig", "InstanceStore",
                "InstanceFile", "SQLiteInstanceStore", "OpenStackAPI", "NovaDatabase", "NetworkNamespaces",
                "ProcessSeparation",
                "HTTPWire", "MetadataService", "NamespaceProxy", "ListenerHolder", "HaproxyShim", "Lab",
                "Doctor", nioCore, nioHTTP1, nioPosix, nioSSL, logging, lifecycle, unixSignals, asyncHTTPClient, yams,
                argumentParser,
            ],
            swiftSettings: swiftSettings),

        // for tests: stubs, and certificates
        .target(
            name: "TestSupport",
            dependencies: ["OpenStackAPI", nioCore, nioHTTP1, nioPosix, nioSSL],
            path: "Tests/TestSupport", swiftSettings: swiftSettings),

        test("InstanceModelTests", ["InstanceModel"]),
        test("MetadataDocumentsTests", ["InstanceModel", "MetadataDocuments"]),
        test("IdentificationTests", ["InstanceModel", "Identification"]),
        test("OsloConfigTests", ["OsloConfig"]),
        test("InstanceFileTests", ["InstanceModel", "InstanceFile"]),
        test("InstanceStoreTests", ["InstanceModel", "InstanceStore", "SQLiteInstanceStore", grdb]),
        test("NovaDatabaseTests", ["InstanceModel", "MetadataDocuments", "InstanceStore", "NovaDatabase"]),
        test("NamespaceProxyTests", ["InstanceModel", "Identification", "NamespaceProxy", logging]),
        test("OpenStackAPITests", ["OpenStackAPI", "TestSupport", nioCore, nioHTTP1, nioPosix, nioSSL]),
        test(
            "SettingsTests",
            [
                "InstanceModel", "Identification", "OsloConfig", "OpenStackAPI", "HTTPWire", "MetadataService", "Lab",
                "Doctor",
                "metapath", argumentParser, nioCore,
            ]),
        test(
            "DoctorTests",
            ["Doctor", "InstanceModel", "Identification", "OpenStackAPI", "OsloConfig", "NetworkNamespaces"]),
        test("HTTPWireTests", ["HTTPWire", "TestSupport", nioCore, nioPosix, nioSSL, nioEmbedded]),
        test(
            "MetadataServiceTests",
            [
                "InstanceModel", "MetadataDocuments", "Identification", "InstanceStore", "SQLiteInstanceStore",
                "HTTPWire",
                "OpenStackAPI", "MetadataService", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, logging,
            ]),
        test(
            "PathTests",
            [
                "InstanceModel", "InstanceFile", "NetworkNamespaces", "ProcessSeparation", "HTTPWire", "NamespaceProxy",
                "ListenerHolder", "HaproxyShim", "Lab", "Doctor", "metapath", "TestSupport", nioCore, nioPosix,
            ]),
    ]
)
