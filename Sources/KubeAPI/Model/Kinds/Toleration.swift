/// What lets a pod onto a node in spite of a taint, and keeps it there. Source: Kubernetes, "Taints and Tolerations".
package struct Toleration: Sendable, Hashable {
    /// Empty stands for every key, with the operator `Exists`.
    package var key: String
    package var `operator`: String
    package var value: String
    /// Empty tolerates every effect.
    package var effect: String
    /// How many seconds the pod stays beside a `NoExecute` taint; `nil`: for as long as it lives.
    package var seconds: Int64?

    package init(_ json: JSONValue) {
        key = json["key"]?.string ?? ""
        self.operator = json["operator"]?.string ?? "Equal"
        value = json["value"]?.string ?? ""
        effect = json["effect"]?.string ?? ""
        seconds = json["tolerationSeconds"]?.integer
    }

    /// The tolerations of a PodSpec.
    package static func all(in podSpec: JSONValue?) -> [Toleration] {
        (podSpec?["tolerations"]?.array ?? []).map(Toleration.init)
    }

    package func tolerates(key: String, value: String, effect: String) -> Bool {
        guard self.effect.isEmpty || self.effect == effect else { return false }
        if `operator` == "Exists" { return self.key.isEmpty || self.key == key }
        return `operator` == "Equal" && self.key == key && self.value == value
    }

    package func tolerates(_ taint: Taint) -> Bool {
        tolerates(key: taint.key, value: taint.value ?? "", effect: taint.effect.rawValue)
    }
}
