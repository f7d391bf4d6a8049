internal import KubeAPI

extension ResolvedEnvironment {
    static let quotaName = "environment"

    func resourceQuotas() throws -> [DesiredChild] {
        guard inputs.isEnforced, let hard = quotaHard else { return [] }
        return [try child(.resourceQuota, named: Self.quotaName, ["spec": ["hard": Amount.map(hard)]])]
    }

    /// The quota's amounts; `nil` where there is none.
    var quotaHard: [String: JSONValue]? {
        let given = spec.quota.hard ?? [:]
        let ofTier = defaults.quota.mapValues(JSONValue.string)
        switch spec.quota.mode {
        case .off: return nil
        case .fixed: return given.isEmpty ? ofTier : given
        case .auto:
            let need = ResourceNeed(self).total
            let guests = ResourceNeed(
                siblings: inputs.siblings + solverPods, bounds: spec.limitRange.enabled ? containerBounds : nil
            ).total
            let computed = ofTier.reduce(into: [String: JSONValue]()) { hard, entry in
                let own = need[entry.key].map { $0.raised(byPercent: spec.quota.headroomPercent) }
                let needed = guests[entry.key].map { $0 + (own ?? Quantity(nano: 0)) } ?? own
                hard[entry.key] = Amount.greater(entry.value, needed.map { .string(Amount.text($0, of: entry.key)) })
            }
            return computed.merging(given) { $1 }
        }
    }
}
