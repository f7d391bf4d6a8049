internal import KubeAPI

extension RegionalWorkerPool {
    /// The name of the pool's TriggerAuthentication.
    var triggerAuthenticationName: String { ChildName.joined(metadata.name ?? "", "triggers") }

    /// The TriggerAuthentication of the pool: KEDA reads the Secrets, the operator does not.
    func triggerAuthentication() throws -> DesiredChild? {
        guard let parameters = spec.scaling?.keda?.authentication?.secretTargetRef else { return nil }
        return try DesiredChild(
            .triggerAuthentication, of: self, named: triggerAuthenticationName,
            [
                "spec": [
                    "secretTargetRef": .array(
                        parameters.map {
                            [
                                "parameter": .string($0.parameter), "name": .string($0.name), "key": .string($0.key),
                            ]
                        })
                ]
            ])
    }
}
