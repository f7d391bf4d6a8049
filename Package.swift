// swift-tools-version: 6.2
import PackageDescription

/// One settings array for every Swift target: the language mode and the strictness are the same everywhere.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// `make test` has what the tests run most optimised: an embedded API server under each of them costs a third then. Who builds
/// by hand gets what a debugger likes, and builds a single file in seconds.
let isOptimised = Context.environment["QM_OPTIMISED"] != nil
let busySettings =
    isOptimised ? settings + [.unsafeFlags(["-O", "-whole-module-optimization", "-num-threads", "2"])] : settings

let package = Package(
    name: "quartermaster",
    products: [
        .executable(name: "quartermaster", targets: ["Operator"]),
        .executable(name: "quartermaster-agent", targets: ["Agent"]),
        .executable(name: "devcluster", targets: ["DevCluster"]),
        .executable(name: "quartermaster-bench", targets: ["Benchmarks"]),
    ],
    targets: [
        // The text of the CRDs under `crds`, which the C compiler embeds.
        .target(name: "CDefinitions"),
        // One small target per C library; every C call has one Swift wrapper in KubeAPI.
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "CYAML", linkerSettings: [.linkedLibrary("yaml")]),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),
        .target(name: "CRegex", linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++")]),
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(
            name: "CEvent",
            // Or OpenSSL's macros bring the path of the sources into the program, which would differ by where it was built.
            cSettings: [.define("OPENSSL_NO_FILENAMES")],
            linkerSettings: [
                .linkedLibrary("event_core"), .linkedLibrary("event_extra"), .linkedLibrary("event_openssl"),
                .linkedLibrary("event_pthreads"), .linkedLibrary("ssl"), .linkedLibrary("crypto"),
            ]),

        .target(
            name: "KubeAPI", dependencies: ["CCurl", "COpenSSL", "CYAML", "CSimdJSON", "CRegex", "CEvent", "CZlib"],
            swiftSettings: busySettings),
        .target(name: "EmbeddedAPIServer", dependencies: ["KubeAPI"], swiftSettings: busySettings),
        .target(name: "Simulation", dependencies: ["KubeAPI"], swiftSettings: busySettings),
        .target(
            name: "Reconcilers", dependencies: ["BackupModel", "CDefinitions", "KubeAPI"], swiftSettings: busySettings),
        // What backups come down to, without I/O: for the agent in the pods and for the operator that reads what it reports.
        .target(name: "BackupModel", dependencies: ["KubeAPI"], swiftSettings: settings),
        .target(name: "CommandLineInterface", swiftSettings: settings),
        .executableTarget(
            name: "Operator", dependencies: ["BackupModel", "CommandLineInterface", "KubeAPI", "Reconcilers"],
            swiftSettings: settings),
        // What the pods of backups run.
        .executableTarget(name: "Agent", dependencies: ["BackupModel", "KubeAPI"], swiftSettings: settings),
        .executableTarget(
            name: "DevCluster", dependencies: ["CommandLineInterface", "KubeAPI", "EmbeddedAPIServer", "Simulation"],
            swiftSettings: settings),
        .executableTarget(
            name: "Benchmarks", dependencies: ["CommandLineInterface", "KubeAPI", "Reconcilers"],
            swiftSettings: settings),

        // Makes Swift types and reference tables from the CRDs (`make generate`).
        .executableTarget(name: "Generator", dependencies: ["KubeAPI"], swiftSettings: settings),

        .target(
            name: "Support", dependencies: ["KubeAPI", "EmbeddedAPIServer"], path: "Tests/Support",
            swiftSettings: settings),
        .testTarget(
            name: "KubeAPITests", dependencies: ["KubeAPI", "EmbeddedAPIServer", "Support"], swiftSettings: settings),
        .testTarget(
            name: "EmbeddedAPIServerTests", dependencies: ["KubeAPI", "EmbeddedAPIServer", "Support"],
            swiftSettings: settings),
        .testTarget(
            name: "SimulationTests", dependencies: ["KubeAPI", "EmbeddedAPIServer", "Simulation", "Support"],
            swiftSettings: settings),
        // The same cases on the embedded API server and on a real one.
        .testTarget(
            name: "ConformanceTests", dependencies: ["KubeAPI", "EmbeddedAPIServer", "Support"], exclude: ["Cases"],
            swiftSettings: settings),
        .testTarget(
            name: "ReconcilersTests",
            dependencies: ["BackupModel", "KubeAPI", "Reconcilers", "EmbeddedAPIServer", "Simulation", "Support"],
            exclude: ["Golden"], swiftSettings: settings),
        .testTarget(name: "GeneratorTests", dependencies: ["Generator"], swiftSettings: settings),
        .testTarget(
            name: "BackupModelTests", dependencies: ["BackupModel", "KubeAPI", "Support"], swiftSettings: settings),
        // Backups by the agent with the real programs, and API servers to export from.
        .testTarget(
            name: "AgentTests",
            dependencies: ["Agent", "BackupModel", "EmbeddedAPIServer", "KubeAPI", "Reconcilers", "Support"],
            swiftSettings: settings),
        .testTarget(
            name: "DevClusterTests",
            dependencies: [
                "CommandLineInterface", "KubeAPI", "DevCluster", "Operator", "Simulation", "EmbeddedAPIServer",
                "Support",
            ],
            swiftSettings: settings),
        // On a real cluster with real nodes (`make e2e`); skipped without one.
        .testTarget(
            name: "EndToEnd", dependencies: ["EmbeddedAPIServer", "KubeAPI", "Operator", "Reconcilers", "Support"],
            path: "Tests/EndToEnd",
            swiftSettings: settings),
        .testTarget(
            name: "OperatorTests",
            dependencies: [
                "CommandLineInterface", "KubeAPI", "Operator", "Reconcilers", "EmbeddedAPIServer", "Support",
            ],
            swiftSettings: settings),
    ],
    cxxLanguageStandard: .cxx17
)

if Context.environment["QM_FUZZ"] != nil {
    // libFuzzer instruments what it drives: a build of its own (`make fuzz`). Gold cannot link what it instruments.
    for target in package.targets where ["KubeAPI", "Reconcilers"].contains(target.name) {
        target.swiftSettings = settings + [.unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"])]
    }
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["KubeAPI", "Reconcilers"],
            swiftSettings: settings + [.unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]))
}

if Context.environment["QM_SANITIZE"] != nil {
    // What the sanitizers have to be told (`make tsan`, `make asan`).
    package.targets.append(.target(name: "CSanitizers"))
    for target in package.targets where target.name == "KubeAPI" {
        target.dependencies.append("CSanitizers")
    }
}
