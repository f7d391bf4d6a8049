internal import Synchronization

/// Named checks behind one endpoint: `/healthz` (restart me) or `/readyz` (send me work).
package final class HealthChecks: Sendable {
    package enum Status: Sendable, Hashable {
        case passing
        /// With the reason, in one line and without secrets: it is shown to whoever asks.
        case failing(String)
    }

    package typealias Check = @Sendable () -> Status

    package struct Report: Sendable, Hashable {
        /// 200, 404 for an unknown check, or 500.
        package var status: Int
        package var body: String

        package init(status: Int, body: String) {
            self.status = status
            self.body = body
        }
    }

    private let name: String
    private let checks = Mutex<[(name: String, check: Check)]>([])

    /// - Parameter name: as it stands in the endpoint's path: `healthz` or `readyz`.
    package init(_ name: String) {
        self.name = name
        // So that an endpoint without checks of its own still shows one line.
        add("ping") { .passing }
    }

    /// Adds a check. It is called at each request and must not block.
    package func add(_ name: String, _ check: @escaping Check) {
        checks.withLock { $0.append((name, check)) }
    }

    /// The answer to a request, in kube-apiserver's form, with the reason where that one withholds it.
    ///
    /// - Parameters:
    ///   - verbose: whether `?verbose` was given; failures are always told.
    ///   - excluded: checks that count as passed, from `?exclude=`.
    package func report(verbose: Bool = false, excluding excluded: Set<String> = []) -> Report {
        var lines = ""
        var hasFailed = false
        let checks = checks.withLock { $0 }
        for (name, check) in checks {
            if excluded.contains(name) {
                lines += "[+]\(name) excluded: ok\n"
                continue
            }
            switch check() {
            case .passing: lines += "[+]\(name) ok\n"
            case .failing(let reason):
                hasFailed = true
                lines += "[-]\(name) failed: \(reason)\n"
            }
        }
        for unknown in excluded.subtracting(checks.map(\.name)).sorted() {
            lines += "warn: some health checks cannot be excluded: no matches for \"\(unknown)\"\n"
        }
        if hasFailed { return Report(status: 500, body: lines + "\(name) check failed\n") }
        return Report(status: 200, body: verbose ? lines + "\(name) check passed\n" : "ok")
    }

    /// The answer for one check: `/readyz/<check>`.
    package func report(of check: String) -> Report {
        guard let entry = checks.withLock({ $0.first { $0.name == check } }) else {
            return Report(status: 404, body: "\(name) has no check \"\(check)\"\n")
        }
        switch entry.check() {
        case .passing: return Report(status: 200, body: "ok")
        case .failing(let reason): return Report(status: 500, body: "[-]\(check) failed: \(reason)\n")
        }
    }
}
