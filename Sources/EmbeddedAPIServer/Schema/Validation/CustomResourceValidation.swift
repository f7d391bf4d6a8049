import KubeAPI

extension BuiltInValidation {
    /// A CRD's own rules. Source: k8s.io/apiextensions-apiserver, validation.
    static func customResource(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let spec = object["spec"] ?? [:]
        let path = PathText("spec")
        let group = spec["group"]?.string ?? ""
        let plural = spec[path: ["names", "plural"]]?.string ?? ""
        var errors: [FieldError] = []
        if let name = object[path: ["metadata", "name"]], name.string != "\(plural).\(group)" {
            errors.append(
                .invalid(PathText("metadata.name"), name, "must be spec.names.plural+\".\"+spec.group"))
        }
        if !group.isEmpty, !group.contains(".") {
            errors.append(.invalid(path.child("group"), .string(group), "should be a domain with at least one dot"))
        }
        if let scope = spec["scope"]?.string, !scope.isEmpty, scope != "Cluster", scope != "Namespaced" {
            errors.append(.notSupported(path.child("scope"), .string(scope), ["Cluster", "Namespaced"]))
        }
        errors += names(spec["names"] ?? [:], at: path.child("names"))
        errors += versions(spec["versions"]?.array ?? [], at: path.child("versions"))
        if (object[path: ["status", "storedVersions"]]?.array ?? []).isEmpty {
            errors.append(.invalid(PathText("status.storedVersions"), .null, "must have at least one stored version"))
        }
        guard let live, CustomResources.isTrue("Established", live) else { return errors }
        errors += storedVersions(object)
        for fields in [["scope"], ["group"], ["names", "kind"], ["names", "plural"]]
        where object[path: ["spec"] + fields] != live[path: ["spec"] + fields] {
            errors.append(
                .invalid(
                    PathText((["spec"] + fields).joined(separator: ".")), object[path: ["spec"] + fields] ?? .null,
                    "field is immutable"))
        }
        return errors
    }

    private static func names(_ names: JSONValue, at path: PathText) -> [FieldError] {
        var texts: [(PathText, String)] = ["plural", "singular"].map { (path.child($0), names[$0]?.string ?? "") }
        texts += ["kind", "listKind"].map { (path.child($0), (names[$0]?.string ?? "").lowercased()) }
        for list in ["shortNames", "categories"] {
            texts += (names[list]?.array ?? []).enumerated().map {
                (path.child(list).index($0.offset), $0.element.string ?? "")
            }
        }
        return texts.compactMap { place, text in
            guard !text.isEmpty, let problem = NameFormat.label1035(text) else { return nil }
            return .invalid(place, .string(text), problem)
        }
    }

    private static func versions(_ versions: [JSONValue], at path: PathText) -> [FieldError] {
        guard !versions.isEmpty else { return [] }
        var errors: [FieldError] = []
        if versions.count(where: { $0["storage"]?.bool == true }) != 1 {
            errors.append(
                .invalid(path, .array(versions), "must have exactly one version marked as storage version"))
        }
        var seen: Set<String> = []
        for (index, version) in versions.enumerated() {
            let place = path.index(index)
            let name = version["name"]?.string ?? ""
            if !seen.insert(name).inserted {
                errors.append(.invalid(place.child("name"), .string(name), "must be unique"))
            }
            if !name.isEmpty, let problem = NameFormat.label1035(name) {
                errors.append(.invalid(place.child("name"), .string(name), problem))
            }
            // One schema for all versions is kept, and named, as that of the whole.
            let isCommon = Set(versions.map { $0["schema"] }).count == 1
            let spot = (isCommon && version["schema"] != nil ? PathText("spec.validation") : place.child("schema"))
                .child("openAPIV3Schema")
            if isCommon, index > 0 { continue }
            if let schema = version[path: ["schema", "openAPIV3Schema"]] {
                let structure = StructuralRules.errors(schema, at: spot)
                errors += structure.isEmpty ? ExpressionRules.errors(schema, at: spot) : structure
            } else {
                errors.append(.required(spot))
            }
        }

        return errors
    }

