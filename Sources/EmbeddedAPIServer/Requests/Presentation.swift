internal import KubeAPI

/// Objects in the version and form in which a client wants them.
struct Presentation: Sendable {
    let definition: ResourceDefinition
    let format: ResponseFormat
    var inclusion: Table.Inclusion = .metadata
    let now: Timestamp

    init(_ context: RequestContext, format: ResponseFormat, now: Timestamp) {
        definition = context.definition
        self.format = format
        self.now = now
        if let wanted = context.request.parameter("includeObject").flatMap(Table.Inclusion.init) { inclusion = wanted }
    }

    /// The object in the requested version.
    static func json(_ stored: StoredObject, as definition: ResourceDefinition) -> JSONValue {
        let type = definition.type
        if stored.json["apiVersion"]?.string == type.apiVersion { return stored.json }
        if type.group == "events.k8s.io" { return EventConversion.toEventsGroup(stored.json) }
        var json = stored.json
        json["apiVersion"] = .string(type.apiVersion)
        return json
    }

    /// Whether the stored text can be sent as it is but for its `apiVersion`.
    var keepsText: Bool { format == .json && definition.type.group != "events.k8s.io" }

    /// An object's answer in the requested form; a `Status` stays one.
    func single(_ json: JSONValue) -> JSONValue {
        if json["kind"]?.string == "Status", json["apiVersion"]?.string == "v1" { return json }
        switch format {
        case .json, .yaml: return json
        case .metadata(let version): return Self.versioned(PartialObjectMetadata.make(json), version)
        case .table(let version):
            let metadata: JSONValue = ["resourceVersion": json[path: ["metadata", "resourceVersion"]] ?? ""]
            let table = Table.make([json], definition, list: metadata, include: inclusion, now: now)
            return Self.versioned(table, version)
        }
    }

    /// - Parameter metadata: of the list.
    func list(_ objects: [StoredObject], metadata: JSONValue) -> [UInt8] {
        if keepsText { return text(objects, metadata: metadata) }
        let items = objects.map { Self.json($0, as: definition) }
        switch format {
        case .metadata(let version):
            return Self.versioned(PartialObjectMetadata.list(items, list: metadata), version).serialized()
        case .table(let version):
            let table = Table.make(items, definition, list: metadata, include: inclusion, now: now)
            return Self.versioned(table, version).serialized()
        case .json, .yaml:
            let list: JSONValue = [
                "kind": .string(definition.listKind), "apiVersion": .string(definition.type.apiVersion),
                "metadata": metadata, "items": .array(items),
            ]
            return format == .yaml ? Array(YAML.write([list]).utf8) : list.serialized()
        }
    }

    /// One event of a watch, as a line.
    func event(_ type: String, _ object: StoredObject, namesColumns: Bool = true) -> [UInt8] {
        var bytes = Array("{\"type\":\"\(type)\",\"object\":".utf8)
        if keepsText {
            object.append(to: &bytes, apiVersion: definition.type.apiVersion)
        } else {
            var json = single(Self.json(object, as: definition))
            if !namesColumns, json["kind"] == "Table" { json["columnDefinitions"] = .null }
            bytes.append(contentsOf: json.serialized())
        }
        bytes.append(contentsOf: "}\n".utf8)
        return bytes
    }

    /// Lists of built-in kinds leave out what the list's own kind says already.
    private func text(_ objects: [StoredObject], metadata: JSONValue) -> [UInt8] {
        let head: JSONValue = [
            "kind": .string(definition.listKind), "apiVersion": .string(definition.type.apiVersion),
            "metadata": metadata,
        ]
        var bytes = Array(head.serialized().dropLast())
        bytes.reserveCapacity(objects.reduce(bytes.count + 16) { $0 + $1.bytes.count + 1 })
        bytes.append(contentsOf: ",\"items\":[".utf8)
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            object.append(to: &bytes, apiVersion: definition.isCustom ? definition.type.apiVersion : nil)
        }
        bytes.append(contentsOf: "]}".utf8)
        return bytes
    }

    private static func versioned(_ json: JSONValue, _ version: String) -> JSONValue {
        guard version != "v1" else { return json }
        var json = json
        json["apiVersion"] = .string("meta.k8s.io/\(version)")
        return json
    }
}
