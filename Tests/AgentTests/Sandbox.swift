import Dispatch
import Foundation
import Glibc
import Synchronization
import Testing

/// What a pod would have, as folders: staging, credentials, a termination log.
final class Sandbox: Sendable {
    let folder: URL
    private let prepared = Mutex<Set<String>>([])

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let agent = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "quartermaster-agent").path
    static let moto = root.appending(path: ".build/moto/bin/moto_server").path

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "qm-backup-\(UUID().uuidString.prefix(8))")
        for name in ["staging", "tmp", "shims"] {
            try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func write(_ text: String, to name: String, isExecutable: Bool = false) throws {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
        if isExecutable { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path) }
    }

    func files(in name: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []).sorted()
    }

    /// A folder of credentials as the kubelet mounts a Secret.
    func credentials(_ name: String, _ values: [String: String]) throws -> String {
        for (key, value) in values { try write(value, to: "\(name)/\(key)") }
        return path(name)
    }

    /// Puts a program before the real one on the PATH.
    func shim(_ program: String, _ script: String) throws {
        try write("#!/bin/sh\n" + script, to: "shims/\(program).text")
        // Copied by another process: a program that some test starts at the same moment inherits, until it is itself,
        // what this process has open for writing, and nothing that is open for writing can be executed.
        let copy = try Running(
            "/usr/bin/install", ["-m", "755", path("shims/\(program).text"), path("shims/\(program)")],
            environment: [:], log: path("install.log"))
        guard copy.wait() == 0 else { throw ToolFailure(description: copy.log) }
    }

    /// Starts the agent of a container, with nothing in its environment that the pod would not give.
    ///
    /// - Parameters:
    ///   - verb: what it has to do.
    ///   - arguments: of the verb.
    ///   - user: another one than that of the tests.
    func start(
        _ verb: String, _ environment: [String: String], arguments: [String] = [], as user: String? = nil
    ) throws -> Running {
        var variables = [
            "PATH": "\(path("shims")):/usr/local/bin:/usr/bin:/bin:/usr/sbin", "TMPDIR": path("tmp"),
            "QM_HOME": path("tmp"), "QM_NAMESPACE": "shop", "QM_POLICY": "nightly", "QM_SOURCE": "db",
            "QM_STAGING": path("staging"), "QM_CLUSTER": "test-cluster", "QM_REPORT": path("report"),
            "QM_CREDENTIALS": path("none"), "QM_KEEP": "daily=7 minKeep=1", "QM_LOCK_PAUSE": "1",
            "QM_LOCK_ATTEMPTS": "3",
        ]
        variables.merge(environment) { $1 }
        try? FileManager.default.removeItem(atPath: path("report"))
        let other = user.map { ["/usr/bin/setpriv", "--reuid=\($0)", "--regid=\($0)", "--clear-groups"] } ?? []
        let words = other + [Self.agent, verb] + arguments
        return try Running(words[0], Array(words.dropFirst()), environment: variables, log: path("log"))
    }

    func run(
        _ verb: String, _ environment: [String: String], arguments: [String] = [], as user: String? = nil,
        within seconds: Int = 180
    ) throws -> Report {
        let running = try start(verb, environment, arguments: arguments, as: user)
        return try report(of: running, within: seconds)
    }

    /// Delivers what the source has left; the destination is prepared before the first time.
    func deliver(_ environment: [String: String]) throws -> Report {
        try prepare(environment)
        return try run("deliver", environment)
    }

    /// Makes the destination ready, once in the life of the sandbox.
    func prepare(_ environment: [String: String]) throws {
        let place = [environment["QM_REPOSITORY"], environment["QM_REMOTE"], environment["QM_S3_ENDPOINT"]]
            .compactMap(\.self).joined(separator: " ")
        guard prepared.withLock({ $0.insert(place).inserted }) else { return }
        let report = try run("prepare", environment)
        guard report.result == "Succeeded" else { throw ToolFailure(description: report.all) }
    }

    /// - Parameter seconds: an agent that takes longer is ended, and has failed.
    func report(of running: Running, within seconds: Int = 180) throws -> Report {
        let status = running.wait(within: seconds)
        let text = (try? String(contentsOfFile: path("report"), encoding: .utf8)) ?? ""
        return Report(status: status, text: text, log: running.log)
    }

    /// Runs a program that a test needs, and gives what it prints.
    @discardableResult
    static func tool(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> String {
        let log = FileManager.default.temporaryDirectory.appending(path: "qm-tool-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: log) }
        let running = try Running(
            "/usr/bin/env", [program] + arguments,
            environment: [
                "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/tmp",
            ]
            .merging(environment) { $1 }, log: log)
        let status = running.wait()
        guard status == 0 else { throw ToolFailure(description: "\(program) \(arguments): \(running.log)") }
        return running.log
    }
}

/// A process that a test started, with a group of its own; it is ended by its own id.
final class Running: Sendable {
    let id: pid_t
    private let logPath: String
    private let status = Mutex<Int32?>(nil)

    init(_ program: String, _ arguments: [String], environment: [String: String], log: String) throws {
        logPath = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads that tests run on block signals, and a program that inherits that can't be ended.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, program, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw ToolFailure(description: "\(program): \(String(cString: strerror(code)))") }
        id = child
    }

    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// The exit status; 128 and the signal where one ended it.
    @discardableResult
    func wait() -> Int32 {
        status.withLock { known in
            if let known { return known }
            var raw: Int32 = 0
            while waitpid(id, &raw, 0) < 0, errno == EINTR {}
            let ended = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
            known = ended
            return ended
        }
    }

    func terminate() { kill(id, SIGTERM) }

    /// As `wait`; after so many seconds the program is ended.
    func wait(within seconds: Int) -> Int32 {
        let end = DispatchWorkItem { [id] in _ = kill(-id, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds), execute: end)
        defer { end.cancel() }
        return wait()
    }

    /// With all that it has started, as the kubelet ends a container.
    func killGroup() {
        kill(-id, SIGKILL)
        wait()
    }
}

/// A program of a test that failed: not of what is tested.
struct ToolFailure: Error, CustomStringConvertible { let description: String }

/// What an agent left behind.
struct Report {
    let status: Int32
    let text: String
    let log: String
    private let fields: [String: Any]

    init(status: Int32, text: String, log: String) {
        self.status = status
        self.text = text
        self.log = log
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        fields = object as? [String: Any] ?? [:]
    }

    func string(_ name: String) -> String? { fields[name] as? String }
    func number(_ name: String) -> Int? { fields[name] as? Int }
    func list(_ name: String) -> [String] { fields[name] as? [String] ?? [] }
    var result: String? { string("result") }
    var message: String { string("message") ?? "" }
    /// For messages of failing tests.
    var all: String { "status \(status), report \(text), log \(log)" }
}

/// Waits for what another process does.
func eventually(_ what: String, within seconds: Double = 30, _ condition: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while Date() < deadline {
        if try condition() { return }
        usleep(50_000)
    }
    Issue.record("\(what) did not happen within \(seconds) s")
}

/// Waits until another artifact has another name: their stamps have seconds.
func untilTheNextSecond() {
    let second = time(nil)
    while time(nil) == second { usleep(20_000) }
}

/// A port that nothing listens on at this moment.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
            bind(descriptor, raw, length) == 0 ? getsockname(descriptor, raw, &length) : -1
        }
    }
    try #require(status == 0)
    return Int(UInt16(bigEndian: address.sin_port))
}
