import Foundation
import Testing

/// Each kind of store that artifacts can lie in, made anew for a test.
enum Place: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case rclone, s3, restic, borg
    /// Borg on another host.
    case ssh

    /// Without the one over ssh, which does nothing else than borg where only the store counts.
    static let near: [Place] = [.rclone, .s3, .restic, .borg]

    var testDescription: String { rawValue }

    /// The program that stores there.
    var program: String {
        switch self {
        case .rclone, .s3: "rclone"
        case .restic: "restic"
        case .borg, .ssh: "borg"
        }
    }

    /// Makes it, gives the environment of its containers, and ends what it has started.
    func with<Result>(_ sandbox: Sandbox, _ body: ([String: String]) throws -> Result) throws -> Result {
        try withServer(sandbox) { destination, _ in try body(destination) }
    }

    /// - Parameter body: also gets the server of S3, where there is one.
    func withServer<Result>(
        _ sandbox: Sandbox, _ body: ([String: String], S3Server?) throws -> Result
    ) throws -> Result {
        switch self {
        case .rclone: return try body(sandbox.localDestination(), nil)
        case .restic: return try body(sandbox.resticDestination(), nil)
        case .borg: return try body(sandbox.borgDestination(), nil)
        case .ssh:
            let server = try SSHServer(sandbox)
            defer { server.stop() }
            return try body(server.destination(sandbox), nil)
        case .s3:
            let server = try S3Server()
            defer { server.stop() }
            return try body(server.destination(sandbox), server)
        }
    }
}

extension Sandbox {
    /// Leaves an artifact of one file as a source does.
    ///
    /// - Parameter stamp: now, where it is `nil`.
    func stage(_ text: String, at stamp: String? = nil, partial: String? = nil) throws {
        for name in ["staging/artifact", "staging/run"] { try? FileManager.default.removeItem(atPath: path(name)) }
        try write(text, to: "staging/artifact/data.tar")
        let sum = try Sandbox.tool("sha256sum", [path("staging/artifact/data.tar")]).prefix(64)
        try write("\(sum)  data.tar\n", to: "staging/artifact/SHA256SUMS")
        try write((stamp ?? Self.stamp()) + "\n", to: "staging/run/stamp")
        if let partial { try write(partial + "\n", to: "staging/run/partial") }
    }

    /// `20260131T020000Z`, so many seconds from now.
    static func stamp(_ seconds: TimeInterval = 0) -> String {
        let formatter = ISO8601DateFormatter()
        return formatter.string(from: Date().addingTimeInterval(seconds)).filter { $0 != "-" && $0 != ":" }
    }

    /// Stages and delivers one artifact.
    func store(_ text: String, at stamp: String? = nil, _ destination: [String: String]) throws -> Report {
        try stage(text, at: stamp)
        return try deliver(destination)
    }

    /// The stamps that a list of the agent shows.
    func listed(_ destination: [String: String]) throws -> [String] {
        let report = try run("list", destination)
        guard report.result == "Succeeded" else { throw ToolFailure(description: report.all) }
        return report.log.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first { $0.count == 16 && $0.hasSuffix("Z") && $0.contains("T") }.map(
                String.init)
        }
    }

    /// What `fetch` brings of the newest artifact.
    func fetched(_ destination: [String: String]) throws -> String {
        let report = try run("fetch", destination)
        guard report.result == "Succeeded" else { throw ToolFailure(description: report.all) }
        return try String(contentsOfFile: path("staging/artifact/data.tar"), encoding: .utf8)
    }
}
