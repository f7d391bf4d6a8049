import Foundation
import KubeAPI
import Support
import Testing

/// The cluster that the suite is told of, met as its users meet it: by kubectl and by Quartermaster's own commands.
///
/// The suite changes what is cluster-wide, and stops nodes where it is told how: it wants a cluster of its own.
struct Cluster: Sendable {
    private static let environment = ProcessInfo.processInfo.environment
    static let kubeconfig = environment["QM_E2E_KUBECONFIG"]
    static let operatorImage =
        environment["QM_E2E_OPERATOR_IMAGE"] ?? "ghcr.io/quartermaster-dev/quartermaster:\(BuildInfo.version)"
    /// Has a shell, Python, PostgreSQL, rclone and restic: all that the pods of the suite run.
    static let backupImage =
        environment["QM_E2E_BACKUP_IMAGE"] ?? "ghcr.io/quartermaster-dev/quartermaster-backup:\(BuildInfo.version)"
    /// What stops and starts the kubelet of a node, whose name they get as `$1`, and what ends the API server and starts it again.
    static let stopNode = environment["QM_E2E_STOP_NODE"]
    static let startNode = environment["QM_E2E_START_NODE"]
    static let restartServer = environment["QM_E2E_RESTART_API"]
    /// A checkout of an older version, and its image.
    static let previous = environment["QM_E2E_PREVIOUS"]
    static let previousImage = environment["QM_E2E_PREVIOUS_IMAGE"]

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("quartermaster").path

    /// The operator as `config/` installs it, once for all suites.
    static let installed = Result { try Cluster() }

    private init() throws {
        try install(Self.root, image: Self.operatorImage)
        try kubectl("apply", "-f", Self.root.appending(path: "config/workers/namespace.yaml").path)
    }

    /// Installs what a checkout has in `config/`, this one where none is named.
    func install(_ checkout: URL = root, image: String = operatorImage) throws {
        let manifests = try kubectl("kustomize", checkout.appending(path: "config/default").path)
        try apply(manifests.replacing(#/\S+/quartermaster:\S+/#, with: image))
        try kubectl("rollout", "status", "-n", "quartermaster-system", "deployment/quartermaster", "--timeout=120s")
    }

    // MARK: Commands

    /// - Returns: what the command printed.
    /// - Throws: what it printed, where it failed.
    @discardableResult
    func kubectl(_ arguments: String..., input: String? = nil) throws -> String {
        let answer = try Self.run("kubectl", arguments, input: input)
        guard answer.status == 0 else { throw CommandFailure(command: arguments, answer: answer) }
        return answer.text
    }

    /// What kubectl prints to whoever has another kubeconfig, whatever its exit status.
    func kubectl(by kubeconfig: String, _ arguments: [String]) throws -> Answer {
        try Self.run("kubectl", ["--kubeconfig", kubeconfig] + arguments)
    }

    /// What a command of Quartermaster prints, whatever its exit status.
    func quartermaster(_ arguments: String...) throws -> Answer { try Self.run(Self.program, arguments) }

    func apply(_ manifests: String) throws {
        try kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input: manifests)
    }

    /// Runs a script by bash in a pod.
    func inside(_ pod: String, _ namespace: String, _ script: String) throws -> Answer {
        try Self.run("kubectl", ["exec", "-i", "-n", namespace, pod, "--", "bash"], input: script)
    }

    /// Runs one of the suite's own commands, such as ``stopNode``.
    static func hook(_ command: String, _ argument: String = "") throws {
        // Foundation sees by an inherited file that a program has ended; what a command leaves running must not keep it open.
        let closing = "for f in /proc/$$/fd/*; do n=${f##*/}; [ $n -le 2 ] || eval \"exec $n>&-\"; done; "
        let answer = try run("bash", ["-c", closing + command, "hook", argument])
        guard answer.status == 0 else { throw CommandFailure(command: [command], answer: answer) }
    }

    private static func run(_ program: String, _ arguments: [String], input: String? = nil) throws -> Answer {
        let file = FileManager.default.temporaryDirectory.appending(path: "qm-e2e-\(UUID().uuidString)")
        let paths = (input: file.path + ".in", output: file.path + ".out")
        defer { for path in [paths.input, paths.output] { try? FileManager.default.removeItem(atPath: path) } }
        for (path, text) in [(paths.input, input ?? ""), (paths.output, "")] {
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = environment.merging(["KUBECONFIG": kubeconfig ?? ""]) { $1 }
        process.standardInput = FileHandle(forReadingAtPath: paths.input)
        let output = try FileHandle(forWritingTo: URL(filePath: paths.output))
        process.standardOutput = output
        process.standardError = output
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOfFile: paths.output, encoding: .utf8)
        return Answer(status: process.terminationStatus, text: text)
    }

    // MARK: What is there

    /// A field of an object by its JSONPath; empty where there is none.
    func value(_ kind: String, _ name: String, _ namespace: String?, _ path: String) throws -> String {
        let place = namespace.map { ["-n", $0] } ?? []
        let answer = try Self.run(
            "kubectl", ["get", kind, name, "--ignore-not-found", "-o", "jsonpath={\(path)}"] + place)
        guard answer.status == 0 else { throw CommandFailure(command: [kind, name], answer: answer) }
        return answer.text
    }

    /// `True Ready: message` of a condition.
    func condition(_ type: String, _ kind: String, _ name: String, _ namespace: String? = nil) throws -> String {
        let path = ".status.conditions[?(@.type==\"\(type)\")]"
        let place = namespace.map { ["-n", $0] } ?? []
        let template = "jsonpath={\(path).status} {\(path).reason}: {\(path).message}"
        let answer = try Self.run("kubectl", ["get", kind, name, "--ignore-not-found", "-o", template] + place)
        return answer.text
    }

    /// The nodes by their region; those without one are left out.
    func regions() throws -> [String: [String]] {
        let label = "{.metadata.labels.topology\\.kubernetes\\.io/region}"
        let lines = try kubectl("get", "nodes", "-o", "jsonpath={range .items[*]}{.metadata.name} \(label)\n{end}")
        var regions: [String: [String]] = [:]
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 2 { regions[words[1], default: []].append(words[0]) }
        }
        return regions
    }

