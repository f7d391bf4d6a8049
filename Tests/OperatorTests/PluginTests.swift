import CommandLineInterface
import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

@Suite("Plugin of kubectl")
struct PluginTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("The help names every kind with its short name and what it is")
    func kinds() async throws {
        let run = try ProgramRun(["--help"])
        #expect(try await run.status() == 0)
        for resource in CustomResource.all {
            let line = run.output.split(separator: "\n").first { $0.hasPrefix("  \(resource.type.kind) ") }
            #expect(line?.contains(" \(resource.shortName) ") == true && resource.summary.count > 20, "\(run.output)")
            #expect(line?.hasSuffix(resource.summary) == true)
        }
    }

    @Test(
        "kubectl runs it as a plugin, and completes it; the usage is that of its subcommand, and what is wrong is said by it"
    )
    func name() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-plugin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "kubectl-quartermaster"), withDestinationURL: OperatorProgram.program)
        // As docs/reference/commands.md says.
        let script = folder.appending(path: "kubectl_complete-quartermaster")
        try "#!/bin/sh\nexec kubectl-quartermaster __complete \"$@\"\n".write(
            to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        let environment = ["PATH": "\(folder.path):/usr/bin:/bin", "HOME": folder.path]
        let completion = try ProgramRun(
            ["kubectl", "__complete", "quartermaster", "status", "--output=j"], environment: environment,
            of: "/usr/bin/env")
        #expect(try await completion.status() == 0)
        #expect(completion.output == "--output=json\n:4\n", "\(completion.errors)")
        func kubectl(_ arguments: String...) async throws -> (Int32, String) {
            let run = try ProgramRun(
                ["kubectl", "quartermaster"] + arguments, environment: environment, of: "/usr/bin/env")
            return (try await run.status(), run.output + run.errors)
        }
        let help = try await kubectl("status", "--help")
        #expect(help.0 == 0 && help.1.contains("Usage: kubectl quartermaster status [NAME"), "\(help)")
        let wrong = try await kubectl("status", "--odd")
        #expect(wrong.0 == 2 && wrong.1.hasPrefix("kubectl quartermaster status: unknown flag --odd"), "\(wrong)")
        #expect(CommandLineProgram.quartermaster.called("/usr/bin/quartermaster").name == "quartermaster")
    }

    @Test("The manifest for krew has what krew wants, with the sums of the archives of both architectures")
    func manifest() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-krew-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let architectures = ["amd64", "arm64"]
        for each in architectures {
            try each.write(
                to: folder.appending(path: "kubectl-quartermaster-linux-\(each).tar.gz"), atomically: true,
                encoding: .utf8)
        }
        let environment = [
            "DIST": folder.path, "DIRTY": "1", "ARCHITECTURES": architectures.joined(separator: " "),
            "PATH": "/usr/bin:/bin",
        ]
        let script = Self.root.appending(path: "scripts/release.sh").path
        let run = try ProgramRun([BuildInfo.version, "krew"], environment: environment, of: script)
        #expect(try await run.status() == 0, "\(run.errors)")
        let text = try String(contentsOf: folder.appending(path: "quartermaster.yaml"), encoding: .utf8)
        #expect(!text.contains("$"))
        let manifest = try YAML.parseDocument(Array(text.utf8))
        // Source: krew, "Writing Krew plugin manifests".
        #expect(manifest["apiVersion"] == "krew.googlecontainertools.github.com/v1alpha2")
        #expect(manifest["kind"] == "Plugin" && manifest[path: ["metadata", "name"]] == "quartermaster")
        let spec = try #require(manifest["spec"])
        #expect(spec["version"] == .string("v\(BuildInfo.version)"))
        #expect((spec["shortDescription"]?.string?.count).map { (1...50).contains($0) } == true)
        for field in ["homepage", "description"] { #expect(spec[field]?.string?.isEmpty == false) }
        let platforms = try #require(spec["platforms"]?.array)
        #expect(platforms.count == architectures.count)
        for (platform, each) in zip(platforms, architectures) {
            #expect(platform[path: ["selector", "matchLabels"]] == ["os": "linux", "arch": .string(each)])
            let uri = "releases/download/v\(BuildInfo.version)/kubectl-quartermaster-linux-\(each).tar.gz"
            #expect(platform["uri"]?.string?.hasSuffix(uri) == true)
            #expect(platform["sha256"]?.string == sha256Hex(Array(each.utf8)))
            #expect(platform["bin"] == "quartermaster")
            #expect(platform["files"]?.array?.compactMap { $0["from"]?.string } == ["quartermaster", "LICENSE"])
        }
    }
}