    private static func storedVersions(_ object: JSONValue) -> [FieldError] {
        let names = (object[path: ["spec", "versions"]]?.array ?? []).compactMap { $0["name"] }
        let stored = object[path: ["status", "storedVersions"]]?.array ?? []
        return stored.enumerated().filter { !names.contains($0.element) }.map { index, version in
            let quoted = names.compactMap(\.string).joined(separator: " ")
            return .invalid(
                PathText("status.storedVersions").index(index), version,
                "missing from spec.versions; \(version.string ?? "") was previously a storage version, and must remain in "
                    + "spec.versions until a storage migration ensures no data remains persisted in "
                    + "\(version.string ?? "") and removes \(version.string ?? "") from status.storedVersions "
                    + "(versions: \(quoted))")
        }
    }
}

/// What makes a schema structural. Source: Kubernetes documentation, "Specifying a structural schema".
enum StructuralRules {
    static func errors(_ schema: JSONValue, at path: PathText) -> [FieldError] {
        var errors: [FieldError] = []
        if schema["type"]?.string != "object" {
            errors.append(
                schema["type"] == nil
                    ? .required(path.child("type"), "must not be empty at the root")
                    : .invalid(path.child("type"), schema["type"] ?? "", "must be object at the root"))
        }
        return errors + inner(schema, at: path)
    }

    private static func inner(_ schema: JSONValue, at path: PathText) -> [FieldError] {
        var errors: [FieldError] = []
        for (name, property) in schema["properties"]?.object ?? [:] {
            let place = path.child("properties").key(name)
            if isUntyped(property) {
                errors.append(.required(place.child("type"), "must not be empty for specified object fields"))
            }
            errors += inner(property, at: place)
        }
        if let items = schema["items"] {
            let place = path.child("items")
            if isUntyped(items) {
                errors.append(.required(place.child("type"), "must not be empty for specified array items"))
            }
            errors += inner(items, at: place)
        }
        if let values = schema["additionalProperties"], values.object != nil {
            let place = path.child("additionalProperties")
            if isUntyped(values) {
                errors.append(.required(place.child("type"), "must not be empty for specified object fields"))
            }
            if schema["properties"] != nil {
                errors.append(
                    .forbidden(
                        path.child("additionalProperties"), "additionalProperties and properties are mutual exclusive"))
            }
            errors += inner(values, at: place)
        }
        return errors + pattern(schema, at: path) + listKeys(schema, at: path) + defaultValue(schema, at: path)
    }

    private static func pattern(_ schema: JSONValue, at path: PathText) -> [FieldError] {
        guard let pattern = schema["pattern"]?.string else { return [] }
        do {
            _ = try RegularExpression(pattern)
            return []
        } catch {
            return [
                .invalid(
                    path.child("pattern"), .string(pattern),
                    "must be a valid regular expression, but isn't: error parsing regexp: \(error.reason)")
            ]
        }
    }

    private static func isUntyped(_ schema: JSONValue) -> Bool {
        schema["type"] == nil && schema["x-kubernetes-int-or-string"]?.bool != true
            && schema["x-kubernetes-preserve-unknown-fields"]?.bool != true
    }

    private static func listKeys(_ schema: JSONValue, at path: PathText) -> [FieldError] {
        let keys = schema["x-kubernetes-list-map-keys"]?.array?.compactMap(\.string) ?? []
        guard schema["x-kubernetes-list-type"]?.string == "map" else {
            return keys.isEmpty
                ? []
                : [
                    .required(
                        path.child("x-kubernetes-list-type"), "must be map if x-kubernetes-list-map-keys is non-empty")
                ]
        }
        if keys.isEmpty {
            return [
                .required(
                    path.child("x-kubernetes-list-map-keys"), "must not be empty if x-kubernetes-list-type is map")
            ]
        }
        let items = schema["items"] ?? [:]
        let required = Set(items["required"]?.array?.compactMap(\.string) ?? [])
        return keys.compactMap { key in
            let place = path.child("items").child("properties").key(key)
            guard let property = items["properties"]?[key] else {
                return .invalid(
                    path.child("x-kubernetes-list-map-keys"), .array(keys.map(JSONValue.string)),
                    "entries must all be names of item properties")
            }
            guard !required.contains(key), property["default"] == nil else { return nil }
            return .required(
                place.child("default"),
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")
        }
    }

    private static func defaultValue(_ schema: JSONValue, at path: PathText) -> [FieldError] {
        guard let value = schema["default"], !value.isNull else { return [] }
        return SchemaCheck.errors(in: value, TypeSchema(openAPI: schema), at: path.child("default"), scope: .whole)
            .flatMap { FieldError.ofCustomResource($0, name: "") }
    }
}
