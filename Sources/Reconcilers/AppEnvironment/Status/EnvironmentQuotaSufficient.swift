internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `QuotaSufficient`.
    static func addQuota(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        guard let quota = observed.quota else { return }
        let isOff = observed.environment.spec.quota.mode == .off && quota.isSufficient
        conditions.add(
            .quotaSufficient, quota.finding(of: observed.environment), orElse: isOff ? .off : .fits,
            isOff ? "no quota is wanted" : "all components fit, with surge and autoscaling")
    }
}

extension QuotaCheck {
    /// `nil` where everything fits.
    func finding(of environment: ResolvedEnvironment) -> Finding? {
        if let objection {
            return Finding(
                .exceeded, "\(objection); change the component's resources or spec.limitRange; no roll-out is begun",
                .edit)
        }
        guard let exceeded, !shortfall.isEmpty else { return nil }
        let missing = shortfall.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let others = exceeded.usedByOthers.filter { shortfall[$0.key] != nil && $0.value > Quantity(nano: 0) }
            .sorted { $0.key < $1.key }.map { "\($0.key) \(Amount.text($0.value, of: $0.key))" }
        let beside =
            others.isEmpty ? "" : " beside what others in the namespace use (\(others.joined(separator: ", ")))"
        let scalers = foreign.isEmpty ? "" : ", counting the pods that \(foreign.listed) may ask for"
        let fix =
            exceeded.name == ResolvedEnvironment.quotaName
            ? "raise spec.quota.hard or lower the components' resources or replicas"
            : "ask for a larger one or lower the components' resources or replicas"
        return Finding(
            .exceeded,
            """
            ResourceQuota \(exceeded.name) lacks \(missing) for all components with surge and autoscaling\(scalers)\(beside); \(fix); \
            no roll-out is begun
            """, .edit)
    }
}
