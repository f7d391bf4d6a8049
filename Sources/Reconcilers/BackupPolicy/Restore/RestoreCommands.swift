internal import KubeAPI

/// The commands of a restore, step by step. Credentials are files of a folder of their own; no value of them is printed.
struct RestoreCommands {
    typealias Step = RestorePlan.Step

    let policy: BackupPolicy
    let source: BackupPolicy.Source
    let destination: BackupPolicy.Destination
    let artifact: String

    private var namespace: String { policy.metadata.namespace ?? "" }
    private var folder: String { "credentials/\(destination.name)" }

    /// The keys of the destination's Secret as files: from the cluster while it is there, else from where they are kept.
    var credentials: Step {
        let secret = destination.credentialsSecretRef.name
        return Step(
            title: "Credentials of \(destination.name), as files that only you can read",
            lines: [
                "umask 077",
                "mkdir -p \(folder)",
                "# Without the cluster: put the keys of Secret \(secret) there from where you keep them, one file each.",
                "kubectl get secret -n \(namespace) \(secret) -o go-template='{{range $key, $value := .data}}{{$key}}{{\"\\n\"}}{{end}}' |",
                "    while read -r key; do",
                "        kubectl get secret -n \(namespace) \(secret) -o go-template=\"{{index .data \\\"$key\\\"}}\" | base64 -d >\"\(folder)/$key\"",
                "    done",
            ])
    }

    var fetch: Step {
        Step(title: "Fetch the artifact \(artifact) of \(source.name) from \(destination.name)", lines: fetchLines)
    }

    private var fetchLines: [String] {
        let plan = policy.destinationPlan(for: destination)
        let remote = plan.environment.first { $0.0 == "QM_REMOTE" }.map { "\($0.1)/\(source.name)" } ?? ""
        if let restic = destination.restic { return fetch(restic) }
        if let borg = destination.borg { return fetch(borg) }
        var lines = ["[ ! -f \(folder)/ca.crt ] || export RCLONE_CA_CERT=\(folder)/ca.crt"]
        if let s3 = destination.s3 {
            lines += [
                "export RCLONE_CONFIG=/dev/null RCLONE_CONFIG_TARGET_TYPE=s3 RCLONE_CONFIG_TARGET_PROVIDER=Other",
                "export RCLONE_CONFIG_TARGET_ENDPOINT=\(s3.endpoint.shellQuoted)",
                "export RCLONE_CONFIG_TARGET_REGION=\(s3.region.shellQuoted) RCLONE_CONFIG_TARGET_FORCE_PATH_STYLE=\(s3.forcePathStyle)",
                "RCLONE_CONFIG_TARGET_ACCESS_KEY_ID=$(cat \(folder)/AWS_ACCESS_KEY_ID)",
                "RCLONE_CONFIG_TARGET_SECRET_ACCESS_KEY=$(cat \(folder)/AWS_SECRET_ACCESS_KEY)",
                "export RCLONE_CONFIG_TARGET_ACCESS_KEY_ID RCLONE_CONFIG_TARGET_SECRET_ACCESS_KEY",
            ]
        } else {
            lines.append("export RCLONE_CONFIG=\(folder)/rclone.conf")
        }
        return lines + [
            "# Only what is listed here is whole:",
            "rclone lsf --files-only --include '*.json' \(remote.shellQuoted)",
            "rclone copy \("\(remote)/\(artifact)".shellQuoted) artifact",
        ]
    }

    private func fetch(_ restic: BackupPolicy.Restic) -> [String] {
        let selection = "--host \(namespace).\(policy.metadata.name ?? "") --tag source=\(source.name)"
        return [
            "for file in \(folder)/[A-Z]*; do export \"${file##*/}=$(cat \"$file\")\"; done",
            "[ ! -f \(folder)/ca.crt ] || export RESTIC_CACERT=\(folder)/ca.crt",
            "export RESTIC_REPOSITORY=\(restic.repository.shellQuoted)",
            "restic snapshots \(selection)",
            "restic restore latest \(selection),at=\(artifact) --target restored",
            "mv \"$(dirname \"$(find restored -name SHA256SUMS)\")\" artifact",
        ]
    }

    private func fetch(_ borg: BackupPolicy.Borg) -> [String] {
        let series = "\(namespace).\(policy.metadata.name ?? "").\(source.name)@"
        let path = borg.remotePath.map { " BORG_REMOTE_PATH=\($0.shellQuoted)" } ?? ""
        return [
            "export BORG_REPO=\(borg.repository.shellQuoted)\(path)",
            "export BORG_PASSCOMMAND=\"cat $PWD/\(folder)/BORG_PASSPHRASE\"",
            "export BORG_RSH=\"ssh -i $PWD/\(folder)/ssh-privatekey -o IdentitiesOnly=yes -o UserKnownHostsFile=$PWD/\(folder)/known_hosts\"",
            "borg list --glob-archives '\(series)*'",
            "mkdir artifact && (cd artifact && borg extract \("::\(series)\(artifact)".shellQuoted))",
        ]
    }

