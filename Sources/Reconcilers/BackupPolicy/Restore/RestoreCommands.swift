internal import KubeAPI

/// The commands of a restore, step by step. Credentials are files of a folder of their own; no value of them is printed.
struct RestoreCommands {
    typealias Step = RestorePlan.Step

    let policy: BackupPolicy
    let source: BackupPolicy.Source
    let destination: BackupPolicy.Destination
    let artifact: String

    var namespace: String { policy.metadata.namespace ?? "" }
    private var credentialsFolder: String { "credentials/\(destination.name)" }
    /// Where the files of the artifact go: another folder for each, so that none of before is taken for this one.
    var folder: String { "\(source.name)-\(artifact)" }

    /// The keys of the destination's Secret as files: from the cluster while it is there, else from where they are kept.
    var credentials: Step {
        let secret = destination.credentialsSecretRef.name
        return Step(
            title: "Credentials of \(destination.name), as files that only you can read",
            lines: [
                "umask 077",
                "mkdir -p \(credentialsFolder)",
                "# Without the cluster: leave out what follows, and put the keys of Secret \(secret) there from where you keep",
                "# them, one file each.",
                "kubectl get secret -n \(namespace) \(secret) -o go-template='{{range $key, $value := .data}}{{$key}}{{\"\\n\"}}{{end}}' |",
                "    while read -r key; do",
                "        kubectl get secret -n \(namespace) \(secret) -o go-template=\"{{index .data \\\"$key\\\"}}\" | base64 -d >\"\(credentialsFolder)/$key\"",
                "    done",
            ])
    }

    var fetch: Step {
        Step(title: "Fetch the artifact \(artifact) of \(source.name) from \(destination.name)", lines: fetchLines)
    }

    private var fetchLines: [String] {
        if let restic = destination.restic { return fetch(restic) }
        if let borg = destination.borg { return fetch(borg) }
        let place = policy.place(of: destination).first { $0.0 == "QM_REMOTE" }?.1 ?? ""
        let remote = "\(place)/\(source.name)"
        var lines = ["[ ! -f \(credentialsFolder)/ca.crt ] || export RCLONE_CA_CERT=\(credentialsFolder)/ca.crt"]
        if let s3 = destination.s3 {
            lines += [
                "export RCLONE_CONFIG=/dev/null RCLONE_CONFIG_TARGET_TYPE=s3 RCLONE_CONFIG_TARGET_PROVIDER=Other",
                "export RCLONE_CONFIG_TARGET_ENDPOINT=\(s3.endpoint.shellQuoted)",
                "export RCLONE_CONFIG_TARGET_REGION=\(s3.region.shellQuoted) RCLONE_CONFIG_TARGET_FORCE_PATH_STYLE=\(s3.forcePathStyle)",
                "export \"RCLONE_CONFIG_TARGET_ACCESS_KEY_ID=\(value("AWS_ACCESS_KEY_ID"))\"",
                "export \"RCLONE_CONFIG_TARGET_SECRET_ACCESS_KEY=\(value("AWS_SECRET_ACCESS_KEY"))\"",
                "[ ! -f \(credentialsFolder)/AWS_SESSION_TOKEN ] || export \"RCLONE_CONFIG_TARGET_SESSION_TOKEN=\(value("AWS_SESSION_TOKEN"))\"",
            ]
        } else {
            lines.append("export RCLONE_CONFIG=\(credentialsFolder)/rclone.conf")
        }
        return lines + [
            "# Only what is listed here is whole:",
            "rclone lsf --files-only --include '*.json' \(remote.shellQuoted)",
            "mkdir \(folder) && rclone copy \("\(remote)/\(artifact)".shellQuoted) \(folder)",
        ]
    }

    /// The value of a key as the pods take it: line ends at its end are no part of it.
    private func value(_ key: String) -> String { "$(tr -d '\\r' <\(credentialsFolder)/\(key))" }

