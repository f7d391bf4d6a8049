internal import KubeAPI
internal import Reconcilers

/// One parser under libFuzzer: it must not crash, and what it accepted must survive a round trip.
struct FuzzTarget: Sendable {
    var name: String
    var run: @Sendable ([UInt8]) -> Void

    static let all = [
        json, yaml, kubeconfig, watch, list, quantity, labels, fields, timestamp, cron, timezone, request, response,
        ledger, inventory, report, cel,
    ]

    /// What was read is written, read again and the same.
    static let json = FuzzTarget(name: "json") { input in
        guard let value = try? JSONValue.parse(input) else { return }
        guard let again = try? JSONValue.parse(value.serialized()) else { fatalError("unreadable: \(value)") }
        // Numbers near the limits of 64 bits may change their form once; after that nothing may move.
        guard let third = try? JSONValue.parse(again.serialized()) else { fatalError("unreadable: \(again)") }
        precondition(again == third, "changed by a round trip")
        precondition(value.canonicalBytes() == again.canonicalBytes() || value != again)
    }

    static let yaml = FuzzTarget(name: "yaml") { input in
        guard let documents = try? YAML.parse(input) else { return }
        let text = YAML.write(documents)
        guard let again = try? YAML.parse(text) else { fatalError("unreadable: \(text)") }
        precondition(documents.count == again.count, "documents were lost")
        precondition(documents.map { $0.canonicalBytes() } == again.map { $0.canonicalBytes() }, "changed: \(text)")
    }

    /// The ledger of a node, as an enemy writes it: without a seal it is none, and even a sealed one moves no key of the
    /// cluster.
    static let ledger = FuzzTarget(name: "ledger") { input in
        let label = "node-restriction.kubernetes.io/tenant"
        let taint: JSONValue = ["key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"]
        var node = NodeSnapshot(
            DynamicObject(
                [
                    "apiVersion": "v1", "kind": "Node",
                    "metadata": [
                        "name": "n", "uid": "u", "resourceVersion": "1", "labels": [label: "a", "workload": "worker"],
                        "annotations": ["quartermaster.dev/claim": .string(String(decoding: input, as: UTF8.self))],
                    ],
                    "spec": ["taints": [taint, ["key": "workload", "value": "worker", "effect": "NoSchedule"]]],
                ] as JSONObject), sealedBy: Seal(key: Array(repeating: 1, count: Seal.keyLength)))
        precondition(node.claim == nil && !node.isSealed && node.baseLabels == node.labels, "a forged ledger counts")
        node.claim = node.unproven?.claim
        guard let plan = NodePlan(node, wanted: nil) else { return }
        precondition(plan.labels[label] == nil, "a label of the cluster is written")
        precondition(plan.taints?.contains(taint) ?? true, "a taint of the cluster is gone")
    }

    /// The inventory of a status, as an enemy writes it: what is read of it fits a status again, and only what it names is
    /// ever pruned.
    static let inventory = FuzzTarget(name: "inventory") { input in
        guard let value = try? JSONValue.parse(input) else { return }
        let read = DynamicObject(["status": ["inventory": value]] as JSONObject).inventory
        let bounded = Inventory.bounded(read, to: 16) { $0.kind == "Secret" }
        precondition(bounded.count == min(read.count, 16) && Set(bounded).isSubset(of: read), "more than was there")
        let stale = Inventory.stale(read, comparedTo: bounded)
        precondition(Set(stale).isSubset(of: read) && Set(stale).isDisjoint(with: bounded), "what is wanted is stale")
    }

    /// An expression on an object that is no friend of its schema: it ends, the same way each time.
    static let cel = FuzzTarget(name: "cel") { input in
        let rule = JSONValue.string(String(decoding: input, as: UTF8.self))
        let text: JSONValue = ["type": "string"]
        let rules = ValidationRules([
            "type": "object", "x-kubernetes-validations": [["rule": rule]],
            "properties": [
                "s": text, "n": ["type": "integer"], "d": ["type": "number"], "l": ["type": "array", "items": text],
                "m": ["type": "object", "additionalProperties": text], "x": ["x-kubernetes-int-or-string": true],
            ],
        ])
        let objects: [JSONValue] = [
            ["s": "größe", "n": 3, "d": 0.5, "l": ["a", "b"], "m": ["k": "v"], "x": 1],
            ["s": 1, "n": "3", "d": 9_223_372_036_854_775_807, "l": ["a": 1], "m": ["v"], "x": []],
        ]
        for object in objects {
            let found = rules.violations(in: object, comparedTo: objects[0], budget: 50_000)
            precondition(found == rules.violations(in: object, comparedTo: objects[0], budget: 50_000), "by chance")
        }
    }

    static let kubeconfig = FuzzTarget(name: "kubeconfig") { input in
        guard let config = try? Kubeconfig(text: input, file: "/nonexistent/config") else { return }
        _ = String(reflecting: config)
    }

