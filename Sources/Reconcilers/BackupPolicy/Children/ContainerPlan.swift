internal import KubeAPI

/// What one kind of source or destination needs of its container.
struct ContainerPlan {
    var image: String
    /// A file of `scripts/backup`.
    var script: String
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
            image: image(for: postgres),
            script: "source-postgres.sh",
            environment: [
                ("QM_SECRET", secret), ("QM_PG_HOST", postgres.host), ("QM_PG_PORT", String(postgres.port)),
                ("QM_PG_SSLMODE", postgres.sslMode),
                ("QM_PG_DATABASES", (postgres.databases ?? []).joined(separator: "\n")),
                ("QM_PG_GLOBALS", String(postgres.globals)),
            ],
            mounts: [.mount("source", at: "/credentials", isReadOnly: true)],
            volumes: [.secretVolume("source", secret)])
    }

    func image(for postgres: Postgres) -> String {
        spec.podTemplate.images.postgres ?? "docker.io/library/postgres:\(postgres.majorVersion)"
    }

    private func plan(for volume: Volume) -> ContainerPlan {
        ContainerPlan(
            image: spec.podTemplate.images.tar, script: "source-pvc.sh",
            environment: [
                ("QM_DATA", "/data"), ("QM_PATHS", (volume.paths ?? []).joined(separator: "\n")),
                ("QM_EXCLUDES", (volume.excludes ?? []).joined(separator: "\n")),
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
            image: spec.podTemplate.images.kubectl, script: "source-manifests.sh",
            environment: [
                ("QM_NAMESPACES", (manifests.namespaces ?? []).joined(separator: "\n")),
                ("QM_INCLUDE_KINDS", (manifests.includeKinds ?? []).joined(separator: "\n")),
                ("QM_EXCLUDE_KINDS", (manifests.excludeKinds ?? []).joined(separator: "\n")),
                ("QM_INCLUDE_SECRETS", String(manifests.includeSecrets)),
            ],
            mounts: [.tokenMount])
    }

    /// The folder of the server is only read: it is the server itself that writes the snapshot.
    private func plan(for etcd: Etcd, of source: Source) -> ContainerPlan {
        let server = "/var/lib/rancher/k3s/server"
        let snapshots = "\(server)/db/snapshots"
        let series = ChildName.stableHash("\(metadata.namespace ?? "")/\(metadata.name ?? "")/\(source.name)")
        return ContainerPlan(
            image: spec.podTemplate.images.k3s, script: "source-etcd.sh",
            environment: [
                ("QM_K3S", server), ("QM_SNAPSHOTS", snapshots),
                // The server prunes whatever begins with the name: by the hash no series is the beginning of another.
                ("QM_SNAPSHOT_NAME", "\(ChildName.joined(metadata.name ?? "", source.name))-\(series)"),
                ("QM_ETCD_COMPRESS", String(etcd.compress)), ("QM_ETCD_TOKEN", String(etcd.includeToken)),
                ("QM_ETCD_MANIFESTS", String(etcd.includeServerManifests)),
            ],
            mounts: [.mount("source", at: server, isReadOnly: true)],
            volumes: [["name": "source", "hostPath": ["path": .string(server), "type": "Directory"]]])
    }

    func destinationPlan(for destination: Destination) -> ContainerPlan {
        let images = spec.podTemplate.images
        if let restic = destination.restic {
            return ContainerPlan(
                image: images.restic, script: "destination-restic.sh",
                environment: [("QM_REPOSITORY", restic.repository)])
        }
        if let borg = destination.borg {
            return ContainerPlan(
                image: images.borg, script: "destination-borg.sh",
                environment: [("QM_REPOSITORY", borg.repository), ("QM_REMOTE_PATH", borg.remotePath ?? "")])
        }
        if let rclone = destination.rclone {
            return ContainerPlan(
                image: images.rclone, script: "destination-objects.sh",
                environment: [
                    ("QM_KIND", "rclone"), ("QM_LOCK_SECONDS", String(lockSeconds)),
                    ("QM_REMOTE", "\(rclone.remote):\(folder(rclone.path))"),
                ])
        }
        guard let s3 = destination.s3 else { preconditionFailure("a destination without a kind passed validation") }
        return ContainerPlan(
            image: images.rclone, script: "destination-objects.sh",
            environment: [
                ("QM_KIND", "s3"), ("QM_LOCK_SECONDS", String(lockSeconds)),
                ("QM_REMOTE", "TARGET:\(folder("\(s3.bucket)/\(s3.prefix ?? "")"))"),
                ("QM_S3_ENDPOINT", s3.endpoint), ("QM_S3_REGION", s3.region),
                ("QM_S3_PATH_STYLE", String(s3.forcePathStyle)),
            ])
    }

    /// No run is alive any more after that.
    private var lockSeconds: Int { spec.activeDeadlineSeconds + 600 }

    /// A folder of this policy alone; the scripts put those of the sources into it.
    private func folder(_ base: String) -> String {
        var base = Substring(base)
        while base.last == "/" { base.removeLast() }
        let own = "\(metadata.namespace ?? "").\(metadata.name ?? "")"
        return base.isEmpty ? own : "\(base)/\(own)"
    }
}
