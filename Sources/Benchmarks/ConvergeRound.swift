internal import KubeAPI

/// The plain loop, the operator, and the plain loop once more, with objects that are made for it and removed again.
struct ConvergeRound: Sendable {
    let fleet: BenchmarkFleet
    let plain: KubeClient
    /// The operator's, with its limit of requests.
    let client: KubeClient
    /// How many requests the plain loop has under way.
    let inFlight: Int
    /// How many objects are applied one at a time.
    let single: Int

    func run() async throws -> JSONObject {
        var report: JSONObject = ["command": "converge", "workers": .integer(Int64(fleet.workers))]
        report.add(fleet.subject.size)
        try await fleet.prepare(plain)
        do {
            // Before and after: a machine is not always as fast as it was a moment ago.
            let before = try await plainLoop(.before)
            let run = try await operate(in: &report)
            let plainTimes = [before, try await plainLoop(.after)]
            let plainTime = plainTimes.reduce(0, +) / 2
            report["plain_children_per_s"] = .array(
                plainTimes.map { .number((Double(run.children) / $0).rounded(to: 1)) })
            if single > 0 { try await applySingles(in: &report) }
            report["ratio"] = .number((plainTime / run.toLastChild).rounded(to: 3))
            let mergeTime = try await replay(run.others, in: &report)
            // Statuses may come after all children.
            report["ratio_of_all_writes"] = .number(((plainTime + mergeTime) / run.toLastWrite).rounded(to: 3))
        } catch {
            try? await fleet.tidy(plain)
            throw error
        }
        try await fleet.tidy(plain)
        return report
    }

    /// - Returns: how long it took, in seconds.
    private func plainLoop(_ part: BenchmarkPart) async throws -> Double {
        let applies = try await fleet.twins(part, plain)
        let start = ContinuousClock.now
        // Namespaces before what is in them.
        for wave in [applies.filter { $0.type == .namespace }, applies.filter { $0.type != .namespace }] {
            try await forEach(wave, inFlight: inFlight) { [plain] apply in
                _ = try await plain.patch(
                    apply.type, apply.key, apply.patch, subresource: nil, options: apply.options)
            }
        }
        return start.duration(to: .now).seconds
    }

    /// The operator's other writes by a plain loop: to twins of the objects of ours, and to the same nodes.
    ///
    /// - Returns: how long it took, in seconds.
    private func replay(_ merges: [CountedAPI.Merge], in report: inout JSONObject) async throws -> Double {
        let twins = try await fleet.createTwins(plain)
        let start = ContinuousClock.now
        try await forEach(merges, inFlight: inFlight) { [plain] merge in
            var body = merge.body
            body[path: ["metadata", "resourceVersion"]] = nil
            body[path: ["metadata", "uid"]] = nil
            // On an object that has what is written already it would be no write.
            body[path: ["metadata", "annotations", "example.com/replayed"]] = "true"
            _ = try await plain.patch(
                merge.type, twins[merge.key] ?? merge.key, .merge(body), subresource: merge.subresource,
                options: WriteOptions())
        }
        let time = start.duration(to: .now).seconds
        report["other_writes"] = .integer(Int64(merges.count))
        report["plain_other_writes_per_s"] = .number((Double(merges.count) / time).rounded(to: 1))
        return time
    }

    private struct Run {
        var children = 0
        /// How long it took to the answer for the last child, and to that for the last write, in seconds.
        var toLastChild = 0.0
        var toLastWrite = 0.0
        /// What else was written.
        var others: [CountedAPI.Merge] = []
    }

    /// Has the operator make the children of all objects.
    private func operate(in report: inout JSONObject) async throws -> Run {
        try await fleet.create(plain)
        let process = BenchmarkOperator(client, for: fleet)
        var run = Run()
        try await process.run {
            let children = try fleet.children(fleet.keys)
            process.api.expect(children)
            let before = ProcessUsage.now()
            let start = ContinuousClock.now
            try await process.whileReconciling {
                run.children = children.count
                run.toLastChild = start.duration(to: try await process.api.lastAwaited()).seconds
                let after = ProcessUsage.now()
                report["reconciles"] = .integer(process.reconciles)
                report["children"] = .integer(Int64(children.count))
                report["children_per_s"] = .number((Double(children.count) / run.toLastChild).rounded(to: 1))
                try await process.waitUntilQuiet()
                run.others = process.api.merges
                run.toLastWrite = start.duration(to: process.api.lastWrite).seconds
                let cpu = after.userCPU + after.systemCPU - before.userCPU - before.systemCPU
                report["cpu_ms_per_child"] = .number((cpu * 1000 / Double(children.count)).rounded(to: 3))
                report["requests"] = .object(
                    JSONObject(
                        process.api.requests.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64($0.value))) }))
            }
            report.add(ProcessUsage.now().fields.map { ($0, $1) })
        }
        return run
    }

    /// Has a new operator, which finds all as it is to be, make the children of objects that are applied at idle.
    private func applySingles(in report: inout JSONObject) async throws {
        let process = BenchmarkOperator(client, for: fleet)
        var times = Latencies()
        try await process.run {
            try await process.whileReconciling {
                try await process.waitUntilQuiet()
                times = try await oneByOne(process)
            }
        }
        report.add(times.fields("single_"))
    }

    /// From the sending of an object's apply to the answer for its last child.
    private func oneByOne(_ process: BenchmarkOperator) async throws -> Latencies {
        var times = Latencies()
        for index in 0..<single {
            let manifest = fleet.subject.manifest(fleet.subject.singleKey(index))
            process.api.expect(try fleet.subject.children(of: manifest))
            let start = ContinuousClock.now
            _ = try await plain.patch(
                fleet.type, manifest.key, .apply(manifest.json, force: true), subresource: nil,
                options: WriteOptions(fieldManager: "bench"))
            times.add(start.duration(to: try await process.api.lastAwaited()))
            try await process.waitUntilQuiet(for: .milliseconds(250))
        }
        return times
    }
}
