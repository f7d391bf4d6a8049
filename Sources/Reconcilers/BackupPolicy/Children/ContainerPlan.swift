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

extension BackupPolicy {
    func sourcePlan(for source: Source) -> ContainerPlan {
        if let postgres = source.postgres { return plan(for: postgres) }
        if let pvc = source.pvc { return plan(for: pvc) }
        if let etcd = source.etcd { return plan(for: etcd, of: source) }
        return plan(for: source.manifests ?? Manifests(includeSecrets: false))
    }

    private func plan(for postgres: Postgres) -> ContainerPlan {
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

    private func plan(for volume: Volume) -> ContainerPlan {
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
    private func plan(for manifests: Manifests) -> ContainerPlan {
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
    private func plan(for etcd: Etcd, of source: Source) -> ContainerPlan {
        let folder = "/var/lib/rancher/k3s"
        let (server, programs) = ("\(folder)/server", "\(folder)/data")
        let series = ChildName.stableHash("\(metadata.namespace ?? "")/\(metadata.name ?? "")/\(source.name)")
        return ContainerPlan(
            verb: "source-etcd",
            environment: [
                ("QM_K3S", server), ("QM_SNAPSHOTS", "\(server)/db/snapshots"),
                ("QM_K3S_PROGRAM", "\(programs)/current/bin/k3s"),
                // The server prunes whatever begins with the name: by the hash no series is the beginning of another.
                ("QM_SNAPSHOT_NAME", "\(ChildName.joined(metadata.name ?? "", source.name))-\(series)"),
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
    func destinationPlan(for destination: Destination, _ verb: String) -> ContainerPlan {
        ContainerPlan(
            verb: verb,
            environment: [("QM_DESTINATION", destination.name)] + place(of: destination)
                + (destination.takeOverFrom.map { [("QM_TAKE_OVER_FROM", $0)] } ?? []))
    }

    /// Where the destination is.
    func place(of destination: Destination) -> [(String, String)] {
        if let restic = destination.restic {
            return [("QM_KIND", "restic"), ("QM_REPOSITORY", restic.repository)]
        }
        if let borg = destination.borg {
            return [
                ("QM_KIND", "borg"), ("QM_REPOSITORY", borg.repository), ("QM_REMOTE_PATH", borg.remotePath ?? ""),
            ]
        }
        if let rclone = destination.rclone {
            return [("QM_KIND", "rclone"), ("QM_REMOTE", "\(rclone.remote):\(folder(rclone.path))")]
        }
        guard let s3 = destination.s3 else { preconditionFailure("a destination without a kind passed validation") }
        return [
            ("QM_KIND", "s3"), ("QM_REMOTE", "TARGET:\(folder("\(s3.bucket)/\(s3.prefix ?? "")"))"),
            ("QM_S3_ENDPOINT", s3.endpoint), ("QM_S3_REGION", s3.region),
            ("QM_S3_PATH_STYLE", String(s3.forcePathStyle)),
        ]
    }

    /// A folder of this policy alone; the agent puts those of the sources into it.
    private func folder(_ base: String) -> String {
        var base = Substring(base)
        while base.last == "/" { base.removeLast() }
        let own = "\(metadata.namespace ?? "").\(metadata.name ?? "")"
        return base.isEmpty ? own : "\(base)/\(own)"
    }
}
