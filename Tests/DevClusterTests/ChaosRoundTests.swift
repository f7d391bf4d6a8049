import Foundation
import Testing

/// The operator as processes, through random faults: small rounds of what `make chaos` runs at length.
@Suite("Chaos", .serialized, .timeLimit(.minutes(10)))
struct ChaosRoundTests {
    /// The programs stand beside the tests.
    private static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    @Test(
        "Whatever happens during a roll-out, the same state comes of it, and nobody writes out of turn",
        arguments: [
            ["--seed=1", "--faults=kill", "--faults-per-round=12"],
            ["--seed=2", "--faults=freeze,restart,compact,cut", "--faults-per-round=4"],
            ["--seed=3", "--faults=storm,lost-answers,half-open,disconnect", "--faults-per-round=4"],
        ])
    func round(arguments: [String]) async throws {
        let (status, output) = try await run(arguments)
        #expect(status == 0, "\(output)")
        #expect(output.contains("none out of turn"))
    }

    private func run(_ arguments: [String]) async throws -> (Int32, String) {
        let folder = Self.programs
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = folder.appendingPathComponent("devcluster")
        process.arguments =
            ["chaos", "--rounds=1", "--limit=150s", "--operator=\(folder.path)/quartermaster"]
            + ["--crds=\(repository.path)/crds"] + arguments
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("chaos-\(UUID().uuidString).log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: log) }
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return (status, String(decoding: try Data(contentsOf: log), as: UTF8.self))
    }
}
