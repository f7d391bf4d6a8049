import EmbeddedAPIServer
import Foundation
import Synchronization
import Testing

@Suite("Conformance", .timeLimit(.minutes(30)))
struct ConformanceTests {
    @Test("The embedded and the real API server give the same answers", arguments: ConformanceRun.all)
    func answers(_ run: ConformanceRun) async throws {
        let failure = try await CaseGate.shared.pass { try await run.failure() }
        if let failure { Issue.record("\(run): \(failure)") }
        ConformanceTally.shared.count(run.backend, hasPassed: failure == nil)
    }

    @Test("There are at least eighty cases, each with a name of its own")
    func count() {
        guard ProcessInfo.processInfo.environment["QM_CONFORMANCE_CASE"] == nil else { return }
        let cases = ConformanceCase.all
        #expect(cases.count >= 80)
        #expect(Set(cases.map(\.name)).count == cases.count)
    }
}

/// One case on one server.
struct ConformanceRun: Sendable, CustomTestStringConvertible, CustomStringConvertible {
    var test: ConformanceCase
    var backend: Backend

    static let all = Backend.available.flatMap { backend in
        ConformanceCase.all.map { ConformanceRun(test: $0, backend: backend) }
    }

    var description: String { "\(backend), \(test.topic): \(test.name)" }
    var testDescription: String { description }

    func failure() async throws -> String? {
        switch backend {
        case .real: return await CaseRun(endpoint: try await Endpoint.real.value).run(test)
        case .embedded where !test.isAlone:
            return await CaseRun(endpoint: try await Endpoint.sharedEmbedded.value).run(test)
        case .embedded:
            let endpoint = try await Endpoint.embedded()
            let failure = await CaseRun(endpoint: endpoint).run(test)
            await endpoint.close()
            return failure
        }
    }
}

/// Prints at the end how many cases each server has answered.
final class ConformanceTally: Sendable {
    static let shared = ConformanceTally()

    private let counts = Mutex<[Backend: (passed: Int, failed: Int)]>([:])

    private init() {
        atexit { ConformanceTally.shared.report() }
    }

    func count(_ backend: Backend, hasPassed: Bool) {
        counts.withLock { counts in
            var entry = counts[backend] ?? (0, 0)
            if hasPassed { entry.passed += 1 } else { entry.failed += 1 }
            counts[backend] = entry
        }
    }

    private func report() {
        for (backend, count) in counts.withLock({ $0 }).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            print("conformance: \(count.passed) cases passed, \(count.failed) failed on the \(backend) API server")
        }
    }
}
