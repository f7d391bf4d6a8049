internal import KubeAPI

/// What one kind of source or destination needs of its container.
struct ContainerPlan {
    /// What the agent is to do.
    var verb: String
    /// Nothing of it is secret.
    var environment: [(String, String)]
    var mounts: [JSONValue] = []
    var volumes: [JSONValue] = []
}

extension ResolvedPolicy {
    func sourcePlan(for source: BackupPolicy.Source) -> ContainerPlan {
        if let postgres = source.postgres { return plan(for: postgres) }
        if let pvc = source.pvc { return plan(for: pvc) }
        if let etcd = source.etcd { return plan(for: etcd, of: source) }
        return plan(for: source.manifests ?? BackupPolicy.Manifests(includeSecrets: false))
    }

    private func plan(for postgres: BackupPolicy.Postgres) -> ContainerPlan {
        let secret = postgres.credentialsSecretRef.name
        return ContainerPlan(
            verb: "source-postgres",
            environment: [
                ("QM_SECRET", secret), ("QM_PG_HOST", postgres.host), ("QM_PG_PORT", String(postgres.port)),
                ("QM_PG_SSLMODE", postgres.sslMode.rawValue),
                ("QM_PG_DATABASES", (postgres.databases ?? []).joined(separator: "\n")),
                ("QM_PG_GLOBALS", String(postgres.globals)),
            ],
            mounts: [.mount("source", at: "/credentials", isReadOnly: true)],
            volumes: [.secretVolume("source", secret)])
    }

    private func plan(for volume: BackupPolicy.Volume) -> ContainerPlan {
        ContainerPlan(
            verb: "source-pvc",
            environment: [
                ("QM_DATA", "/data"), ("QM_PATHS", (volume.paths ?? []).joined(separator: "\n")),
                ("QM_EXCLUDES", (volume.excludes ?? []).joined(separator: "\n")),
                ("QM_CHANGING", (volume.changing ?? []).joined(separator: "\n")),
            ],
            mounts: [.mount("source", at: "/data", isReadOnly: true)],
            volumes: [
                [
                    "name": "source",
                    "persistentVolumeClaim": ["claimName": .string(volume.claimName), "readOnly": true],
                ]
            ])
    }

    /// Its container, and no other of the pod, gets a token.
    private func plan(for manifests: BackupPolicy.Manifests) -> ContainerPlan {
        ContainerPlan(
            verb: "source-manifests",
            environment: [
                ("QM_NAMESPACES", (manifests.namespaces ?? []).joined(separator: "\n")),
                ("QM_INCLUDE_KINDS", (manifests.includeKinds ?? []).joined(separator: "\n")),
                ("QM_EXCLUDE_KINDS", (manifests.excludeKinds ?? []).joined(separator: "\n")),
                ("QM_INCLUDE_SECRETS", String(manifests.includeSecrets)),
            ],
            mounts: [.tokenMount])
    }

    /// The folders of the server are only read: it is the server itself that writes the snapshot. The program is the
    /// server's own, so that its version is always right.
    ///
    /// Source: K3s, cmd/k3s/main.go, `extract`: the program is unpacked into `data/<hash>`, to which `data/current` leads by
    /// its absolute path; so the folder is mounted where it is on the node.
    private func plan(for etcd: BackupPolicy.Etcd, of source: BackupPolicy.Source) -> ContainerPlan {
        let folder = "/var/lib/rancher/k3s"
        let (server, programs) = ("\(folder)/server", "\(folder)/data")
        let series = ChildName.stableHash("\(namespace)/\(name)/\(source.name)")
        return ContainerPlan(
            verb: "source-etcd",
            environment: [
                ("QM_K3S", server), ("QM_SNAPSHOTS", "\(server)/db/snapshots"),
                ("QM_K3S_PROGRAM", "\(programs)/current/bin/k3s"),
                // The server prunes whatever begins with the name: by the hash no series is the beginning of another.
                ("QM_SNAPSHOT_NAME", "\(ChildName.joined(name, source.name))-\(series)"),
                ("QM_ETCD_COMPRESS", String(etcd.compress)), ("QM_ETCD_TOKEN", String(etcd.includeToken)),
                ("QM_ETCD_MANIFESTS", String(etcd.includeServerManifests)),
            ],
            mounts: [
                .mount("source", at: server, isReadOnly: true), .mount("programs", at: programs, isReadOnly: true),
            ],
            volumes: [("source", server), ("programs", programs)].map { name, path in
                ["name": .string(name), "hostPath": ["path": .string(path), "type": "Directory"]]
            })
    }

    /// - Parameter verb: what the agent is to do there.
    func destinationPlan(for destination: PolicyDestination, _ verb: String) -> ContainerPlan {
        ContainerPlan(
            verb: verb,
            environment: [("QM_DESTINATION", destination.name)] + destination.place
                + (destination.spec.takeOverFrom.map { [("QM_TAKE_OVER_FROM", $0)] } ?? []))
    }
}