    var check: Step {
        Step(
            title: "See that it is what was saved",
            lines: ["(cd artifact && sha256sum --check SHA256SUMS)"])
    }

    var restore: [Step] {
        if let postgres = source.postgres { return restore(postgres) }
        if let volume = source.pvc { return restore(volume) }
        if let etcd = source.etcd { return restore(etcd) }
        return restoreManifests
    }

    private func restore(_ postgres: BackupPolicy.Postgres) -> [Step] {
        let connection = Step(
            title: "Name the server to restore to: not older than the one that was dumped, and a superuser of it",
            lines: [
                "export PGHOST=\(postgres.host.shellQuoted) PGPORT=\(postgres.port) PGUSER=postgres",
                "# PGPASSFILE=FILE with a line host:port:*:user:password, or psql asks.",
            ])
        let roles = Step(
            title: "Roles and tablespaces; \"already exists\" does no harm",
            lines: ["psql -X -d postgres -f artifact/globals.sql"])
        let databases = Step(
            title: "The databases; they must not be there yet",
            lines: [
                "for dump in artifact/*.dump; do",
                "    database=$(basename \"$dump\" .dump)",
                "    createdb -- \"$database\"",
                "    pg_restore -d \"$database\" --exit-on-error --jobs 4 \"$dump\"",
                "    psql -X -d \"$database\" -c ANALYZE",
                "done",
                "# Count the rows of the tables that matter before anything writes to them.",
            ])
        return [connection] + (postgres.globals ? [roles] : []) + [databases]
    }

    private func restore(_ volume: BackupPolicy.Volume) -> [Step] {
        let pod = "restore-\(source.name)"
        return [
            Step(
                title: "Stop what mounts the claim \(volume.claimName)",
                lines: [
                    "kubectl get pods -n \(namespace) -o custom-columns=POD:.metadata.name,CLAIMS:.spec.volumes[*].persistentVolumeClaim.claimName",
                    "# kubectl scale -n \(namespace) --replicas 0 KIND/NAME, for each that has it",
                ]),
            Step(
                title: "A pod that mounts it",
                lines: [
                    "kubectl apply -n \(namespace) -f - <<'POD'",
                    "apiVersion: v1",
                    "kind: Pod",
                    "metadata: {name: \(pod)}",
                    "spec:",
                    "  restartPolicy: Never",
                    "  containers:",
                    "    - name: restore",
                    "      image: \(policy.spec.podTemplate.images.tar)",
                    "      command: [sleep, infinity]",
                    "      volumeMounts: [{name: data, mountPath: /data}]",
                    "  volumes: [{name: data, persistentVolumeClaim: {claimName: \(volume.claimName)}}]",
                    "POD",
                    "kubectl wait -n \(namespace) --for=condition=Ready --timeout=5m pod/\(pod)",
                ]),
            Step(
                title: "Unpack; files of the same name are replaced, others stay",
                lines: [
                    "kubectl exec -i -n \(namespace) \(pod) -- tar --extract --file - --directory /data --numeric-owner --acls --xattrs --same-permissions <artifact/data.tar",
                    "kubectl delete pod -n \(namespace) \(pod)",
                ]),
        ]
    }

    private var restoreManifests: [Step] {
        // With namespaces of its own the artifact has a folder for each of them.
        let given = source.manifests?.namespaces ?? []
        let namespaces = given.isEmpty ? [namespace] : given
        func folder(_ namespace: String) -> String { given.isEmpty ? "artifact" : "artifact/\(namespace)" }
        let first =
            "secrets configmaps serviceaccounts roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io "
            + "persistentvolumeclaims services"
        return [
            Step(
                title: "Take out what belongs to the old cluster",
                lines: [
                    "# In Services: spec.clusterIP and clusterIPs. In claims: spec.volumeName and the annotations",
                    "# pv.kubernetes.io/*. Anywhere: metadata.ownerReferences whose owner is not there yet.",
                    "ls artifact",
                ]),
            Step(
                title: "What others need, custom resource definitions and operators before it",
                lines: namespaces.flatMap { namespace in
                    let file = "\(folder(namespace))/$kind.yaml"
                    return [
                        "kubectl create namespace \(namespace)",
                        "for kind in \(first); do",
                        "    [ ! -f \(file) ] || kubectl apply --server-side -n \(namespace) -f \(file)",
                        "done",
                    ]
                }),
            Step(
                title: "Fill volumes and databases now, then the rest",
                lines: namespaces.map { "kubectl apply --server-side -n \($0) -f \(folder($0))" }),
        ]
    }
}

extension String {
    /// As one word of a shell.
    var shellQuoted: String {
        let plain = unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || "-_./:@%+,=".unicodeScalars.contains($0)
        }
        return plain && !isEmpty ? self : "'\(replacing("'", with: #"'\''"#))'"
    }
}
