internal import KubeAPI

/// Assembles `status.conditions` from findings.
///
/// `Ready` is always there, `Reconciling` and `Stalled` only while they are True and never both. Source: kstatus.
struct Conditions {
    private struct Draft {
        var type: ConditionType
        var status: Condition.Status
        var reason: Reason
        var message: String
    }

    private var drafts: [Draft] = []
    private var findings: [Finding] = []
    /// Stands at the end of the message of `Ready`, whatever that says.
    var remark = ""

    /// Adds a condition: True with `reason` and `message`, or False with what was found.
    mutating func add(_ type: ConditionType, _ finding: Finding?, orElse reason: Reason, _ message: String) {
        guard let finding else {
            drafts.append(Draft(type: type, status: .true, reason: reason, message: message))
            return
        }
        findings.append(finding)
        drafts.append(Draft(type: type, status: .false, reason: finding.reason, message: finding.message))
    }

    /// Adds a condition that `Ready` does not depend on.
    mutating func note(_ type: ConditionType, _ status: Condition.Status, _ reason: Reason, _ message: String) {
        drafts.append(Draft(type: type, status: status, reason: reason, message: message))
    }

    /// A finding of the object as a whole, without a condition of its own.
    mutating func block(_ finding: Finding) { findings.append(finding) }

    /// A finding beside which no other matters.
    mutating func blockAlone(_ finding: Finding) { findings = [finding] }

    /// The finding that `Ready` reports, `nil` where there is none.
    var blocker: Finding? { findings.mostPressing }

    /// The conditions as they go into the status; `StatusWriter` adds generation and times.
    ///
    /// - Parameter ready: The reason and message of `Ready` where nothing blocks.
    func assembled(ready: (reason: Reason, message: String)) -> [Condition] {
        var all = [Draft(type: .ready, status: .true, reason: ready.reason, message: ready.message)]
        if let blocker {
            all[0] = Draft(type: .ready, status: .false, reason: blocker.reason, message: blocker.message)
            switch blocker.consequence {
            case .wait:
                all.append(
                    Draft(type: .reconciling, status: .true, reason: blocker.reason, message: blocker.message))
            case .edit:
                all.append(Draft(type: .stalled, status: .true, reason: blocker.reason, message: blocker.message))
            case .pause: break
            }
        }
        all[0].message += remark
        return (all + drafts).map { draft in
            Condition(
                type: draft.type.rawValue, status: draft.status, reason: draft.reason.rawValue,
                message: draft.message.cut(to: 4096))
        }
    }
}

extension String {
    /// The text, cut where it is longer than a field may be, and without what a terminal would act on: some of it is
    /// others' words. Source: the limits count characters, not bytes.
    func cut(to limit: Int) -> String {
        let text = unicodeScalars.contains(where: \.isControl) ? plain : self
        let scalars = text.unicodeScalars
        return scalars.count <= limit ? text : String(String.UnicodeScalarView(scalars.prefix(limit - 1))) + "…"
    }

    private var plain: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? " " : $0 }))
    }
}

extension Unicode.Scalar {
    /// But for the end of a line.
    fileprivate var isControl: Bool {
        guard self != "\n" else { return false }
        let isDirection = (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        return properties.generalCategory == .control || isDirection
    }
}

extension DynamicObject {
    /// Conditions of an object that is somebody else's: what is none is left out.
    var observedConditions: [ObservedCondition] {
        (self[path: "status", "conditions"]?.elements ?? []).compactMap {
            try? JSONValueDecoder().decode(ObservedCondition.self, from: $0)
        }
    }
}

extension ReconcilerEnvironment {
    /// Exposes the conditions of every object of a kind, read from the cache when they are asked for.
    func exposeConditions(of informer: Informer, kind: String) {
        metrics.observe(
            MetricName.resourceCondition, help: "The conditions of the objects of quartermaster.dev; always 1.",
            labels: ["kind", "namespace", "name", "type", "status", "reason"]
        ) {
            informer.store.list().flatMap { object in
                (object.value(at: "status", "conditions")?.elements ?? []).map { condition in
                    ObservedMetric.Sample(
                        kind, object.key.namespace, object.key.name, condition["type"]?.string ?? "",
                        condition["status"]?.string ?? "", condition["reason"]?.string ?? "", value: 1)
                }
            }
        }
    }
}
