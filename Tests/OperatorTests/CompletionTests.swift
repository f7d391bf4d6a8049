import CommandLineInterface
import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

@Suite("Completion in shells")
struct CompletionTests {
    private func answer(_ words: String..., environment: [String: String] = [:]) async throws -> [String] {
        let run = try ProgramRun(["__complete"] + words, environment: environment)
        #expect(try await run.status() == 0)
        return run.output.split(separator: "\n").map(String.init)
    }

    private func texts(_ lines: [String]) -> [String] { lines.map { String($0.prefix { $0 != "\t" }) } }

    @Test("Commands are offered with what they do, and what was begun narrows them")
    func commands() async throws {
        let all = try await answer("")
        #expect(texts(all).dropLast() == CommandLineProgram.quartermaster.commands.map { $0.name }[...])
        #expect(all.last == ":4")
        #expect(try await answer("st") == ["status\t\(StatusCommand.summary)", ":4"])
        #expect(try await answer("nothing", "") == [":4"])
    }

    @Test("Flags are those of the help, and values those that a flag takes")
    func flags() async throws {
        let flags = try await answer("status", "--")
        #expect(texts(flags).dropLast() == StatusCommand.flags.map { "--\($0.name)" }[...])
        #expect(flags.contains { $0.hasPrefix("--watch\tshow each change") })
        for words in [["-o", ""], ["--output", ""]] {
            let run = try ProgramRun(["__complete", "status"] + words)
            #expect(try await run.status() == 0)
            #expect(run.output == "wide\njson\nyaml\n:4\n")
        }
        // zsh and fish take it for one word, bash for three.
        #expect(try await answer("status", "--output=j") == ["--output=json", ":4"])
        #expect(try await answer("status", "--output", "=", "j") == ["json", ":4"])
        #expect(try await answer("status", "--output", "=") == ["wide", "json", "yaml", ":4"])
        #expect(try await answer("backup", "--follow", "") == ["true", "false", ":4"])
        #expect(try await answer("validate", "-f", "") == [":0"])
        #expect(try await answer("completion", "") == ["bash", "zsh", "fish", ":4"])
        #expect(try await answer("backup", "r") == ["run", "restore", ":4"])
    }

    @Test(
        "Objects are asked for, in the namespace and the cluster that the line names; without an answer there are none")
    func objects() async throws {
        try await CommandCluster.run { cluster in
            try await cluster.apply(CommandCluster.pool, as: RegionalWorkerPool.resourceType)
            let environment = ["KUBECONFIG": cluster.kubeconfig]
            #expect(try await answer("status", "", environment: environment) == ["rwp/pool", ":4"])
            #expect(try await answer("status", "-n", "other", "", environment: environment) == [":4"])
            #expect(try await answer("status", "--kubeconfig", cluster.kubeconfig, "rwp/") == ["rwp/pool", ":4"])
            #expect(try await answer("status", "a", "", environment: environment) == [":4"])
            #expect(try await answer("backup", "list", "", environment: environment) == [":4"])
            #expect(try await answer("status", "--kubeconfig", "/nowhere", "") == [":4"])
        }
    }

    /// Runs a shell with the program on its path.
    private func shell(_ path: String, _ arguments: String...) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-shell-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = [
            "PATH": OperatorProgram.program.deletingLastPathComponent().path + ":/usr/bin:/bin", "HOME": folder.path,
        ]
        let output = folder.appending(path: "output")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let handle = try FileHandle(forWritingTo: output)
        (process.standardOutput, process.standardError) = (handle, handle)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        try await eventually("\(path) has ended") { !process.isRunning }
        return try String(contentsOf: output, encoding: .utf8)
    }

    @Test(
        "Bash completes by its script",
        arguments: [
            ("quartermaster sta", "status"), ("quartermaster status --wa", "--watch --wait"),
            ("quartermaster status --output = ya", "yaml"), ("quartermaster backup ", "run list restore"),
        ])
    func bash(line: String, want: String) async throws {
        var words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
        if words.last == "" { words[words.count - 1] = "''" }
        let script = """
            source <(quartermaster completion bash)
            complete -p quartermaster
            COMP_WORDS=(\(words.joined(separator: " "))) COMP_CWORD=\(words.count - 1)
            _quartermaster
            echo "${COMPREPLY[*]}"
            """
        let output = try await shell("/bin/bash", "-c", script)
        #expect(output == "complete -F _quartermaster quartermaster\n\(want)\n")
    }

    @Test("Fish completes by its script", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/fish")))
    func fish() async throws {
        let script = "quartermaster completion fish | source; complete -C'quartermaster status --wa'"
        let lines = try await shell("/usr/bin/fish", "-c", script).split(separator: "\n")
        #expect(
            lines.count == 2 && lines[0].hasPrefix("--wait\t") && lines[1].hasPrefix("--watch\tshow each"), "\(lines)")
        let value = try await shell("/usr/bin/fish", "-c", script.replacing("--wa'", with: "-o j'"))
        #expect(value == "json\n")
    }

    @Test(
        "Zsh completes by its script", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh")))
    func zsh() async throws {
        // What the function hands to zsh's own, which need a terminal.
        let script = """
            compdef() { echo "compdef $*" }
            _describe() { print -l -- "${(@P)4}" }
            _files() { echo files }
            source <(quartermaster completion zsh)
            words=(quartermaster status --wa) CURRENT=3
            _quartermaster
            words=(quartermaster validate -f '') CURRENT=4
            _quartermaster
            """
        let lines = try await shell("/usr/bin/zsh", "-f", "-c", script).split(separator: "\n")
        #expect(lines.first == "compdef _quartermaster quartermaster", "\(lines)")
        #expect(lines.dropFirst().map { $0.prefix { $0 != ":" } } == ["--watch", "--wait", "files"], "\(lines)")
    }

    @Test("A shell that is not known is an error that names those that are")
    func unknown() async throws {
        let run = try ProgramRun(["completion", "csh"])
        #expect(try await run.status() == 2)
        #expect(run.errors.contains("bash, zsh, fish"))
    }
}
