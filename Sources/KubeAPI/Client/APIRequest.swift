/// One request before it has credentials.
struct APIRequest: Sendable {
    var method: String
    var path: String
    var query: [(String, String)] = []
    var headers: [(String, String)] = []
    var body: [UInt8]?
    /// For messages, as in `PATCH deployments.apps shop/web`.
    var label: String
    /// What it is about, without the object, as in `deployments.apps/status`; the path where that is all there is.
    let resource: String
    var timeout: Duration?
    var idleTimeout: Duration?

    /// A request about one object, or about a collection where there is no key.
    init(
        _ method: String, _ type: ResourceType, namespace: String? = nil, name: String? = nil,
        subresource: String? = nil, query: [(String, String)] = []
    ) {
        self.method = method
        self.query = query
        path = type.path(namespace: namespace, name: name, subresource: subresource)
        resource = subresource.map { "\(type.qualifiedName)/\($0)" } ?? type.qualifiedName
        let place = type.isNamespaced ? namespace ?? "" : ""
        let target = name.map { ObjectKey(namespace: place, name: $0).description } ?? place
        label = target.isEmpty ? "\(method) \(resource)" : "\(method) \(resource) \(target)"
    }

    init(_ method: String, path: String, query: [(String, String)] = []) {
        self.method = method
        self.path = path
        self.query = query
        label = "\(method) \(path)"
        resource = path
    }

    mutating func setJSON(_ json: JSONValue, contentType: String = "application/json") {
        body = json.serialized()
        headers.append(("Content-Type", contentType))
    }

    var writes: Bool { method != "GET" && method != "HEAD" }

    var pathWithQuery: String {
        guard !query.isEmpty else { return path }
        let pairs = query.map { "\($0.percentEncoded)=\($1.percentEncoded)" }
        return "\(path)\(path.contains("?") ? "&" : "?")\(pairs.joined(separator: "&"))"
    }
}
