import KubeAPI

/// What the server does to an object between its decoding and its storage. A write goes through these in order:
///
/// 1. `ObjectDecoder.decode` and `ResourceDefinition.applyingDefaults`; for server-side apply, `FieldManager.apply` before them
/// 2. `FieldManager.update` (not for apply), which sees what the client sent with its defaults
/// 3. `ObjectRules.prepareForCreate` or `.prepareForUpdate`, which sets `metadata.generation`, too
/// 4. `ObjectValidation.errors`
///
/// UID and creation time have to be set before step 3: a job's selector is made of its UID.
enum ObjectRules {
    /// Drops what a client may not set when it creates an object, and sets what only the server sets.
    static func prepareForCreate(_ object: JSONValue, _ definition: ResourceDefinition) -> JSONValue {
        var result = object
        if definition.hasStatus { result["status"] = initialStatus(object, definition) }
        if definition.countsGenerations { result[path: ["metadata", "generation"]] = 1 }
        switch definition.type {
        case .job: JobSelector.generate(&result)
        case .namespace: result[path: ["spec", "finalizers"]] = ["kubernetes"]
        case .service: addAddressFamily(&result)
        case .pod where result[path: ["spec", "terminationGracePeriodSeconds"]]?.integer ?? 0 < 0:
            result[path: ["spec", "terminationGracePeriodSeconds"]] = 1
        default: break
        }
        return result
    }

    /// The server has one family of addresses.
    private static func addAddressFamily(_ service: inout JSONValue) {
        guard service[path: ["spec", "type"]]?.string != "ExternalName" else { return }
        if service[path: ["spec", "ipFamilies"]] == nil { service[path: ["spec", "ipFamilies"]] = ["IPv4"] }
        if service[path: ["spec", "ipFamilyPolicy"]] == nil {
            service[path: ["spec", "ipFamilyPolicy"]] = "SingleStack"
        }
    }

    /// Takes over from the live object what this path may not change, and counts the generation.
    ///
    /// - Parameter subresource: empty for the object itself.
    static func prepareForUpdate(
        _ object: JSONValue, live: JSONValue, _ definition: ResourceDefinition, subresource: String = ""
    ) -> JSONValue {
        if subresource == "status" { return statusUpdate(object, live, definition) }
        var result = object
        if definition.hasStatus { result["status"] = live["status"] }
        if definition.type == .customResourceDefinition { CustomResources.recordStorageVersion(&result) }
        guard definition.countsGenerations else { return result }
        let generation = live[path: ["metadata", "generation"]]?.integer ?? 0
        let isSame = specification(result, definition) == specification(live, definition)
        result[path: ["metadata", "generation"]] = .integer(isSame ? generation : generation + 1)
        return result
    }

    /// Only the status moves; of built-in kinds, most of the metadata, too.
    private static func statusUpdate(
        _ object: JSONValue, _ live: JSONValue, _ definition: ResourceDefinition
    ) -> JSONValue {
        var result = live
        result["status"] = object["status"]
        var metadata = (definition.isCustom ? live : object)["metadata"] ?? [:]
        metadata["managedFields"] = object[path: ["metadata", "managedFields"]]
        metadata["generation"] = live[path: ["metadata", "generation"]]
        if definition.type == .deployment { metadata["labels"] = live[path: ["metadata", "labels"]] }
        if definition.type == .pod { metadata["ownerReferences"] = live[path: ["metadata", "ownerReferences"]] }
        result["metadata"] = metadata
        return result
    }

    private static func initialStatus(_ object: JSONValue, _ definition: ResourceDefinition) -> JSONValue? {
        guard !definition.isCustom else { return nil }
        var status = definition.applyingDefaults(to: ObjectDecoder.empty(definition))["status"] ?? [:]
        switch definition.type {
        case .pod: status["qosClass"] = .string(PodQuality.of(object))
        case .customResourceDefinition: status["storedVersions"] = .array(CustomResources.storageVersions(object))
        default: break
        }
        return status
    }

    /// Everything but metadata and, where it has a path of its own, the status.
    private static func specification(_ object: JSONValue, _ definition: ResourceDefinition) -> JSONObject {
        (object.object ?? [:]).filter { $0.key != "metadata" && !($0.key == "status" && definition.hasStatus) }
    }
}

/// The selector and labels that tie pods to their job. Source: Kubernetes documentation, "Job", "Specifying your own
/// Pod selector".
enum JobSelector {
    private static let prefix = "batch.kubernetes.io/"

    static func generate(_ job: inout JSONValue) {
        guard job[path: ["spec", "manualSelector"]]?.bool != true else { return }
        let uid = job[path: ["metadata", "uid"]] ?? ""
        let name = job[path: ["metadata", "name"]] ?? ""
        job[path: ["spec", "manualSelector"]] = false
        for (label, value) in [("controller-uid", uid), ("job-name", name)] {
            for key in [prefix + label, label] {
                job[path: ["spec", "template", "metadata", "labels", key]] = value
            }
        }
        job[path: ["spec", "selector", "matchLabels", prefix + "controller-uid"]] = uid
        if job[path: ["metadata", "labels"]] == nil {
            job[path: ["metadata", "labels"]] = job[path: ["spec", "template", "metadata", "labels"]]
        }
    }
}

/// The quality of service class. Source: Kubernetes documentation, "Pod Quality of Service Classes".
enum PodQuality {
    static func of(_ pod: JSONValue) -> String {
        let containers = ["containers", "initContainers"].flatMap { pod[path: ["spec", $0]]?.array ?? [] }
        let amounts = containers.map { container in
            let limits = container[path: ["resources", "limits"]]?.object ?? [:]
            let requests = container[path: ["resources", "requests"]]?.object ?? [:]
            return (limits: limits, requests: requests)
        }
        let names = ["cpu", "memory"]
        let hasNone = amounts.allSatisfy { amount in
            names.allSatisfy { amount.limits[$0] == nil && amount.requests[$0] == nil }
        }
        if hasNone { return "BestEffort" }
        let isGuaranteed = amounts.allSatisfy { amount in
            names.allSatisfy {
                amount.limits[$0] != nil && (amount.requests[$0] ?? amount.limits[$0]) == amount.limits[$0]
            }
        }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
