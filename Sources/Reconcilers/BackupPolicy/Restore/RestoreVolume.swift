internal import KubeAPI

// A volume is filled by a pod that mounts it, while nothing else does.
extension RestoreCommands {
    func restore(_ volume: BackupPolicy.Volume) -> [Step] {
        [
            stop(volume.claimName),
            Step(title: "A pod that mounts it", lines: relaxed + manifest(volume.claimName)),
            Step(
                title: "Unpack; files of the same name are replaced, others stay",
                lines: [
                    "kubectl exec -i -n \(namespace) \(pod) -- tar --extract --file - --directory /data --numeric-owner --acls --xattrs --xattrs-include='*' --same-permissions <\(folder)/data.tar"
                ]),
            Step(
                title: "As it was before; also where a step has failed, then in a new bash in the same folder",
                lines: asBefore),
        ]
    }

    private var pod: String { "restore-\(source.name)" }

    /// What the steps change, as it was before them: the level of the namespace, its environment, and whether that was
    /// suspended; `-` for nothing. A shell that has ended knows none of it, and what a second one finds is what the first one
    /// has changed. It belongs to the namespace: a second restore there, of another artifact, goes on from it.
    private var record: String { "\(namespace).before-restore" }

    private var deletePod: String { "kubectl delete pod -n \(namespace) --ignore-not-found \(pod)" }

    private func suspend(_ value: Bool) -> String {
        "[ \"$suspend\" != false ] || kubectl patch appenv \"$environment\" --type merge -p '{\"spec\":{\"suspend\":\(value)}}'"
    }

    /// Whoever keeps a workload would put it back, so it is halted first.
    ///
    /// A namespace's label names its environment. Others can write that, so the environment has to name the namespace.
    private func stop(_ claim: String) -> Step {
        let users = """
            {{range $pod := .items}}{{if not (or (eq .status.phase "Succeeded") (eq .status.phase "Failed"))}}{{range .spec.volumes}}\
            {{with .persistentVolumeClaim}}{{if eq .claimName "\(claim)"}}{{$pod.metadata.name}} {{end}}{{end}}{{end}}{{end}}{{end}}
            """
        let found = """
            {{with .status}}{{with .namespace}}{{if eq . "\(namespace)"}}{{$.metadata.name}} \
            {{with $.spec.suspend}}true{{else}}false{{end}}{{end}}{{end}}{{end}}
            """
        return Step(
            title: "Stop what mounts the claim \(claim)",
            lines: [
                "# What is changed here goes into a file first, as it was: the last step puts it back.",
                "if [ ! -f \(record) ]; then",
                "    level=$(\(label(Self.level)))",
                "    environment=$(\(label(LabelKey.appEnvironment)))",
                "    [ -z \"$environment\" ] || environment=$(kubectl get appenv --ignore-not-found \"$environment\" -o go-template='\(found)')",
                "    echo \"${level:--} ${environment:-- -}\" >\(record)",
                "fi",
                "read -r level environment suspend <\(record)",
                suspend(true),
                "# A pool: kubectl patch rwp NAME -n \(namespace) --type merge -p '{\"spec\":{\"suspend\":true}}'; Argo CD and Flux by",
                "# their own means. In another terminal scale each that has the claim, and note how many there were:",
                "# kubectl scale -n \(namespace) --replicas 0 KIND/NAME",
                "# The pod of an attempt that has failed:",
                deletePod,
                "users() { kubectl get pods -n \(namespace) -o go-template='\(users)'; }",
                "while pods=$(users) || exit 1; [ -n \"$pods\" ]; do echo \"it is mounted by $pods\"; sleep 5; done",
            ])
    }

    private static let level = "\(LabelKey.podSecurity)enforce"

    /// A label of the namespace; nothing where it has none.
    private func label(_ key: String) -> String {
        "kubectl get namespace \(namespace) -o go-template='{{with .metadata.labels}}{{with index . \"\(key)\"}}{{.}}{{end}}{{end}}'"
    }

    /// Files have any owner, so whoever writes them is root; the level `restricted` lets nobody be.
    private var relaxed: [String] {
        [
            "read -r level environment suspend <\(record)",
            "# It is root, since files have any owner. A namespace that takes no such pods takes them until the last step.",
            "case $level in",
            "    baseline | privileged) ;;",
            "    *) kubectl label namespace \(namespace) --overwrite \(Self.level)=baseline ;;",
            "esac",
        ]
    }

    private func manifest(_ claim: String) -> [String] {
        let settings = policy.spec.podTemplate
        let fields: [(String, JSONValue?)] = [
            ("nodeSelector", settings.nodeSelector.map(JSONValue.strings)),
            ("tolerations", settings.tolerations.map { .array($0.map(JSONValue.object)) }),
        ]
        let placement = fields.compactMap { name, value in value.map { "  \(name): \($0.serializedString())" } }
        let resources =
            settings.resources.isEmpty
            ? [] : ["      resources: \(JSONValue.object(settings.resources).serializedString())"]
        return [
            "kubectl apply -n \(namespace) -f - <<'POD'",
            "apiVersion: v1",
            "kind: Pod",
            "metadata: {name: \(pod)}",
            "spec:",
            "  restartPolicy: Never",
            "  terminationGracePeriodSeconds: 1",
            "  automountServiceAccountToken: false",
            "  securityContext: {runAsUser: 0}",
        ] + placement + [
            "  containers:",
            "    - name: restore",
            "      image: \(settings.images.backup)",
            "      command: [sleep, infinity]",
        ] + resources + [
            "      volumeMounts: [{name: data, mountPath: /data}]",
            "  volumes: [{name: data, persistentVolumeClaim: {claimName: \(claim)}}]",
            "POD",
            "kubectl wait -n \(namespace) --for=condition=Ready --timeout=5m pod/\(pod)",
        ]
    }

    private var asBefore: [String] {
        [
            // One command, so that nothing of it is done once a part has failed, in a terminal either.
            "(",
            "    set -e",
            "    [ -f \(record) ] || { echo \"\(record) is not here, so what was before is not known\" >&2; exit 1; }",
            "    read -r level environment suspend <\(record)",
            "    \(deletePod)",
            "    case $level in",
            "        baseline | privileged) ;;",
            "        -) kubectl label namespace \(namespace) \(Self.level)- ;;",
            "        *) kubectl label namespace \(namespace) --overwrite \"\(Self.level)=$level\" ;;",
            "    esac",
            "    # One that was suspended before stays so.",
            "    \(suspend(false))",
            "    rm \(record)",
            ")",
            "# kubectl scale -n \(namespace) --replicas N KIND/NAME, for each that was scaled; a pool as above with false",
        ]
    }
}
