internal import KubeAPI

/// A change of an object's `Ready` condition.
struct ReadyTransition {
    private let ready: JSONValue
    private let isStalled: Bool

    /// - Returns: `nil` where status and reason are as before.
    init?(before: JSONObject, after: JSONObject) {
        func condition(_ type: ConditionType, in status: JSONObject) -> JSONValue? {
            status["conditions"]?.elements.first { $0["type"]?.string == type.rawValue }
        }
        guard let ready = condition(.ready, in: after) else { return nil }
        let old = condition(.ready, in: before)
        guard old?["status"] != ready["status"] || old?["reason"] != ready["reason"] else { return nil }
        self.ready = ready
        isStalled = condition(.stalled, in: after) != nil
    }

    /// A warning where the user has to do something, or should at least know.
    func event(on object: DynamicObject) -> ObjectEvent? {
        guard let reason = ready["reason"]?.string.flatMap(Reason.init(rawValue:)) else { return nil }
        let isBad = isStalled || (reason.isAlarming && ready["status"]?.string == "False")
        return ObjectEvent(
            object, isBad ? .warning : .normal, reason, action: "Reconcile",
            message: ready["message"]?.string ?? "")
    }
}

extension ObjectEvent {
    /// Somebody had changed what we keep.
    ///
    /// - Parameter part: what of the owner the child belongs to; empty for the whole.
    static func drift(
        _ drift: [Drift], of child: String, part: String = "", on object: DynamicObject
    ) -> ObjectEvent {
        let changes = drift.prefix(3).map(\.description).joined(separator: ", ")
        let others = drift.count > 3 ? " and \((drift.count - 3).counted("other field"))" : ""
        return ObjectEvent(
            object, .warning, .driftCorrected, action: "Correct",
            message: "\(child): \(changes)\(others); put right\(advice(for: part, of: object, on: drift))")
    }

    /// Whoever changes a child means something by it, and `kubectl rollout status` has told them that it went well.
    private static func advice(for part: String, of object: DynamicObject, on drift: [Drift]) -> String {
        guard let list = Kinds.named(object.kind)?.partList else { return "" }
        let place = part.isEmpty ? "spec" : "spec.\(list)[\(part)]"
        let words = "; what is to last is written into \(place) of \(object.kind) \(object.key)"
        let isImage = drift.contains { $0.path.description.hasSuffix(".image") }
        guard isImage, object.kind == AppEnvironment.resourceType.kind else { return words }
        return "\(words); a pipeline sets images in its ComponentImages"
    }
}
