internal import KubeAPI

extension BackupPolicy {
    /// Velero adds the time of a backup to the name.
    func veleroScheduleName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", source, limit: 48)
    }

    /// Velero's own plan of a source.
    func veleroSchedule(for source: Source) throws -> DesiredChild? {
        guard let velero = source.velero else { return nil }
        let isUTC = ["Etc/UTC", "UTC"].contains(spec.timeZone)
        return try DesiredChild(
            .veleroSchedule, of: self, named: veleroScheduleName(source.name), part: source.name,
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
