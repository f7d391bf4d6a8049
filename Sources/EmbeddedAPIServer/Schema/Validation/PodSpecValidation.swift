import KubeAPI

/// The rules of a pod's specification. Source: kubernetes, ValidatePodSpec.
enum PodSpecValidation {
    static func errors(_ spec: JSONValue, at path: PathText) -> [FieldError] {
        let volumes = spec["volumes"]?.array ?? []
        var errors = unique(volumes, "name", at: path.child("volumes")) { Names.problems(ofLabel: $0) }
        for (index, volume) in volumes.enumerated() {
            errors += self.volume(volume, at: path.child("volumes").index(index))
        }
        let names = Set(volumes.compactMap { $0["name"]?.string })
        for list in ["initContainers", "containers"] {
            let containers = spec[list]?.array ?? []
            let place = path.child(list)
            errors += unique(containers, "name", at: place) { Names.problems(ofLabel: $0) }
            for (index, container) in containers.enumerated() {
                errors += ContainerValidation.errors(container, volumes: names, at: place.index(index))
            }
        }
        errors += MetadataValidation.labels(spec["nodeSelector"], at: path.child("nodeSelector"))
        errors += tolerations(spec["tolerations"]?.array ?? [], at: path.child("tolerations"))
        errors += spread(spec["topologySpreadConstraints"]?.array ?? [], at: path.child("topologySpreadConstraints"))
        errors += nodeAffinity(spec["affinity"]?["nodeAffinity"], at: path.child("affinity").child("nodeAffinity"))
        for field in ["serviceAccountName", "priorityClassName"] {
            guard let text = spec[field]?.string, !text.isEmpty else { continue }
            errors += Names.problems(ofSubdomain: text).map { .invalid(path.child(field), .string(text), $0) }
        }
        return errors
    }

    private static func volume(_ volume: JSONValue, at path: PathText) -> [FieldError] {
        if (volume.object?.count ?? 0) > 2 {
            return [.forbidden(path, "may not specify more than 1 volume type")]
        }
        for (source, field) in [("configMap", "name"), ("secret", "secretName")] {
            guard let reference = volume[source], (reference[field]?.string ?? "").isEmpty else { continue }
            return [.required(path.child(source).child(field))]
        }
        return []
    }

    /// Names that have to be well-formed and unlike each other.
    static func unique(
        _ elements: [JSONValue], _ field: String, at path: PathText, problems: (String) -> [String]
    ) -> [FieldError] {
        var seen: Set<String> = []
        return elements.enumerated().flatMap { index, element -> [FieldError] in
            guard let name = element[field]?.string, !name.isEmpty else { return [] }
            let place = path.index(index).child(field)
            let problems = problems(name)
            guard problems.isEmpty else { return problems.map { .invalid(place, .string(name), $0) } }
            return seen.insert(name).inserted ? [] : [.duplicate(place, .string(name))]
        }
    }

    static func tolerations(_ tolerations: [JSONValue], at path: PathText) -> [FieldError] {
        tolerations.enumerated().flatMap { index, toleration -> [FieldError] in
            let place = path.index(index)
            let key = toleration["key"]?.string ?? ""
            let isExists = toleration["operator"]?.string == "Exists"
            var errors =
                key.isEmpty
                ? [] : Names.problems(ofLabelKey: key).map { FieldError.invalid(place.child("key"), .string(key), $0) }
            if key.isEmpty, !isExists {
                errors.append(
                    .invalid(
                        place.child("operator"), toleration["operator"] ?? "",
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\""))
            }
            if isExists, let value = toleration["value"] {
                errors.append(
                    .invalid(place.child("operator"), value, "value must be empty when `operator` is 'Exists'"))
            }
            if toleration["tolerationSeconds"] != nil, toleration["effect"]?.string != "NoExecute" {
                errors.append(
                    .invalid(
                        place.child("effect"), toleration["effect"] ?? "",
                        "effect must be 'NoExecute' when `tolerationSeconds` is set"))
            }
            return errors
        }
    }

    private static func spread(_ constraints: [JSONValue], at path: PathText) -> [FieldError] {
        var seen: Set<JSONValue> = []
        return constraints.enumerated().flatMap { index, constraint -> [FieldError] in
            let place = path.index(index)
            var errors = BuiltInValidation.selector(constraint["labelSelector"], at: place.child("labelSelector"))
            let topology = constraint["topologyKey"]?.string ?? ""

            let when = constraint["whenUnsatisfiable"]?.string ?? ""
            if !seen.insert([.string(topology), .string(when)]).inserted {
                errors.append(
                    .duplicate(place.child("{topologyKey, whenUnsatisfiable}"), .string("{\(topology), \(when)}")))
            }
            return errors
        }
    }

    private static func nodeAffinity(_ affinity: JSONValue?, at path: PathText) -> [FieldError] {
        let field = "requiredDuringSchedulingIgnoredDuringExecution"
        guard let required = affinity?[field] else { return [] }
        let place = path.child(field).child("nodeSelectorTerms")
        let terms = required["nodeSelectorTerms"]?.array ?? []

        return terms.enumerated().flatMap { index, term in
            (term["matchExpressions"]?.array ?? []).enumerated().flatMap { position, requirement -> [FieldError] in
                let spot = place.index(index).child("matchExpressions").index(position)
                return nodeRequirement(requirement, at: spot)
            }
        }
    }

    private static func nodeRequirement(_ requirement: JSONValue, at path: PathText) -> [FieldError] {
        let values = requirement["values"]?.array ?? []
        var errors: [FieldError] = []
        switch requirement["operator"]?.string ?? "" {
        case "In", "NotIn":
            if values.isEmpty {
                errors.append(.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
            }
        case "Exists", "DoesNotExist":
            if !values.isEmpty {
                errors.append(
                    .forbidden(
                        path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
            }
        case "Gt", "Lt":
            if values.count != 1 {
                errors.append(
                    .required(path.child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"))
            }
        default: break
        }
        let key = requirement["key"]?.string ?? ""
        guard !key.isEmpty else { return errors }
        return errors + Names.problems(ofLabelKey: key).map { .invalid(path.child("key"), .string(key), $0) }
    }
}
