import CommandLineInterface
import Foundation
import Simulation
import Testing

@testable import DevCluster
@testable import Operator

@Suite("What documents say of flags and commands")
struct FlagReferenceTests {
    private static let programs: [CommandLineProgram] = [.quartermaster, .devcluster]
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The documents for people; decisions tell of what was.
    private static func documents() throws -> [String] {
        let files = FileManager.default.enumerator(atPath: root.appending(path: "docs").path)?.allObjects ?? []
        let pages = files.compactMap { $0 as? String }.filter { $0.hasSuffix(".md") && !$0.hasPrefix("decisions/") }
        return ["README.md", "CONTRIBUTING.md"] + pages.map { "docs/\($0)" }.sorted()
    }

    @Test("docs/reference/flags.md has every flag of both programs, as --help tells them")
    func page() throws {
        let path = "docs/reference/flags.md"
        let text = Self.page
        if ProcessInfo.processInfo.environment["QM_GOLDEN"] == "rewrite" {
            try text.write(to: Self.root.appending(path: path), atomically: true, encoding: .utf8)
        }
        #expect(try Self.text(path) == text, "\(path) differs; look at it after QM_GOLDEN=rewrite")
    }

    @Test(
        "Each command has a row on its program's page, and each row is a command",
        arguments: [("docs/reference/commands.md", 0), ("docs/reference/devcluster.md", 1)])
    func commands(page: String, program: Int) throws {
        let table = try Self.text(page).split(separator: "\n").drop { !$0.hasPrefix("| Command") }.dropFirst(2)
        let rows = table.prefix { $0.hasPrefix("|") }.map { row in
            // | `render -f FILE` | …
            String(row.dropFirst(3).prefix { $0 != " " && $0 != "`" })
        }
        #expect(Set(rows) == Set(Self.programs[program].commands.map { $0.name }))
    }

    @Test("Each part of the simulation has a row on the page of devcluster, and each row is a part")
    func parts() throws {
        let table = try Self.text("docs/reference/devcluster.md").split(separator: "\n")
            .drop { !$0.hasPrefix("| Part") }.dropFirst(2)
        let rows = table.prefix { $0.hasPrefix("|") }.flatMap { row in
            (row.split(separator: "|").first ?? "").split(separator: ",").map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
            }
        }
        #expect(Set(rows) == Set(SimulatedController.allCases.map(\.rawValue)))
    }

    @Test("A flag that a document gives to a command is one of that command")
    func uses() throws {
        var seen = 0
        for document in try Self.documents() {
            let text = try Self.text(document)
            for program in Self.programs {
                for command in program.commands {
                    let flags = Set(command.flags.map(\.name)).union(["help"])
                    let call = try Regex("\\b\(program.name) \(command.name)\\b([^`|;#\n]*)")
                    for match in text.matches(of: call) {
                        for name in Self.flags(in: String(text[match.range])) {
                            seen += 1
                            #expect(flags.contains(name), "\(document): \(program.name) \(command.name) --\(name)")
                        }
                    }
                }
            }
        }
        #expect(seen > 8)
    }

    /// Of kubectl, Helm, PostgreSQL, K3s and Kubernetes.
    private static let foreign: Set = [
        "cascade", "clean", "create", "disable-network-policy", "etcd-compaction-interval", "etcd-s3", "if-exists",
        "no-owner", "no-privileges", "node-label", "take-ownership", "terminated-pod-gc-threshold",
    ]

    @Test("A flag that a document names is a flag of ours, or one of those of others that we name")
    func names() throws {
        let ours = Set(Self.programs.flatMap { $0.commands.flatMap { $0.flags.map(\.name) } }).union(["help"])
        for document in try Self.documents() {
            let text = try Self.text(document)
            for match in text.matches(of: try Regex("`(--[a-z][^`\n]*)`")) {
                for name in Self.flags(in: String(text[match.range])) {
                    #expect(ours.contains(name) || Self.foreign.contains(name), "\(document): --\(name)")
                }
            }
        }
    }

    private static func flags(in text: String) -> [String] {
        text.split { $0 == " " || $0 == "`" || $0 == "=" || $0 == "," }.filter { $0.hasPrefix("--") && $0.count > 2 }
            .map { $0.dropFirst(2).filter { $0.isLetter || $0.isNumber || $0 == "-" } }
    }

    private static var page: String {
        var lines = [
            "# Flags", "",
            "Every flag of both programs, as `COMMAND --help` prints them. Each can also be given by an environment variable:",
            "`--kube-api-qps` is `QM_KUBE_API_QPS`. What the commands do is in [commands](commands.md) and",
            "[devcluster](devcluster.md). This page is written by a test.",
        ]
        for program in programs {
            for command in program.commands where !command.flags.isEmpty {
                lines += [
                    "", "## \(program.name) \(command.name)", "", "| Flag | Default | Meaning |", "| --- | --- | --- |",
                ]
                lines += command.flags.map { flag in
                    let short = flag.short.map { "`-\($0)`, " } ?? ""
                    let value = flag.placeholder.map { " \($0)" } ?? ""
                    let standard = flag.defaultValue.map { $0.isEmpty ? "none" : "`\($0)`" } ?? ""
                    let help = flag.help.replacing("|", with: "\\|")
                    return "| \(short)`--\(flag.name)\(value)` | \(standard) | \(help) |"
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
