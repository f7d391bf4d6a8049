internal import KubeAPI

/// What of somebody else's object stays after an environment has taken it over. It stands on the object, sealed.
struct AdoptionRecord: Sendable, Hashable {
    /// Of the pods: Services, policies and budgets of others go by them.
    var labels: [String: String] = [:]
    /// What a Service selected.
    var selector: [String: String] = [:]
    /// How many pods there were.
    var replicas: Int?

    init(labels: [String: String]) { self.labels = labels }

    /// - Parameter live: as it was before.
    init(of live: DynamicObject, as type: ResourceType) {
        switch type {
        case .deployment, .statefulSet:
            let labels = live[path: "spec", "template", "metadata", "labels"]?.strings ?? [:]
            // What selects our own pods is never somebody else's to choose.
            self.labels = labels.filter { !$0.key.hasPrefix(LabelKey.prefix) }
            replicas = live[path: "spec", "replicas"]?.integer.map(Int.init)
        case .service: selector = live[path: "spec", "selector"]?.strings ?? [:]
        default: break
        }
    }

    init?(_ text: some StringProtocol) {
        guard let fields = try? JSONValue.parse(String(text)) else { return nil }
        labels = fields["labels"]?.strings ?? [:]
        selector = fields["selector"]?.strings ?? [:]
        replicas = fields["replicas"]?.integer.map(Int.init)
    }

    fileprivate var text: String {
        let fields: JSONValue = .compact([
            "labels": labels.isEmpty ? nil : .strings(labels), "selector": selector.isEmpty ? nil : .strings(selector),
            "replicas": replicas.map { .integer(Int64($0)) },
        ])
        return String(decoding: fields.canonicalBytes(), as: UTF8.self)
    }
}

/// Tells records that the operator has written from others.
struct AdoptionSeal: Sendable {
    /// `nil` for a preview, which does not have the key.
    let seal: Seal?
    let environment: String

    func annotation(_ record: AdoptionRecord, _ type: ResourceType, _ key: ObjectKey) -> String {
        guard let seal else { return record.text }
        return "\(seal.code("taken-over", parts(record.text, type, key))) \(record.text)"
    }

    /// `nil` where the operator has not written it for this environment and this object.
    func record(in annotation: String, _ type: ResourceType, _ key: ObjectKey) -> AdoptionRecord? {
        let parts = annotation.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return seal == nil ? AdoptionRecord(annotation) : nil }
        if let seal, !seal.isValid(String(parts[0]), "taken-over", self.parts(String(parts[1]), type, key)) {
            return nil
        }
        return AdoptionRecord(parts[1])
    }

    private func parts(_ text: String, _ type: ResourceType, _ key: ObjectKey) -> [String] {
        [environment, type.group, type.kind, key.namespace, key.name, text]
    }
}

extension JSONValue {
    /// The texts of a map.
    var strings: [String: String] {
        (object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
    }
}