    /// Two regions and their nodes; those of the others stay free.
    func poolRegions() throws -> (regions: [String], nodes: [String]) {
        let all = try regions()
        try #require(all.count > 2, "the suite wants nodes of three regions, one of which stays free: \(all)")
        let names = Array(all.keys.sorted().suffix(2))
        return (names, names.flatMap { all[$0] ?? [] })
    }

    /// What pools set on nodes: labels, and the taint that is theirs where they name none.
    func marks(of nodes: [String]) throws -> [String] {
        try nodes.map { node in
            try value("node", node, nil, ".metadata.labels")
                + value("node", node, nil, ".spec.taints[?(@.key==\"workload\")]")
        }
    }

    /// Whether an add-on's API is there.
    static func serves(_ groupVersion: String) throws -> Bool {
        try run("kubectl", ["get", "--raw", "/apis/\(groupVersion)"]).status == 0
    }

    /// The names of pods by a selector.
    func pods(_ namespace: String, _ selector: String) throws -> [String] {
        try kubectl("get", "pods", "-n", namespace, "-l", selector, "-o", "jsonpath={.items[*].metadata.name}")
            .split(separator: " ").map(String.init)
    }

    // MARK: Waiting

    /// Waits for a text of the cluster; a failing test shows the last one.
    func eventually(
        _ what: String, within seconds: Double = 90, _ text: () throws -> String, is wanted: (String) -> Bool
    ) throws {
        let deadline = Date().addingTimeInterval(seconds)
        var last = ""
        repeat {
            // A server that is away for a moment is no answer.
            if let now = try? text() { last = now }
            if wanted(last) { return }
            Thread.sleep(forTimeInterval: 1)
        } while Date() < deadline
        throw CommandFailure(command: ["not seen: \(what)"], answer: Answer(status: -1, text: last))
    }

    /// Waits until `Ready` is true.
    func ready(_ kind: String, _ name: String, _ namespace: String? = nil, within seconds: Double = 180) throws {
        try eventually("\(kind) \(name) is ready", within: seconds) {
            try condition("Ready", kind, name, namespace)
        } is: {
            $0.hasPrefix("True ")
        }
    }

    /// Waits until policies bound the namespace of an environment.
    func closed(_ namespace: String) throws {
        try eventually("policies bound the namespace", within: 60) {
            try value("networkpolicy", "default-deny", namespace, ".metadata.name")
        } is: {
            $0 == "default-deny"
        }
    }

    /// Removes namespaces and everything in them, and waits.
    func remove(namespaces: String...) throws {
        for name in namespaces {
            try kubectl("delete", "namespace", name, "--ignore-not-found", "--timeout=120s")
        }
    }

    /// The rights of `config/rbac` are enough for what was just done.
    func expectNothingRefused(_ location: SourceLocation = #_sourceLocation) throws {
        let log = try kubectl(
            "logs", "-n", "quartermaster-system", "-l", "app.kubernetes.io/component=operator", "--tail=-1",
            "--prefix")
        let refused = log.split(separator: "\n").filter { $0.contains("orbidden") }
        #expect(refused.isEmpty, "\(refused.suffix(3))", sourceLocation: location)
    }
}

/// What a command left.
struct Answer: Sendable {
    var status: Int32
    var text: String
}

struct CommandFailure: Error, CustomStringConvertible {
    var command: [String]
    var answer: Answer

    var description: String {
        "\(command.joined(separator: " ")): status \(answer.status): \(answer.text.suffix(2000))"
    }
}

/// All suites, one after the other: they share the nodes.
@Suite(
    "On real nodes", .serialized, .onThreadsOfItsOwn,
    .enabled(if: Cluster.kubeconfig != nil, "QM_E2E_KUBECONFIG names no cluster"))
enum EndToEnd {}
