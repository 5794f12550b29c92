// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "kortvakt",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        // Floor 0: system libraries.
        .systemLibrary(
            name: "CPCSC",
            pkgConfig: "libpcsclite",
            providers: [.apt(["libpcsclite-dev"]), .yum(["pcsc-lite-devel"])]
        ),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .yum(["openssl-devel"])]
        ),
        .systemLibrary(
            name: "CGLib",
            pkgConfig: "glib-2.0",
            providers: [.apt(["libglib2.0-dev"]), .yum(["glib2-devel"])]
        ),
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .yum(["zlib-devel"])]
        ),
        .systemLibrary(
            name: "CSystemd",
            pkgConfig: "libsystemd",
            providers: [.apt(["libsystemd-dev"]), .yum(["systemd-devel"])]
        ),
        .systemLibrary(name: "CLinux"),

        // Floor 1: no I/O with cards.
        .target(name: "CardCore", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "X509", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(
            name: "Configuration",
            dependencies: ["CGLib"],
            exclude: ["kortvakt.conf.example", "owners.example"],
            swiftSettings: strict
        ),

        // Floor 2: readers, card families, software cards; they do not know each other.
        .target(name: "PCSC", dependencies: ["CPCSC", "CLinux", "CardCore"], swiftSettings: strict),
        .target(
            name: "CardApplications",
            dependencies: ["CZlib", "CardCore", "X509", asn1],
            exclude: ["Data"],
            swiftSettings: strict
        ),
        .target(
            name: "VirtualCards",
            dependencies: ["COpenSSL", "CardCore"],
            swiftSettings: strict
        ),
        .target(
            name: "CertificateTrust",
            dependencies: ["CLinux", "COpenSSL", "X509", subprocess, system],
            swiftSettings: strict
        ),

        .target(name: "VirtualReaders", dependencies: [subprocess], swiftSettings: strict),
        .target(name: "Presence", swiftSettings: strict),

        // Floor 3: what a person does with a card, and every sentence a person reads.
        .target(
            name: "CardOperations",
            dependencies: [
                "CardCore", "X509", "Configuration", "PCSC", "CardApplications", "CertificateTrust",
            ],
            swiftSettings: strict
        ),
        .target(name: "LoginSessions", dependencies: ["CSystemd", "CLinux"], swiftSettings: strict),
        .target(
            name: "Texts",
            dependencies: ["CLinux", "Configuration"],
            exclude: ["po"],
            swiftSettings: strict
        ),

        // Floor 4: programs.
        .executableTarget(
            name: "kortvakt",
            dependencies: [
                "CLinux", "CardCore", "X509", "Configuration", "PCSC", "CardApplications", "CertificateTrust",
                "CardOperations", "LoginSessions", "Texts", "VirtualReaders", arguments, subprocess, system,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "kortvaktd",
            dependencies: [
                "CLinux", "Configuration", "PCSC", "CertificateTrust", "Presence", "CardOperations",
                "LoginSessions",
                "Texts",
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "kortvakt-card",
            dependencies: ["CLinux", "CardCore", "VirtualCards", arguments],
            swiftSettings: strict
        ),

        // Tests.
        // All tests are one program, so one dependency on it is enough.
        .target(name: "TestLimit", path: "Tests/TestLimit"),
        .target(
            name: "CardTesting",
            dependencies: ["CardCore", "TestLimit", "VirtualCards", "VirtualReaders", subprocess],
            path: "Tests/CardTesting",
            exclude: ["Programs"],
            swiftSettings: strict
        ),
        .target(
            name: "SessionTesting",
            dependencies: [subprocess, system],
            path: "Tests/SessionTesting",
            exclude: ["Programs"],
            swiftSettings: strict
        ),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "COpenSSL", "CardCore", "X509", "Configuration", "PCSC", "CardApplications",
                "CertificateTrust",
                "CardOperations", "Presence", "VirtualCards",
            ],
            path: "Tests/FuzzTargets",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Replay",
            dependencies: ["FuzzTargets"],
            path: "Tests/Replay",
            swiftSettings: strict
        ),
        .testTarget(name: "FuzzReplayTests", dependencies: ["FuzzTargets"], swiftSettings: strict),
        .testTarget(name: "CardCoreTests", dependencies: ["CardCore", "CardTesting"], swiftSettings: strict),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"], swiftSettings: strict),
        .testTarget(
            name: "PCSCTests",
            dependencies: [
                "CPCSC", "CardCore", "PCSC", "CardTesting", "VirtualCards", "VirtualReaders", subprocess,
            ],
            exclude: ["Programs"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CardApplicationsTests",
            dependencies: [
                "CardCore", "X509", "Configuration", "CardApplications", "CardTesting", "VirtualCards",
                "VirtualReaders", asn1,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "X509Tests",
            dependencies: ["COpenSSL", "CardTesting", "X509", subprocess],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CertificateTrustTests",
            dependencies: ["COpenSSL", "CardTesting", "X509", "CertificateTrust", subprocess],
            swiftSettings: strict
        ),
        .testTarget(
            name: "VirtualCardsTests",
            dependencies: ["COpenSSL", "CardCore", "VirtualCards", "CardTesting"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CardOperationsTests",
            dependencies: [
                "COpenSSL", "CardCore", "X509", "Configuration", "PCSC", "CardApplications", "CardOperations",
                "CardTesting", "CertificateTrust", "VirtualCards", "VirtualReaders",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LoginSessionsTests",
            dependencies: ["CLinux", "LoginSessions", "SessionTesting", subprocess, system],
            swiftSettings: strict
        ),
        .testTarget(
            name: "kortvaktdTests",
            dependencies: [
                "Configuration", "PCSC", "Presence", "LoginSessions", "CardTesting", "SessionTesting",
                "VirtualCards",
                "VirtualReaders", "kortvaktd", subprocess, system,
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "PresenceTests", dependencies: ["Presence"], swiftSettings: strict),
        .testTarget(name: "TextsTests", dependencies: ["Texts"], swiftSettings: strict),
        .testTarget(
            name: "WordingTests",
            dependencies: [
                "CardApplications", "CardOperations", "CertificateTrust", "LoginSessions", "PCSC", "Texts",
                "X509", "kortvakt",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "kortvaktTests",
            dependencies: ["CardCore", "CardTesting", "VirtualCards", "VirtualReaders", subprocess, system],
            exclude: ["Programs"],
            swiftSettings: strict
        ),
    ]
)

// Nobody needs it but `make bench`.
if Context.environment["KORTVAKT_BENCH"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "TrustBenchmark",
            dependencies: ["COpenSSL", "CertificateTrust", "X509"],
            path: "Tests/TrustBenchmark",
            swiftSettings: strict
        )
    )
}

// The fuzzer needs libFuzzer's own main function, so it is built only by `make fuzz`.
if Context.environment["KORTVAKT_FUZZ"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "Fuzzer",
            dependencies: ["CardCore", "FuzzTargets", "VirtualCards"],
            path: "Tests/Fuzzer",
            exclude: ["dictionary.txt"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library", "-sanitize=address,fuzzer"])],
            linkerSettings: [.unsafeFlags(["-sanitize=address,fuzzer"])]
        )
    )
}
