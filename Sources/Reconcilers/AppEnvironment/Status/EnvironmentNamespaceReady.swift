internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `NamespaceReady`.
    static func addNamespace(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        let words = "Namespace \(observed.environment.namespace) is the environment's"
        let later =
            observed.isEnforced
            ? ""
            : """
            ; its quota, LimitRange, Pod Security level and default-deny are written once the components stand and pods that were \
            told to end have ended
            """
        conditions.add(
            .namespaceReady, observed.namespaceFinding, orElse: observed.isAdopted ? .adopted : .created,
            observed.isAdopted ? "\(words) and was there before\(later)" : words)
    }
}
