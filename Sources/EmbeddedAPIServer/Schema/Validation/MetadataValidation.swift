import KubeAPI

/// Checks what every object has. Source: k8s.io/apimachinery, ValidateObjectMeta.
enum MetadataValidation {
    static func errors(_ object: JSONValue, live: JSONValue?, _ type: ResourceType) -> [FieldError] {
        let metadata = object["metadata"] ?? [:]
        let path = PathText("metadata")
        var errors = live == nil ? name(metadata, type, path) : []
        errors += labels(metadata["labels"], at: path.child("labels"))
        errors += annotations(metadata["annotations"], at: path.child("annotations"))
        errors += owners(metadata["ownerReferences"], at: path.child("ownerReferences"))
        for (index, finalizer) in (metadata["finalizers"]?.array ?? []).enumerated() {
            let text = finalizer.string ?? ""
            for problem in Names.problems(ofLabelKey: text) {
                errors.append(.invalid(path.child("finalizers"), finalizer, problem))
            }
            // Custom resources, whose groups are domains, may have short names.
            guard !type.group.contains("."), !text.contains("/"), !standardFinalizers.contains(text) else { continue }
            errors.append(
                .invalid(
                    path.child("finalizers").index(index), finalizer,
                    "name is neither a standard finalizer name nor is it fully qualified"))
        }
        return errors
    }

    private static let standardFinalizers: Set<String> = ["kubernetes", "orphan", "foregroundDeletion"]

    /// Labels wherever they stand: in metadata, in templates, in selectors.
    static func labels(_ labels: JSONValue?, at path: PathText) -> [FieldError] {
        (labels?.object ?? [:]).flatMap { key, value -> [FieldError] in
            Names.problems(ofLabelKey: key).map { .invalid(path, .string(key), $0) }
                + Names.problems(ofLabelValue: value.string ?? "").map { .invalid(path, value, $0) }
        }
    }

    private static let annotationLimit = 256 * 1024

    private static func annotations(_ annotations: JSONValue?, at path: PathText) -> [FieldError] {
        let pairs = annotations?.object ?? [:]
        // Keys of annotations may be in upper case, those of labels with a prefix may not.
        var errors = pairs.flatMap { key, _ in
            Names.problems(ofLabelKey: key.lowercased()).map { FieldError.invalid(path, .string(key), $0) }
        }
        let size = pairs.reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
        if size > annotationLimit { errors.append(.tooLong(path, annotationLimit)) }
        return errors
    }

    private static func name(_ metadata: JSONValue, _ type: ResourceType, _ path: PathText) -> [FieldError] {
        let name = metadata["name"]?.string ?? ""
        let prefix = metadata["generateName"]?.string ?? ""
        if name.isEmpty {
            if prefix.isEmpty { return [.required(path.child("name"), "name or generateName is required")] }
            return []
        }
        return problems(name, type).map { .invalid(path.child("name"), .string(name), $0) }
    }

    /// What is wrong with an object's name.
    private static func problems(_ name: String, _ type: ResourceType) -> [String] {
        switch type.kind {
        case "Namespace": Names.problems(ofLabel: name)
        case "Service" where type.group.isEmpty: Names.problems(ofLabel: name)
        case "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding": Names.problems(ofPathSegment: name)
        case "CronJob" where name.utf8.count > 52: ["must be no more than 52 characters"]
        default: Names.problems(ofSubdomain: name)
        }
    }

    private static func title(_ owner: JSONValue) -> String {
        "\(owner["kind"]?.string ?? "")/\(owner["name"]?.string ?? "")"
    }

    private static func owners(_ references: JSONValue?, at path: PathText) -> [FieldError] {
        var errors: [FieldError] = []
        var controller: String?
        for (index, owner) in (references?.array ?? []).enumerated() {
            let place = path.index(index)
            for field in ["apiVersion", "kind", "name", "uid"] where (owner[field]?.string ?? "").isEmpty {
                errors.append(
                    .invalid(
                        place.child(field), "",
                        field == "apiVersion" ? "version must not be empty" : "must not be empty"))
            }
            guard owner["controller"]?.bool == true else { continue }
            if let first = controller {
                errors.append(
                    .invalid(
                        path, references ?? .null,
                        "Only one reference can have Controller set to true. Found \"true\" in references for \(first) "
                            + "and \(title(owner))"))
            }
            controller = title(owner)
        }
        return errors
    }
}
