package import KubeAPI

/// Which objects of a namespace an export holds, and what of them.
///
/// An object that is applied with the `ownerReferences` of another cluster, or of an owner that was made anew, is
/// collected as garbage seconds later: its owner has another UID. So no reference is kept. What a controller makes
/// again from its owner is left out where the owner is in the export: applied beside it, a Job of a CronJob would run
/// once more, and a Deployment of a custom resource would be there before the operator that has to own it. Objects
/// that hold data of their own are kept even then, because no controller can make the same again: a generated
/// password, the size of a claim.
package struct ManifestExport: Sendable {
    /// The objects of one kind, by its name such as `deployments.apps`.
    package struct Kind: Sendable {
        package var name: String
        package var objects: [DynamicObject]

        package init(name: String, objects: [DynamicObject]) {
            self.name = name
            self.objects = objects
        }
    }

    /// What others make from these objects again, and what is gone by the time of a restore.
    package static let derivedKinds: Set<String> = [
        "bindings", "controllerrevisions.apps", "csistoragecapacities.storage.k8s.io", "events", "events.events.k8s.io",
        "leases.coordination.k8s.io", "localsubjectaccessreviews.authorization.k8s.io", "pods.metrics.k8s.io",
    ]

    /// APIs that measure and store nothing; their server is often not there.
    package static let measuredGroups: Set<String> = [
        "custom.metrics.k8s.io", "external.metrics.k8s.io", "metrics.k8s.io",
    ]

    private static let kindsWithData: Set<String> = ["secrets", "configmaps", "persistentvolumeclaims"]
    /// What one cluster gave, and another one refuses or gives again.
    private static let fieldsOfTheCluster = [
        "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "selfLink",
        "managedFields", "ownerReferences",
    ]

    /// The kinds that have objects to keep, with what is kept of them.
    package private(set) var kinds: [Kind]
    /// How many objects were left out because their controllers make them again.
    package private(set) var remade = 0
    /// How many Jobs and pods were left out because they have ended: applied, they would run once more.
    package private(set) var ended = 0

    package var count: Int { kinds.reduce(0) { $0 + $1.objects.count } }

    /// - Parameter all: what was read of one namespace.
    package init(_ all: [Kind]) {
        let owners = Set(all.flatMap { $0.objects.map(\.uid) }.filter { !$0.isEmpty })
        let selectors =
            all.first { $0.name == "services" }?.objects.filter { $0[path: "spec", "selector"] != nil } ?? []
        let selecting = Set(selectors.map(\.name))
        kinds = []
        for kind in all {
            var kept: [DynamicObject] = []
            for object in kind.objects where !Self.isGivenToEveryNamespace(object, kind.name) {
                if Self.isRemade(object, kind.name, owners: owners, selecting: selecting) {
                    remade += 1
                } else if Self.hasEnded(object, kind.name) {
                    ended += 1
                } else {
                    kept.append(Self.portable(object, kind.name))
                }
            }
            if !kept.isEmpty { kinds.append(Kind(name: kind.name, objects: kept)) }
        }
    }

    /// The list as `kubectl` writes and applies it.
    package static func document(of kind: Kind) -> JSONValue {
        .object(
            JSONObject([
                ("apiVersion", "v1"), ("items", .array(kind.objects.map(\.json))), ("kind", "List"),
                ("metadata", .object(JSONObject([("resourceVersion", "")]))),
            ]))
    }

    /// What the cluster makes of itself in every namespace.
    private static func isGivenToEveryNamespace(_ object: DynamicObject, _ kind: String) -> Bool {
        switch kind {
        case "configmaps": object.name == "kube-root-ca.crt"
        case "secrets": object["type"]?.string == "kubernetes.io/service-account-token"
        default: false
        }
    }

    /// - Parameters:
    ///   - owners: the UIDs of all that was read.
    ///   - selecting: the Services whose endpoints Kubernetes finds.
    private static func isRemade(
        _ object: DynamicObject, _ kind: String, owners: Set<String>, selecting: Set<String>
    ) -> Bool {
        if kindsWithData.contains(kind) { return false }
        // Its owner is elsewhere, which no reference can say. Applied, it would be nobody's, and in the way of the owner's.
        // The label alone is anybody's to set, and must take nothing from a backup.
        if object.labels[ownerNamespace] != nil, object.labels[manager] == "quartermaster",
            object.annotations[seal] != nil
        {
            return true
        }
        let controller = controller(of: object)
        switch kind {
        // Those of nodes, and of what is not in the export, come from somewhere else again.
        case "pods": return controller != nil
        case "endpoints": return selecting.contains(object.name) || object.labels[endpointsManager] != nil
        case "endpointslices.discovery.k8s.io":
            return controller != nil || object.labels[sliceManager]?.hasSuffix("-controller.k8s.io") == true
        default: return controller.map(owners.contains) ?? false
        }
    }

    /// On what Quartermaster has made for an object in another namespace.
    private static let ownerNamespace = "quartermaster.dev/owner-namespace"
    private static let manager = "app.kubernetes.io/managed-by"
    /// The operator's seal. Its key is the operator's alone, so whether it is a good one is not seen here.
    private static let seal = "quartermaster.dev/made-for"
    private static let sliceManager = "endpointslice.kubernetes.io/managed-by"
    private static let endpointsManager = "endpoints.kubernetes.io/managed-by"

    private static func hasEnded(_ object: DynamicObject, _ kind: String) -> Bool {
        switch kind {
        case "jobs.batch":
            (object[path: "status", "conditions"]?.array ?? []).contains { condition in
                condition["status"]?.string == "True"
                    && ["Complete", "Failed"].contains(condition["type"]?.string ?? "")
            }
        case "pods": ["Succeeded", "Failed"].contains(object[path: "status", "phase"]?.string ?? "")
        default: false
        }
    }

    private static func controller(of object: DynamicObject) -> String? {
        object[path: "metadata", "ownerReferences"]?.array?.first { $0["controller"]?.bool == true }?["uid"]?.string
    }

    private static func portable(_ object: DynamicObject, _ kind: String) -> DynamicObject {
        var json = object.json
        for field in fieldsOfTheCluster { json[path: ["metadata", field]] = nil }
        if kind == "jobs.batch", json[path: ["spec", "manualSelector"]]?.bool != true {
            // The API server makes them from the Job's UID, and refuses those of another one.
            json[path: ["spec", "selector"]] = nil
            for labels in [["metadata", "labels"], ["spec", "template", "metadata", "labels"]] {
                for label in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
                    json[path: labels + [label]] = nil
                }
            }
        }
        if kind == "pods" { makePortable(pod: &json) }
        return DynamicObject(json.object ?? object.fields)
    }

    /// Without its node, and without what admission has added and would refuse: the token, and what the priority comes to.
    private static func makePortable(pod: inout JSONValue) {
        for field in ["nodeName", "priority", "preemptionPolicy", "ephemeralContainers"] {
            pod[path: ["spec", field]] = nil
        }
        func withoutToken(_ list: JSONValue?) -> JSONValue? {
            list?.array.map { .array($0.filter { $0["name"]?.string?.hasPrefix("kube-api-access-") != true }) }
        }
        pod[path: ["spec", "volumes"]] = withoutToken(pod[path: ["spec", "volumes"]])
        for list in ["initContainers", "containers"] {
            guard var containers = pod[path: ["spec", list]]?.array else { continue }
            for index in containers.indices {
                containers[index]["volumeMounts"] = withoutToken(containers[index]["volumeMounts"])
            }
            pod[path: ["spec", list]] = .array(containers)
        }
        pod["status"] = nil
    }
}
