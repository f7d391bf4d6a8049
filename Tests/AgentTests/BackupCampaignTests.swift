import BackupModel
import Foundation
import KubeAPI
import Support
import Testing

/// Random series of runs by the agent with the real programs, while stores lie, runs are killed, clocks are wrong, and others work in
/// the same place. `make chaos-backups` runs more of them; a seed replays one.
@Suite("Backups under adversity", .onThreadsOfItsOwn)
struct BackupCampaignTests {
    private enum Fault: CaseIterable {
        case none, lyingListing, lostListing, killed, stopped, damagedReadBack, fullDisk, clockAhead, otherCluster,
            partial
        case concurrent
    }

    private static let runs = 7

    @Test("What is called good can be restored, and no good one that the rules keep is deleted", arguments: cases)
    func campaign(place: Place, seed: UInt64) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            var random = SeededRandom(seed: seed)
            let words = try #require(["daily=3", "last=2", "daily=2 weekly=2"].randomElement(using: &random))
            // What a killed run holds is waited for, and not for long.
            let patience = ["QM_LEASE_SECONDS": "6", "QM_LOCK_ATTEMPTS": "40", "QM_LOCK_WAIT": "60", "QM_KEEP": words]
            let destination = destination.merging(patience) { $1 }
            try sandbox.prepare(destination)
            // What the reports called good, by stamp, and what may have been stored by a run that was ended.
            var good: [Stamp: String] = [:]
            var possible: [Stamp: String] = [:]
            for run in 0..<Self.runs {
                // The first one says whose the place is.
                let fault = run == 0 ? .none : try #require(Fault.allCases.randomElement(using: &random))
                let days = Double(run - Self.runs) + (fault == .clockAhead ? 40 : 0)
                let text = Sandbox.stamp(days * 86400 - Double.random(in: 0...40_000, using: &random))
                let stamp = try #require(Stamp(text))
                let content = "run \(run) of seed \(seed)\n" + String(repeating: "data ", count: 2000 + run)
                let report = try attempt(fault, place, sandbox, destination, content, text, &random)
                let note = "seed \(seed) at \(place), run \(run), \(fault): \(report.all)"
                switch report.result {
                case "Succeeded":
                    good[stamp] = content
                    #expect(try sandbox.contents(of: stamp, destination) == content, "\(note)")
                case "Partial": #expect(report.status == 3 && fault == .partial, "\(note)")
                default:
                    #expect(report.status != 0, "\(note)")
                    possible[stamp] = content
                    // Nothing but what was meant to may fail.
                    #expect(fault != .none && fault != .clockAhead && fault != .concurrent, "\(note)")
                }
            }
            let listed = Set(try sandbox.listed(destination).compactMap { Stamp($0) })
            // What a killed run has stored before its end is as good as any other.
            for stamp in listed { good[stamp] = good[stamp] ?? possible[stamp] }
            let rules = try #require(RetentionRules(words: words))
            let artifacts = good.keys.map { Artifact(stamp: $0, sizeBytes: 1, id: "\($0)") }
            for kept in rules.plan(for: artifacts, at: .now()).kept {
                #expect(listed.contains(kept.stamp), "seed \(seed) at \(place): \(kept.stamp) is gone")
                #expect(try sandbox.contents(of: kept.stamp, destination) == good[kept.stamp])
            }
        }
    }

    private func attempt(
        _ fault: Fault, _ place: Place, _ sandbox: Sandbox, _ destination: [String: String], _ content: String,
        _ stamp: String, _ random: inout SeededRandom
    ) throws -> Report {
        try sandbox.stage(content, at: stamp, partial: fault == .partial ? "one file changed" : nil)
        let program = place.program
        defer { try? FileManager.default.removeItem(atPath: sandbox.path("shims/\(program)")) }
        let call = Int.random(in: 1...6, using: &random)
        switch fault {
        case .none, .clockAhead, .partial: break
        case .lyingListing: try sandbox.lie(program, from: call, "awk 'NR % 2'")
        case .lostListing: try sandbox.lie(program, from: call, "exit 3")
        case .damagedReadBack:
            try sandbox.shim(
                program,
                """
                case "$*" in cat*data.tar|dump*data.tar|extract*data.tar) /usr/bin/\(program) "$@" | sed 's/data/date/'; exit 0 ;; esac
                exec /usr/bin/\(program) "$@"
                """)
        case .fullDisk:
            // Files of more than a kilobyte can't be written.
            try sandbox.shim(program, "ulimit -f 1; exec /usr/bin/\(program) \"$@\"")
        case .otherCluster:
            return try sandbox.run("deliver", destination.merging(["QM_CLUSTER": "other"]) { $1 })
        case .killed, .stopped:
            let running = try sandbox.start("deliver", destination)
            usleep(UInt32.random(in: 1000...4_000_000, using: &random))
            if fault == .killed { running.killGroup() } else { running.terminate() }
            return try sandbox.report(of: running)
        case .concurrent:
            let other = try Sandbox()
            try other.stage("of another source\n")
            let running = try other.start("deliver", destination.merging(["QM_SOURCE": "files"]) { $1 })
            let report = try sandbox.run("deliver", destination)
            _ = try other.report(of: running)
            return report
        }
        return try sandbox.run("deliver", destination)
    }

    /// `QM_SEED` replays one at every place, and `QM_ROUNDS` runs so many.
    private static var cases: [(Place, UInt64)] {
        let environment = ProcessInfo.processInfo.environment
        let seeds: [UInt64]
        if let seed = environment["QM_SEED"].flatMap({ UInt64($0) }) {
            seeds = [seed]
        } else {
            let rounds = environment["QM_ROUNDS"].flatMap { UInt64($0) }
            seeds = rounds.map { _ in (0..<(rounds ?? 1)).map { _ in UInt64.random(in: 0...UInt64.max) } } ?? [1]
        }
        return seeds.flatMap { seed in Place.near.map { ($0, seed) } }
    }
}

extension Sandbox {
    /// From its n-th listing on a program prints something else, for two listings.
    fileprivate func lie(_ program: String, from call: Int, _ filter: String) throws {
        try? FileManager.default.removeItem(atPath: path("calls"))
        try shim(
            program,
            """
            case "$1" in lsf|snapshots|list)
                echo x >>\(path("calls")); n=$(wc -l <\(path("calls")))
                if [ "$n" -ge \(call) ] && [ "$n" -lt \(call + 2) ]; then
                    case "$1" in lsf) /usr/bin/\(program) "$@" | \(filter == "exit 3" ? "exit 3" : filter); exit ;; esac
                    echo 'the server does not answer' >&2; exit 1
                fi ;;
            esac
            exec /usr/bin/\(program) "$@"
            """)
    }

    /// What a fetch brings of the artifact.
    fileprivate func contents(of stamp: Stamp, _ destination: [String: String]) throws -> String? {
        let report = try run("fetch", destination.merging(["QM_ARTIFACT": stamp.description]) { $1 })
        guard report.result == "Succeeded" else { return report.all }
        return try String(contentsOfFile: path("staging/artifact/data.tar"), encoding: .utf8)
    }
}
