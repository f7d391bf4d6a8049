internal import KubeAPI
internal import Reconcilers

extension FuzzTarget {
    /// What a container of a backup leaves, as an enemy would write it: twice counted the status still fits its schema,
    /// and a sum of sizes or a row of failures does not overflow.
    static let report = FuzzTarget(name: "report") { input in
        let message = String(decoding: input, as: UTF8.self)
        var policy = policy
        for end in ["2026-01-10T02:05:00Z", "2026-01-11T02:05:00Z"] {
            guard let now = Timestamp(rfc3339: end) else { fatalError("no time: \(end)") }
            let seen = PolicyObservation(ResolvedPolicy(policy), now: now, runs: [run(end, message)])
            policy.status = seen.status
            let words = policy.status?.conditions?.map(\.message) ?? []
            precondition(!words.contains { $0.unicodeScalars.contains("\u{1b}") }, "an escape got into a condition")
            // The writer adds what conditions lack.
            policy.status?.conditions = nil
            do {
                let status = try JSONValueEncoder().encode(policy.status)
                // The status alone: what is missing beside it is not looked at.
                let violations = BackupPolicy.definition.violations(in: DynamicObject(JSONObject([("status", status)])))
                    .filter { $0.path.hasPrefix("status") }
                precondition(violations.isEmpty, "\(violations)")
            } catch {
                fatalError("not written: \(error)")
            }
        }
    }

    private static let policy: BackupPolicy = {
        let text = """
            apiVersion: quartermaster.dev/v1alpha1
            kind: BackupPolicy
            metadata: {name: nightly, namespace: shop, uid: uid, creationTimestamp: "2026-01-01T00:00:00Z"}
            spec:
              schedule: 0 2 * * *
              sources: [{name: db, pvc: {claimName: data}}]
              destinations: [{name: box, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}]
            """
        do {
            return try BackupPolicy(defaulting: DynamicObject(YAML.parseDocument(Array(text.utf8))))
        } catch {
            fatalError("no policy: \(error)")
        }
    }()

    /// A run whose containers have all left the same.
    private static func run(_ end: String, _ message: String) -> BackupRun {
        let job: JSONObject = [
            "metadata": ["name": "run", "namespace": "shop"],
            "status": ["conditions": [["type": "Failed", "status": "True", "lastTransitionTime": .string(end)]]],
        ]
        let statuses = ["source", "to-box"].map { name in
            ContainerStatus(
                name: name, ready: false,
                state: .init(terminated: .init(exitCode: 1, reason: "Error", message: message)))
        }
        let pod = Pod(
            metadata: ObjectMeta(name: "run-1", namespace: "shop"),
            status: .init(
                initContainerStatuses: Array(statuses.prefix(1)), containerStatuses: Array(statuses.dropFirst())))
        return BackupRun(of: "db", job: DynamicObject(job), pods: [pod])
    }
}
