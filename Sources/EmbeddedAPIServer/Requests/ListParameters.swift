internal import KubeAPI

/// The query of a list or watch, checked. Source: Kubernetes API concepts, "Resource versions".
struct ListParameters: Sendable {
    var labels = LabelQuery()
    var fields = FieldQuery()
    var limit = 0
    var resourceVersion: Int64?
    var isExact = false
    var continuation: ContinueToken?
    var sendsInitialEvents: Bool?
    var allowsBookmarks = false
    var timeout: Duration?

    var hasSelector: Bool { !labels.isEmpty || !fields.isEmpty }

    /// - Throws: `APIFailure` 400 and 422.
    init(_ context: RequestContext) throws {
        let request = context.request
        do {
            labels = try LabelQuery(request.parameter("labelSelector") ?? "")
            fields = try FieldQuery(request.parameter("fieldSelector") ?? "")
        } catch {
            throw APIFailure.badRequest(error.message)
        }
        try fields.check(for: context.definition)
        if let name = context.info.name {
            fields.requirements.append(.init(field: "metadata.name", value: name, isEqual: true))
        }
        limit = Int(try Self.number(request, "limit") ?? 0)
        timeout = try Self.number(request, "timeoutSeconds").map { .seconds($0) }
        allowsBookmarks = Self.flag(request, "allowWatchBookmarks") ?? false
        sendsInitialEvents = Self.flag(request, "sendInitialEvents")
        try checkMatch(request, isWatch: context.info.verb == "watch")
        resourceVersion = try Self.resourceVersion(request)
        if let text = request.parameter("continue"), !text.isEmpty {
            if let resourceVersion, resourceVersion != 0 {
                throw APIFailure.badRequest("specifying resource version is not allowed when using continue")
            }
            continuation = try ContinueToken(text).below(context.startPrefix)
        }
        // "Any" is answered from the cache, which knows no pages.
        if resourceVersion == 0, continuation == nil { limit = 0 }
    }

    func matches(_ object: StoredObject, _ context: RequestContext) -> Bool {
        if context.type.isNamespaced, let namespace = context.info.namespace, object.namespace != namespace {
            return false
        }
        return labels.matches(object.labels)
            && fields.matches(object, presented: Presentation.json(object, as: context.definition))
    }

    static func resourceVersion(_ request: HTTPServerRequest) throws -> Int64? {
        guard let text = request.parameter("resourceVersion"), !text.isEmpty else { return nil }
        guard let version = Int64(text), version >= 0 else {
            throw APIFailure.badRequest(
                "invalid resource version: resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing "
                    + "\"\(text)\": invalid syntax")
        }
        return version
    }

    private mutating func checkMatch(_ request: HTTPServerRequest, isWatch: Bool) throws {
        let match = request.parameter("resourceVersionMatch") ?? ""
        let hasVersion = request.parameter("resourceVersion")?.isEmpty == false
        let path = PathText("resourceVersionMatch")
        if sendsInitialEvents != nil {
            guard isWatch else {
                throw APIFailure.invalidOption(
                    "ListOptions",
                    .forbidden(PathText("sendInitialEvents"), "sendInitialEvents is forbidden for list"))
            }
            guard match == "NotOlderThan" else {
                throw APIFailure.invalidOption(
                    "ListOptions",
                    match.isEmpty
                        ? .forbidden(path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
                        : .notSupported(path, .string(match), ["NotOlderThan"]))
            }
            return
        }
        guard !match.isEmpty else { return }
        if isWatch {
            throw APIFailure.invalidOption(
                "ListOptions",
                .forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
        }
        if request.parameter("continue")?.isEmpty == false {
            throw APIFailure.invalidOption(
                "ListOptions", .forbidden(path, "resourceVersionMatch is forbidden when continue is provided"))
        }
        guard hasVersion else {
            throw APIFailure.invalidOption(
                "ListOptions",
                .forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        }
        guard ["Exact", "NotOlderThan"].contains(match) else {
            throw APIFailure.invalidOption(
                "ListOptions", .notSupported(path, .string(match), ["Exact", "NotOlderThan", ""]))
        }
        isExact = match == "Exact"
        if isExact, request.parameter("resourceVersion") == "0" {
            throw APIFailure.invalidOption(
                "ListOptions",
                .forbidden(path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
        }
    }

    private static func number(_ request: HTTPServerRequest, _ name: String) throws -> Int64? {
        guard let text = request.parameter(name), !text.isEmpty else { return nil }
        guard let number = Int64(text) else {
            throw APIFailure.badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
        }
        return number
    }

    private static func flag(_ request: HTTPServerRequest, _ name: String) -> Bool? {
        request.parameter(name).map { $0 != "false" && $0 != "0" }
    }
}

extension RequestContext {
    /// What the storage keys of a list have in common.
    var startPrefix: String {
        guard type.isNamespaced, let namespace = info.namespace, !namespace.isEmpty else { return "" }
        return "\(namespace)/"
    }
}

/// Where a list in pages goes on. Source: k8s.io/apiserver, storage/continue.go.
struct ContinueToken: Sendable, Hashable {
    /// -1: go on with the present state.
    var resourceVersion: Int64
    /// The storage key of the last object that was sent.
    var start: String

    init(resourceVersion: Int64, start: String) {
        self.resourceVersion = resourceVersion
        self.start = start
    }

    /// - Throws: `APIFailure` 400.
    init(_ text: String) throws {
        guard let bytes = Base64URL.decode(text), let json = try? JSONValue.parse(bytes),
            json["v"]?.string == "meta.k8s.io/v1", let version = json["rv"]?.integer,
            let start = json["start"]?.string, start.hasPrefix("/")
        else { throw APIFailure.badRequest("invalid continue token: continue key is not valid") }
        resourceVersion = version
        self.start = String(start.dropFirst().prefix { $0 != "\0" })
    }

    /// Tokens name objects below the namespace of their list, as those of the real server do.
    func below(_ prefix: String) -> ContinueToken {
        ContinueToken(resourceVersion: resourceVersion, start: prefix + start)
    }

    func above(_ prefix: String) -> ContinueToken {
        guard start.hasPrefix(prefix) else { return self }
        return ContinueToken(resourceVersion: resourceVersion, start: String(start.dropFirst(prefix.count)))
    }

    var text: String {
        let json: JSONValue = [
            "v": "meta.k8s.io/v1", "rv": .integer(resourceVersion), "start": .string("/\(start)\0"),
        ]
        return Base64URL.encode(json.serialized())
    }
}
