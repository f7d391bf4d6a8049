extension CachedObject {
    /// The whole object as JSON.
    package func dynamic() -> DynamicObject { DynamicObject(json().object ?? JSONObject()) }

    /// The object as a type of its own.
    ///
    /// - Throws: `JSONError` that names the field where the object does not fit the type.
    package func decode<Object: KubernetesObject>(_ type: Object.Type) throws -> Object {
        try JSONValueDecoder().decode(type, from: json())
    }

    /// One field, without reading the others: `object.value(at: "spec", "nodeName")?.string`.
    package func value(at path: StaticString...) -> JSONValue? { value(atPath: path) }

    package var labels: [String: String] { Self.stringMap(value(at: "metadata", "labels")) }
    package var annotations: [String: String] { Self.stringMap(value(at: "metadata", "annotations")) }
    package var generation: Int64 { value(at: "metadata", "generation")?.integer ?? 0 }
    package var isBeingDeleted: Bool { value(at: "metadata", "deletionTimestamp") != nil }
    package var finalizers: [String] { value(at: "metadata", "finalizers")?.array?.compactMap(\.string) ?? [] }
    package var ownerReferences: [OwnerReference] { belonging.ownerReferences }

    /// What says whom the object belongs to, with one look at it.
    package var belonging: (labels: [String: String], ownerReferences: [OwnerReference]) {
        let (labels, references) = withBytes { bytes in
            (
                JSONFinder.find(["metadata", "labels"], in: bytes).map(Self.parse),
                JSONFinder.find(["metadata", "ownerReferences"], in: bytes).map(Self.parse)
            )
        }
        return (Self.stringMap(labels), (references?.array ?? []).compactMap(OwnerReference.init(json:)))
    }

    private static func stringMap(_ json: JSONValue?) -> [String: String] {
        var map: [String: String] = [:]
        for (key, value) in json?.object ?? [:] { map[key] = value.string }
        return map
    }

    private func value(atPath path: [StaticString]) -> JSONValue? {
        withBytes { bytes in JSONFinder.find(path, in: bytes).map(Self.parse) }
    }

    private func json() -> JSONValue { withBytes { Self.parse(UnsafeRawBufferPointer($0)) } }

    private static func parse(_ bytes: UnsafeRawBufferPointer) -> JSONValue {
        var parser = JSONParser()
        do {
            return try parser.parse(bytes)
        } catch {
            preconditionFailure("the cache keeps nothing that was not read as JSON before: \(error)")
        }
    }
}
