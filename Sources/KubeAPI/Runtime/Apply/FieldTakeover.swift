/// Makes us the only manager of the spec of an object that somebody else has made.
///
/// Server-side apply removes what its manager had and does not want any more. What others have written it leaves: a container of theirs would go on
/// beside ours. So all of the spec that is there becomes ours first, which changes nothing of the object itself; the apply that
/// follows removes what is not desired. Source: Kubernetes, "Server-Side Apply", "Migration from client-side apply".
package struct FieldTakeover: Sendable, Hashable {
    /// The object as it was judged: another version of it is not taken over.
    package var live: DynamicObject
    /// The fields of the spec that become ours; `nil`: all. The others stay with whoever has them.
    package var fields: Set<String>?
    /// Names of fields below those that become nobody's: they go with what they are part of, and stay as they are until then.
    package var left: Set<String>

    package init(of live: DynamicObject, fields: Set<String>? = nil, leaving left: Set<String> = []) {
        self.live = live
        self.fields = fields
        self.left = left
    }

    /// What makes the fields ours; `nil` where they are already.
    func patch(for type: ResourceType, by manager: String) -> Patch? {
        guard let spec = live["spec"]?.object, fields != [] else { return nil }
        let schema = TypeCatalogue.type(apiVersion: type.apiVersion, kind: type.kind)?.resolved.field("spec")
        let taken = set(of: .object(spec.filter { fields?.contains($0.key) ?? true }), schema)
        var own: JSONObject = [
            "manager": .string(manager), "operation": "Apply", "apiVersion": .string(type.apiVersion),
            "fieldsType": "FieldsV1",
        ]
        var ownFields: JSONObject = [:]
        var others: [JSONValue] = []
        for entry in live[path: "metadata", "managedFields"]?.array ?? [] {
            if entry["manager"]?.string == manager, entry["operation"]?.string == "Apply" {
                ownFields = entry["fieldsV1"]?.object ?? [:]
            } else if let rest = entry["subresource"]?.string?.isEmpty ?? true ? without(taken, entry) : entry {
                // What a subresource wrote is a scaler's, or the status.
                others.append(rest)
            }
        }
        ownFields["f:spec"] = .object(taken.merging(ownFields["f:spec"]?.object ?? [:]))
        own["fieldsV1"] = .object(ownFields)
        let managers = others + [.object(own)]
        if Self.timeless(managers) == Self.timeless(live[path: "metadata", "managedFields"]?.array ?? []) { return nil }
        return .merge([
            "metadata": [
                "uid": .string(live.uid), "resourceVersion": .string(live.resourceVersion),
                "managedFields": .array(managers),
            ]
        ])
    }

    /// An entry without what was taken; `nil` where nothing is left.
    private func without(_ taken: JSONObject, _ entry: JSONValue) -> JSONValue? {
        guard var fields = entry["fieldsV1"]?.object, var spec = fields["f:spec"]?.object else { return entry }
        spec = self.fields == nil ? [:] : spec.filter { taken[$0.key] == nil }
        fields["f:spec"] = spec.isEmpty ? nil : .object(spec)
        guard !fields.isEmpty, var rest = entry.object else { return nil }
        rest["fieldsV1"] = .object(fields)
        return .object(rest)
    }

    private static func timeless(_ managers: [JSONValue]) -> Set<JSONObject> {
        Set(managers.compactMap { $0.object?.filter { $0.key != "time" } })
    }

    /// Every field of a value as FieldsV1 names it. Asked of the value and not of its managers: whoever may write an object may
    /// also wipe out who manages it.
    private func set(of value: JSONValue, _ declared: TypeSchema?) -> JSONObject {
        guard let declared, !declared.isAtomicMap, !declared.resolved.isAtomicMap else { return [:] }
        let type = declared.resolved
        switch value {
        case .object(let fields):
            return JSONObject(
                fields.filter { !left.contains($0.key) }.map { name, child in
                    (FieldPath.Element.field(name).fieldsV1, .object(set(of: child, type.child(name))))
                })
        case .array(let elements):
            switch type.listType {
            case .atomic: return [:]
            case .set: return JSONObject(elements.map { (FieldPath.Element.value($0).fieldsV1, [:]) })
            case .map(let keys):
                return JSONObject(
                    elements.compactMap { element in
                        let key = JSONObject(
                            keys.compactMap { key in
                                (element[key] ?? type.items?.resolved.field(key)?.defaultValue).map { (key, $0) }
                            })
                        var fields = set(of: element, type.items)
                        fields["."] = [:]
                        return (FieldPath.Element.key(key).fieldsV1, .object(fields))
                    })
            }
        default: return [:]
        }
    }
}

extension JSONObject {
    /// The fields of both, at every depth.
    fileprivate func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for (key, value) in other {
            let both = (merged[key]?.object ?? [:]).merging(value.object ?? [:])
            merged[key] = .object(both)
        }
        return merged
    }
}
