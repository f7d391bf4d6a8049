internal import KubeAPI

/// What a path and a method ask for. Source: k8s.io/apiserver, RequestInfo.
struct RequestInfo: Sendable, Hashable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; for other paths the method
    /// in lower case.
    var verb: String
    var group = ""
    var version = ""
    var plural = ""
    /// Where the rights for it may be given: the namespace of the path, or the one that is asked for.
    var namespace: String?
    /// Whether the path leads through a namespace.
    var isInNamespace = false
    var name: String?
    /// The name that a list, watch or deletion of many is narrowed to: rights may be given for it.
    var selectedName: String?
    var subresource: String?
    var path: String
    var isResource = false

    init(_ request: HTTPServerRequest) {
        path = request.path
        verb = request.method.lowercased()
        var segments = request.segments[...]
        switch segments.first {
        case "api" where segments.count >= 3:
            version = segments[1]
            segments = segments.dropFirst(2)
        case "apis" where segments.count >= 4:
            group = segments[1]
            version = segments[2]
            segments = segments.dropFirst(3)
        default: return
        }
        isResource = true
        let isWatchPath = segments.first == "watch" && segments.count > 1
        if isWatchPath { segments = segments.dropFirst() }
        address(Array(segments))
        verb = Self.verb(request, hasName: name != nil, isWatchPath: isWatchPath)
        if ["list", "watch", "deletecollection"].contains(verb), let text = request.parameter("fieldSelector") {
            selectedName = (try? FieldQuery(text))?.name
        }
    }

    private mutating func address(_ segments: [String]) {
        isInNamespace =
            segments[0] == "namespaces" && segments.count > 2 && !["status", "finalize"].contains(segments[2])
        let rest = isInNamespace ? Array(segments.dropFirst(2)) : segments
        plural = rest[0]
        name = rest.count > 1 ? rest[1] : nil
        subresource = rest.count > 2 ? rest[2...].joined(separator: "/") : nil
        if isInNamespace {
            namespace = segments[1]
        } else if plural == "namespaces", group.isEmpty {
            // Rights on a namespace may be given inside of it.
            namespace = name
        }
    }

    private static func verb(_ request: HTTPServerRequest, hasName: Bool, isWatchPath: Bool) -> String {
        switch request.method {
        case "GET", "HEAD":
            let watch = request.parameter("watch")
            if isWatchPath || watch == "true" || watch == "1" { return "watch" }
            return hasName ? "get" : "list"
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return hasName ? "delete" : "deletecollection"
        default: return request.method.lowercased()
        }
    }
}
