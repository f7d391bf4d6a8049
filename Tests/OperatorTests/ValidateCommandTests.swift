import CommandLineInterface
import Foundation
import KubeAPI
import Reconcilers
import Testing

@testable import Operator

@Suite("quartermaster validate")
struct ValidateCommandTests {
    private func verdict(_ yaml: String) throws -> (lines: [String], isValid: Bool) {
        let report = try ValidationReport(YAML.parse(yaml))
        return (report.lines(TextStyle()), report.exitStatus == .fine)
    }

    @Test("A right manifest is said to be valid, objects of others are passed over")
    func valid() throws {
        let others = "apiVersion: v1\nkind: Namespace\nmetadata: {name: workers}\n---\n"
        let (lines, isValid) = try verdict(others + CommandCluster.pool)
        #expect(lines == ["RegionalWorkerPool workers/pool: valid"])
        #expect(isValid)
    }

    @Test("Each wrong field is told with its path, and objects after a wrong one are looked at too")
    func invalid() throws {
        let wrong = CommandCluster.pool.replacing("replicas: 2", with: "replicas: many")
        let alsoWrong = CommandCluster.pool.replacing(
            "  template", with: "  placement: {priorityClass: {name: a, create: true}}\n  template")
        let (lines, isValid) = try verdict([wrong, alsoWrong, CommandCluster.pool].joined(separator: "\n---\n"))
        #expect(!isValid)
        #expect(
            lines == [
                "RegionalWorkerPool workers/pool: spec.replicas: expected an integer, is a string",
                "RegionalWorkerPool workers/pool: spec.placement.priorityClass: create needs a value, the priority of the pods",
                "RegionalWorkerPool workers/pool: valid",
            ])
    }

    @Test("A mistake in a template is told with what to write, once")
    func template() throws {
        let (lines, isValid) = try verdict(CommandCluster.pool.replacing("image:", with: "imagee:"))
        #expect(!isValid)
        #expect(
            lines == [
                "RegionalWorkerPool workers/pool: spec.template.spec.containers[0].imagee: unknown field; did you mean image?"
            ])
        let whole = CommandCluster.pool.replacing("  template:", with: "  template: none\n  x:")
        let wrong = try verdict(whole).lines.filter { $0.contains("spec.template:") }
        #expect(wrong == ["RegionalWorkerPool workers/pool: spec.template: expected an object, is a string"])
    }

    @Test("Exit status: 0 where all is well, 1 where a rule is broken, 2 where there is nothing to read")
    func exitStatus() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-validate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func run(_ text: String) async throws -> CommandStatus {
            let file = folder.appending(path: "a.yaml")
            try text.write(to: file, atomically: true, encoding: .utf8)
            return await CommandLineProgram.quartermaster.run(
                arguments: ["validate", "-f", file.path], environment: [:])
        }
        #expect(try await run(CommandCluster.pool) == .fine)
        #expect(try await run(CommandCluster.pool.replacing("zone: eu", with: "zone: 'e u'")) == .finding)
        #expect(try await run("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}") == .error)
        #expect(try await run("a: [") == .error)
        #expect(
            await CommandLineProgram.quartermaster.run(
                arguments: ["validate", "-f", "/does/not/exist"], environment: [:]) == .error)
        #expect(await CommandLineProgram.quartermaster.run(arguments: ["validate"], environment: [:]) == .error)
    }
}
