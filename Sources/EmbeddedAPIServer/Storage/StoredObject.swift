internal import KubeAPI

/// A group and a plural: what objects are stored under, whatever version they are read in.
struct GroupResource: Sendable, Hashable, Comparable {
    var group: String
    var plural: String

    init(group: String, plural: String) {
        self.group = group
        self.plural = plural
    }

    init(_ type: ResourceType) { self.init(group: type.group, plural: type.plural) }

    static func < (left: GroupResource, right: GroupResource) -> Bool {
        (left.group, left.plural) < (right.group, right.plural)
    }
}

/// One state of one object; never changed, so that history, lists and the present share it.
final class StoredObject: Sendable {
    let json: JSONValue
    /// `json` as text, made once for every list and watch.
    let bytes: [UInt8]
    /// Where the text goes on after `apiVersion` and `kind`, which stand first.
    let bodyOffset: Int
    let resourceVersion: Int64
    let namespace: String
    let name: String
    let uid: String
    let labels: [String: String]
    let owners: [String]

    init(_ json: JSONValue, resourceVersion: Int64) {
        var json = json
        json[path: ["metadata", "resourceVersion"]] = .string(String(resourceVersion))
        let metadata = json["metadata"]
        let (head, body) = Self.split(json)
        self.json = .object(JSONObject(head.map { ($0.key, $0.value) } + body.map { ($0.key, $0.value) }))
        self.resourceVersion = resourceVersion
        bytes = self.json.serialized()
        // The head's closing brace is the comma before the body.
        bodyOffset = JSONValue.object(head).serialized().count
        namespace = metadata?["namespace"]?.string ?? ""
        name = metadata?["name"]?.string ?? ""
        uid = metadata?["uid"]?.string ?? ""
        labels = metadata?["labels"]?.object?.reduce(into: [:]) { $0[$1.key] = $1.value.string } ?? [:]
        owners = metadata?["ownerReferences"]?.array?.compactMap { $0["uid"]?.string } ?? []
    }

    var storageKey: String { Self.storageKey(ObjectKey(namespace: namespace, name: name)) }
    var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    var metadata: JSONValue { json["metadata"] ?? [:] }
    var finalizers: [String] { metadata["finalizers"]?.array?.compactMap(\.string) ?? [] }
    var isBeingDeleted: Bool { metadata["deletionTimestamp"] != nil }

    /// The text under another `apiVersion`; `nil` leaves both out, as lists of built-in kinds do.
    func append(to output: inout [UInt8], apiVersion: String?) {
        if let apiVersion, apiVersion == json["apiVersion"]?.string {
            output.append(contentsOf: bytes)
            return
        }
        output.append(UInt8(ascii: "{"))
        if let apiVersion {
            let head: JSONValue = ["apiVersion": .string(apiVersion), "kind": json["kind"] ?? ""]
            output.append(contentsOf: head.serialized().dropFirst().dropLast())
            output.append(UInt8(ascii: ","))
        }
        output.append(contentsOf: bytes[bodyOffset...])
    }

    private static func split(_ json: JSONValue) -> (head: JSONObject, body: JSONObject) {
        var head: JSONObject = ["apiVersion": json["apiVersion"] ?? "", "kind": json["kind"] ?? ""]
        var body = JSONObject()
        for (key, value) in json.object ?? [:] {
            if key == "apiVersion" || key == "kind" { head[key] = value } else { body[key] = value }
        }
        return (head, body)
    }

    /// Sorts as in etcd: by `namespace/name` as a text.
    static func storageKey(_ key: ObjectKey) -> String {
        key.namespace.isEmpty ? key.name : "\(key.namespace)/\(key.name)"
    }
}

/// A change in the history of a resource.
struct StoredEvent: Sendable {
    enum Change: Sendable { case added, modified, deleted }

    var change: Change
    /// After the change; of a deletion the last state, with the deletion's resourceVersion.
    var object: StoredObject
    var previous: StoredObject?

    var resourceVersion: Int64 { object.resourceVersion }
}

/// Where an object is stored.
struct ObjectAddress: Sendable, Hashable {
    var resource: GroupResource
    var key: ObjectKey
}
