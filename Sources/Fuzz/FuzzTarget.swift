internal import KubeAPI

/// One parser under libFuzzer: it must not crash, and what it accepted must survive a round trip.
struct FuzzTarget: Sendable {
    var name: String
    var run: @Sendable ([UInt8]) -> Void

    static let all = [json, yaml, kubeconfig, watch, list, quantity, labels, fields, timestamp]

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
