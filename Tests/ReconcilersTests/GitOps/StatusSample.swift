import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

/// An object with a status as the operator's own code writes it.
struct StatusSample: Sendable, CustomTestStringConvertible {
    /// As Argo CD calls it.
    enum Health: String, Sendable {
        case healthy = "Healthy"
        case progressing = "Progressing"
        case degraded = "Degraded"
        case suspended = "Suspended"
    }

    static let scripts = "config/argocd/resource_customizations/quartermaster.dev"
    static let created = Timestamp(secondsSinceEpoch: 1_767_225_600)

    let name: String
    let object: DynamicObject
    let health: Health

    var kind: String { object.kind }
    var path: String { "\(Self.scripts)/\(kind)/testdata/\(name).yaml" }
    var testDescription: String { "\(kind) \(name)" }

    /// What `Ready` says.
    var message: String? { condition("Ready")?["message"]?.string }

    func condition(_ type: String) -> JSONValue? {
        object[path: "status", "conditions"]?.elements.first { $0["type"]?.string == type }
    }

    /// All of them; the names are those of files.
    static func all() throws -> [StatusSample] {
        try ofPools() + ofEnvironments() + ofPolicies()
    }

    private static func ofPools() throws -> [StatusSample] {
        try samples(of: PoolObservation.self) + [
            sample("rolling-out", .progressing) { (seen: inout PoolObservation) in
                seen.regions[0].deployment?.status?.updatedReplicas = 1
            },
            sample("no-matching-nodes", .progressing) { (seen: inout PoolObservation) in
                (seen.regions[0].matched, seen.regions[0].claimed) = (0, 0)
            },
            sample("not-permitted", .degraded) { (seen: inout PoolObservation) in seen.pool.mayClaimNodes = false },
            sample("node-conflict", .degraded) { (seen: inout PoolObservation) in
                seen.regions[1].conflicts = [.init(node: "n2", holder: .region("eu"))]
            },
            sample("suspended-with-changes", .suspended, suspended: true) { (seen: inout PoolObservation) in
                seen.heldBack = ["Deployment workers/workers-eu"]
            },
        ]
    }

    private static func ofEnvironments() throws -> [StatusSample] {
        try samples(of: EnvironmentObservation.self) + [
            sample("rolling-out", .progressing) { (seen: inout EnvironmentObservation) in
                seen.components[0].deployment = nil
            },
            sample("namespace-of-another", .degraded) { (seen: inout EnvironmentObservation) in
                seen.namespaceFinding = Finding(.ownedByOther, "Namespace sample is somebody else's", .edit)
            },
            sample("suspended-with-changes", .suspended, suspended: true) { (seen: inout EnvironmentObservation) in
                seen.heldBack = ["Deployment sample/web"]
            },
        ]
    }

    private static func ofPolicies() throws -> [StatusSample] {
        try samples(of: PolicyObservation.self) + [
            sample("failed", .progressing) { (seen: inout PolicyObservation) in
                (seen.targets[0].lastResult, seen.targets[0].message) = (.failed, "no route to host")
            },
            sample("not-permitted", .degraded) { (seen: inout PolicyObservation) in
                seen.policy.refused = ["db": "the operator's --privileged-namespaces does not list the namespace"]
            },
            sample("artifacts-missing", .progressing) { (seen: inout PolicyObservation) in
                (seen.targets[0].count, seen.targets[0].expected) = (6, 7)
                seen.targets[0].missingSince = created + .seconds(3600)
            },
        ]
    }

    /// What every kind has.
    private static func samples<Seen: PlayedObservation>(of _: Seen.Type) throws -> [StatusSample] {
        let nothing = { (_: inout Seen) in }
        let ready = try sample("ready", .healthy, nothing)
        var new = ready.object
        new["status"] = ["observedGeneration": -1]
        var changed = ready.object
        changed[path: "metadata", "generation"] = 3
        var deleted = try saying(Finding(.deleting, "waiting for its nodes to be released", .wait), of: ready.object)
        deleted[path: "metadata", "deletionTimestamp"] = "2026-01-01T01:00:00Z"
        deleted[path: "metadata", "finalizers"] = [.string(Finalizer.cleanup)]
        return [
            ready, try sample("suspended", .suspended, suspended: true, nothing),
            StatusSample(name: "new", object: new, health: .progressing),
            StatusSample(name: "changed", object: changed, health: .progressing),
            StatusSample(name: "being-deleted", object: deleted, health: .progressing),
            StatusSample(
                name: "invalid",
                object: try saying(Finding(.invalidSpec, "spec: it breaks a rule", .edit), of: ready.object),
                health: .degraded),
        ]
    }

    private static func sample<Seen: PlayedObservation>(
        _ name: String, _ health: Health, suspended: Bool = false, _ change: (inout Seen) -> Void
    ) throws -> StatusSample {
        let kind = Seen.Owner.resourceType
        var object = try DynamicObject.fixture(
            """
            apiVersion: \(kind.apiVersion)
            kind: \(kind.kind)
            metadata: {name: sample, uid: 6ff1a8a4-5d0e-4a6e-9f0c-3f1f0a3d2b11, resourceVersion: "1042", generation: 2}
            """)
        if kind.isNamespaced { object[path: "metadata", "namespace"] = "workers" }
        object[path: "metadata", "creationTimestamp"] = .string(created.rfc3339)
        object["spec"] = try YAML.parseDocument(Array(Seen.spec.utf8))
        if suspended { object[path: "spec", "suspend"] = true }
        var seen = try Seen.well(object)
        change(&seen)
        return StatusSample(name: name, object: try object.with(seen.status), health: health)
    }

    /// As `StatusReporter` says one thing of an object.
    static func saying(_ finding: Finding, of object: DynamicObject) throws -> DynamicObject {
        var conditions = Conditions()
        conditions.block(finding)
        var status = object["status"]?.object ?? [:]
        status["conditions"] = try JSONValueEncoder().encode(conditions.assembled(ready: (.ready, "")))
        return try object.with(JSONValue.object(status))
    }
}

extension DynamicObject {
    /// The object with a status as `StatusWriter` completes it.
    fileprivate func with(_ status: some Encodable) throws -> DynamicObject {
        var object = self
        let fields = try JSONValueEncoder().encode(status).object ?? [:]
        object["status"] = .object(
            StatusContent.completed(fields, previous: [:], generation: generation, now: StatusSample.created))
        return object
    }
}
