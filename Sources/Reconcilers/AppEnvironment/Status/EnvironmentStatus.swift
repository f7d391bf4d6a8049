internal import KubeAPI

// The status as a pure function of what was observed.
extension EnvironmentObservation {
    /// What the environment's status says; `StatusWriter` adds generation and times.
    package var status: AppEnvironment.Status {
        var status = AppEnvironment.Status()
        let annotations = environment.environment.metadata.annotations
        status.lastHandledReconcileAt = annotations?[AnnotationKey.requestedAt]?.cut(to: 256)
        status.namespace = environment.namespace
        status.defaultsVersion = environment.defaultsVersion
        status.componentsReady = "\(components.count { $0.finding == nil })/\(components.count)"
        let urls = environment.urls(without: Set(dependencies?.lostHosts.keys.map(\.self) ?? []))
        status.urls = urls.isEmpty ? nil : urls
        status.specChange = specChange
        status.expiresAt = expiresAt
        status.components = components.map(\.status)
        status.quota = quota.map {
            AppEnvironment.QuotaStatus(
                used: $0.used.isEmpty ? nil : $0.used, required: $0.required,
                shortfall: $0.shortfall.isEmpty ? nil : $0.shortfall)
        }
        status.adoption = adoption.isEmpty ? nil : adoption
        status.adoptedClaims = adoptedClaims.isEmpty ? nil : adoptedClaims
        status.inventory = inventory.listed(for: AppEnvironment.self)
        status.conditions = conditions
        return status
    }

    /// The conditions beside `Ready`, in the order of their weight: what stands first is told first.
    private static let sections: [@Sendable (EnvironmentObservation, inout Conditions) -> Void] = [
        addNamespace, addQuota, addSecrets, addServices, addComponents, addScaling, addNetwork, addIngress,
        addObservability,
    ]

    private var conditions: [Condition] {
        var conditions = Conditions()
        conditions.remark = inventory.omission(for: AppEnvironment.self)
        for section in Self.sections { section(self, &conditions) }
        for finding in [
            childFailed, priorityFinding, pruneFailed, environment.spec.suspend ? Finding.heldBack(heldBack) : nil,
        ]
        .compactMap(\.self) {
            conditions.block(finding)
        }
        if conditions.blocker == nil, !environment.spec.suspend, let unclosed { conditions.block(unclosed) }
        // Said whatever else is wrong: the status is what its event is emitted by, once.
        if let expiring { conditions.blockAlone(expiring) }
        return conditions.assembled(
            ready: environment.spec.suspend ? (.suspended, "suspended; \(summary)") : (.ready, summary))
    }

    var summary: String {
        "\(components.count { $0.finding == nil }) of \(components.count.counted("component")) ready"
    }

    private var childFailed: Finding? { failures.mostPressing?.finding }

    /// What is left to be done once the components stand, where something was there before.
    private var unclosed: Finding? {
        if let component = openServices.first {
            return Finding(
                .rollingOut,
                "a Service of component \(component) selects the pods of before, too, until the component's are available",
                .wait)
        }
        guard !isEnforced else { return nil }
        return Finding(
            .namespaceOpen,
            """
            the components stand; quota, LimitRange, Pod Security level and default-deny of namespace \(environment.namespace) are \
            written once pods that were told to end have ended
            """, .wait)
    }

    private var expiring: Finding? {
        guard isExpiring, let expiresAt else { return nil }
        return Finding(
            .expired,
            "its time was up at \(expiresAt.rfc3339): it is deleted in a few minutes; change its spec to keep it", .wait
        )
    }
}

extension ComponentObservation {
    fileprivate var status: AppEnvironment.ComponentStatus {
        AppEnvironment.ComponentStatus(
            name: component.name, image: component.image.cut(to: 512),
            desired: component.runsToItsEnd ? nil : desired, ready: component.runsToItsEnd ? nil : ready,
            configHash: component.configHash, message: finding?.message.cut(to: 4096))
    }
}
