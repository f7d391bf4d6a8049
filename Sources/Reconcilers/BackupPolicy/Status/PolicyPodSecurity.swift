package import KubeAPI

extension ResolvedPolicy {
    /// Why the pods of runs would be refused where they are to be made: the job's controller alone is told, and that only once
    /// a run is due.
    ///
    /// - Parameter labels: of the policy's namespace.
    func podSecurityFinding(of children: [DesiredChild], under labels: [String: String]) -> Finding? {
        children.lazy.compactMap { child in
            BackupPolicy.podSecurityRefusal(of: child.object, under: labels, in: namespace).map { refusal in
                Finding(.podSecurityBlocked, "\(child.name): \(refusal)", .edit)
            }
        }.first
    }
}

extension BackupPolicy {
    /// The same for one job, or for what a CronJob makes; `nil` where its pods may be made, as far as the namespace's labels say.
    package static func podSecurityRefusal(
        of object: DynamicObject, under labels: [String: String], in namespace: String
    ) -> String? {
        let template =
            object[path: "spec", "jobTemplate", "spec", "template"] ?? object[path: "spec", "template"]
        guard let template, let level = PodSecurityStandard(enforcedBy: labels),
            let field = level.violation(in: template, at: "")
        else { return nil }
        let needed = PodSecurityStandard.strictest(for: template)
        return """
            Namespace \(namespace) enforces the Pod Security level \(level.rawValue), which refuses its pods (\(field)); \
            they need \(needed.rawValue): set spec.namespace.podSecurity of the AppEnvironment that has the namespace, or \
            the namespace's label \(LabelKey.podSecurity)enforce where none has
            """
    }
}