    static let quantity = FuzzTarget(name: "quantity") { input in
        let text = String(decoding: input, as: UTF8.self)
        guard let quantity = Quantity(text) else { return }
        precondition(quantity <= quantity + Quantity(nano: 0))
        precondition(Quantity("\(quantity)") == quantity, "\(text) became \(quantity)")
    }

    static let labels = FuzzTarget(name: "labels") { input in
        guard let query = try? LabelQuery(String(decoding: input, as: UTF8.self)) else { return }
        _ = query.matches(["a": "b"])
        precondition((try? LabelQuery("\(query)")) == query, "changed: \(query)")
    }

    static let fields = FuzzTarget(name: "fields") { input in
        guard let query = try? FieldQuery(String(decoding: input, as: UTF8.self)) else { return }
        precondition((try? FieldQuery("\(query)")) == query, "changed: \(query)")
    }

    static let timestamp = FuzzTarget(name: "timestamp") { input in
        guard let time = Timestamp(rfc3339: String(decoding: input, as: UTF8.self)) else { return }
        precondition(Timestamp(rfc3339: time.rfc3339)?.secondsSinceEpoch == time.secondsSinceEpoch)
    }

    /// A schedule has runs in their order, or none, in every zone.
    static let cron = FuzzTarget(name: "cron") { input in
        guard let schedule = try? CronSchedule(String(decoding: input, as: UTF8.self)) else { return }
        let zone = (try? TimeZoneRules.named("Europe/Berlin")) ?? .utc
        var now = Timestamp(secondsSinceEpoch: 1_774_000_000)
        for _ in 0..<3 {
            guard let next = schedule.next(after: now, in: zone) else { return }
            precondition(next > now, "the runs do not go on")
            now = next
        }
    }

    /// A zone has an offset at any time, and a period that does not end before it.
    static let timezone = FuzzTarget(name: "timezone") { input in
        guard let zone = TimeZoneRules(tzif: input) else { return }
        for time in stride(from: Int64(-5_000_000_000), through: 5_000_000_000, by: 1_234_567_891) {
            let period = zone.period(at: time)
            precondition(period.end.map { $0 > time } ?? true, "a period ends before it begins")
        }
        let schedule = try? CronSchedule("0 3 * * *")
        _ = schedule?.next(after: Timestamp(secondsSinceEpoch: 1_774_000_000), in: zone)
    }

    /// The target and a query of a request, as our HTTP server takes them apart.
    static let request = FuzzTarget(name: "request") { input in
        let request = HTTPServerRequest(method: "GET", target: String(decoding: input, as: UTF8.self))
        precondition(request.segments.allSatisfy { !$0.isEmpty } || request.path.contains("/"))
        for (name, _) in request.query { _ = request.parameter(name) }
    }

    /// The head of a response, line by line; it is the same however often it is read.
    static let response = FuzzTarget(name: "response") { input in
        func read() -> String {
            var head = ResponseHead()
            for line in input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                let complete = Array(line).withUnsafeBytes { head.read(line: $0) }
                if let complete { return "\(complete.status) \(complete.headers)" }
            }
            return ""
        }
        precondition(read() == read())
    }

    static let watch = FuzzTarget(name: "watch") { input in
        precondition(
            events(of: input, in: input.count, as: .watch) == events(of: input, in: step(input), as: .watch),
            "the events depend on where the bytes are split")
    }

    static let list = FuzzTarget(name: "list") { input in
        precondition(
            events(of: input, in: input.count, as: .list) == events(of: input, in: step(input), as: .list),
            "the items depend on where the bytes are split")
    }

    private enum Form { case watch, list }

    /// The first byte says how the bytes are split.
    private static func step(_ input: [UInt8]) -> Int { Int(input.first ?? 0) % 17 + 1 }

    /// What a decoder says of the bytes in pieces of a size: each event and each object, then how it ended.
    private static func events(of input: [UInt8], in size: Int, as form: Form) -> [String] {
        var decoder =
            switch form {
            case .watch: WatchDecoder.watch(.pod, limit: 4096)
            case .list: WatchDecoder.list(.pod, limit: 4096)
            }
        var events: [String] = []
        do {
            for start in stride(from: 1, to: input.count, by: max(1, size)) {
                let piece = Array(input[start..<min(input.count, start + max(1, size))])
                let decoded = piece.withUnsafeBytes { bytes in
                    Result<[String], WatchDecodingError> { () throws(WatchDecodingError) in
                        try decoder.append(bytes)
                        return try drain(&decoder)
                    }
                }
                events += try decoded.get()
            }
            if form == .list { events.append("\(try decoder.finishPage())") }
        } catch {
            // How far a broken stream was read depends on the pieces; that it is broken does not.
            return ["broken"]
        }
        return events
    }

    private static func drain(_ decoder: inout WatchDecoder) throws(WatchDecodingError) -> [String] {
        var events: [String] = []
        while let event = try decoder.next() {
            events.append("\(event)")
            if case .change = event { events.append(decoder.withObject { String(decoding: $0, as: UTF8.self) }) }
        }
        return events
    }
}
