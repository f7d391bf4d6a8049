import KubeAPI

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