    private func fetch(_ restic: BackupPolicy.Restic) -> [String] {
        let selection = "--host \(namespace).\(policy.metadata.name ?? "") --tag source=\(source.name)"
        return [
            "for file in \(credentialsFolder)/[A-Z]*; do",
            "    case ${file##*/} in",
            "        # restic leaves out blanks and line ends around what is in a file, as it does in the pods.",
            "        RESTIC_PASSWORD) export \"RESTIC_PASSWORD_FILE=$PWD/$file\" ;;",
            "        *) export \"${file##*/}=$(tr -d '\\r' <\"$file\")\" ;;",
            "    esac",
            "done",
            "# Of Google the content is in the Secret or the name of a file; restic wants the name.",
            "[ ! -f \(credentialsFolder)/GOOGLE_APPLICATION_CREDENTIALS ] || export \"GOOGLE_APPLICATION_CREDENTIALS=$PWD/\(credentialsFolder)/GOOGLE_APPLICATION_CREDENTIALS\"",
            "[ ! -f \(credentialsFolder)/ca.crt ] || export RESTIC_CACERT=\(credentialsFolder)/ca.crt",
            "export RESTIC_REPOSITORY=\(restic.repository.shellQuoted)",
            "restic snapshots \(selection)",
            "restic restore latest \(selection),at=\(artifact) --target \(folder).restic",
            "# restic keeps the folders above the files:",
            "mkdir \(folder) && mv \"$(dirname \"$(find \(folder).restic -name SHA256SUMS)\")\"/* \(folder)",
        ]
    }

    private func fetch(_ borg: BackupPolicy.Borg) -> [String] {
        let series = "\(namespace).\(policy.metadata.name ?? "").\(source.name)@"
        let path = borg.remotePath.map { " BORG_REMOTE_PATH=\($0.shellQuoted)" } ?? ""
        let usesSSH = !borg.repository.hasPrefix("/")
        return [
            "export BORG_REPO=\(borg.repository.shellQuoted)\(path)",
            "export \"BORG_PASSPHRASE=\(value("BORG_PASSPHRASE"))\"",
        ]
            + (usesSSH
                ? [
                    "# ssh wants a line end after the key, and its options take no blanks: so the keys go to a folder without any.",
                    "keys=$(mktemp -d /tmp/restore.XXXXXX)",
                    "for key in ssh-privatekey known_hosts; do { tr -d '\\r' <\(credentialsFolder)/$key; echo; } >$keys/$key; done",
                    "export BORG_RSH=\"ssh -i $keys/ssh-privatekey -o IdentitiesOnly=yes -o UserKnownHostsFile=$keys/known_hosts\"",
                ] : [])
            + [
                "borg list --glob-archives '\(series)*'",
                "mkdir \(folder) && (cd \(folder) && borg extract \("::\(series)\(artifact)".shellQuoted))",
            ] + (usesSSH ? ["rm -r $keys"] : [])
    }

    var check: Step {
        Step(
            title: "See that it is what was saved",
            lines: ["(cd \(folder) && sha256sum --check SHA256SUMS)"])
    }

    var restore: [Step] {
        if let postgres = source.postgres { return restore(postgres) }
        if let volume = source.pvc { return restore(volume) }
        if let etcd = source.etcd { return restore(etcd) }
        return restoreManifests
    }

