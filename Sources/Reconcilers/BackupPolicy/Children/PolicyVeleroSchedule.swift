internal import KubeAPI

extension ResolvedPolicy {
    func veleroSchedules() throws -> [DesiredChild] { try sources.compactMap(veleroSchedule) }

    /// Velero's own plan of a source.
    private func veleroSchedule(for source: BackupPolicy.Source) throws -> DesiredChild? {
        guard let velero = source.velero else { return nil }
        let isUTC = ["Etc/UTC", "UTC"].contains(spec.timeZone)
        return try DesiredChild(
            .veleroSchedule, of: policy, named: policy.veleroScheduleName(source.name), part: source.name,
            [
                "spec": [
                    "schedule": .string(isUTC ? spec.schedule : "CRON_TZ=\(spec.timeZone) \(spec.schedule)"),
                    "paused": .bool(spec.suspend),
                    "template": .compact([
                        "includedNamespaces": .array((velero.includedNamespaces ?? ["*"]).map(JSONValue.string)),
                        "excludedResources": velero.excludedResources.map { .array($0.map(JSONValue.string)) },
                        "storageLocation": velero.storageLocation.map(JSONValue.string),
                        "ttl": .string(velero.ttl),
                    ]),
                ]
            ])
    }
}