    private func restore(_ postgres: BackupPolicy.Postgres) -> [Step] {
        let connection = Step(
            title: "Name the server to restore to: of the same major version or a newer one, and a superuser of it",
            lines: [
                "export PGHOST=\(postgres.host.shellQuoted) PGPORT=\(postgres.port) PGUSER=postgres",
                "# The password as a line HOST:PORT:*:postgres:PASSWORD of this file; without it every program asks.",
                "export PGPASSFILE=\"$PWD/pgpass\"",
            ])
        // The password of whoever restores must not change before the end.
        let roles = Step(
            title: "Roles and tablespaces, without passwords; \"already exists\" does no harm",
            lines: [
                "grep '^CREATE TABLESPACE' \(folder)/globals.sql || true  # of each: an empty folder of the server's user, on its host",
                "sed \"s/ PASSWORD '[^']*'//\" \(folder)/globals.sql >\(folder).roles.sql",
                "psql -X -d template1 -f \(folder).roles.sql",
            ])
        let options = postgres.globals ? "--create" : "--create --no-owner --no-privileges"
        let databases = Step(
            title:
                "The databases, as they were: owner, rights, settings, encoding. They must not be there yet: dropdb NAME",
            lines: [
                "failed=",
                "for dump in \(folder)/*.dump; do",
                "    options=\(options.shellQuoted)",
                "    # Every server has this one: it is dropped and made anew.",
                "    [ \"${dump##*/}\" != postgres.dump ] || options=\"$options --clean --if-exists\"",
                "    pg_restore -d template1 $options --exit-on-error --jobs 4 \"./$dump\" || failed=\"$failed $dump\"",
                "done",
                "[ -z \"$failed\" ] || (echo \"NOT RESTORED:$failed\" >&2; exit 1)",
                "vacuumdb --all --analyze-only",
                "# Count the rows of the tables that matter before anything writes to them.",
            ])
        let passwords = Step(
            title: "The passwords of the roles, yours too",
            lines: [
                "[ ! -f \(folder)/passwords.sql ] || psql -X -d template1 -v ON_ERROR_STOP=1 -f \(folder)/passwords.sql",
                "# In artifacts of former versions they are in globals.sql:",
                "! grep -q \" PASSWORD '\" \(folder)/globals.sql || psql -X -d template1 -f \(folder)/globals.sql",
            ])
        return [connection] + (postgres.globals ? [roles, databases, passwords] : [databases])
    }

    private var restoreManifests: [Step] {
        // With namespaces of its own the artifact has a folder for each of them.
        let given = source.manifests?.namespaces ?? []
        let namespaces = given.isEmpty ? [namespace] : given
        func files(_ namespace: String) -> String { given.isEmpty ? folder : "\(folder)/\(namespace)" }
        let first =
            "secrets configmaps serviceaccounts roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io "
            + "persistentvolumeclaims services"
        return [
            Step(
                title: "Take out what belongs to the old cluster",
                lines: [
                    "# In Services: spec.clusterIP and clusterIPs. In claims: spec.volumeName and the annotations",
                    "# pv.kubernetes.io/*. In artifacts of former versions metadata.ownerReferences too: their owners have other UIDs",
                    "# here, and what names them is collected. For each file F:",
                    "# kubectl patch --local -f F --type merge -p '{\"metadata\":{\"ownerReferences\":null}}' -o json >F.json",
                    "ls \(folder)",
                ]),
            Step(
                title: "What others need, custom resource definitions and operators before it",
                lines: [
                    "# The namespace of an environment: apply the environment first, which makes the namespace and its own objects. Of the",
                    "# artifact it wants the rest alone: leave out these lines, and add -l '!\(LabelKey.appEnvironment)'",
                    "# to the last line of the next step.",
                ]
                    + namespaces.flatMap { namespace in
                        let file = "\(files(namespace))/$kind.yaml"
                        return [
                            "kubectl get namespace \(namespace) >/dev/null 2>&1 || kubectl create namespace \(namespace)",
                            "for kind in \(first); do",
                            "    [ ! -f \(file) ] || kubectl apply --server-side -n \(namespace) -f \(file)",
                            "done",
                        ]
                    }),
            Step(
                title: "Fill volumes and databases now, then the rest",
                lines: namespaces.flatMap { namespace in
                    let policies = "\(files(namespace))/backuppolicies.quartermaster.dev.yaml"
                    return [
                        "# BackupPolicies come last, suspended: docs/guides/restore.md says how.",
                        "[ ! -f \(policies) ] || mv \(policies) \(folder).\(namespace).backuppolicies.yaml",
                        "kubectl apply --server-side -n \(namespace) -f \(files(namespace))",
                    ]
                }),
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
