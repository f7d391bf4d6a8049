import KubeAPI

/// A JSON patch. Source: RFC 6902; the wording of errors is that of kube-apiserver.
struct JSONPatch: Sendable {
    struct Operation: Sendable {
        enum Verb: String, Sendable { case add, remove, replace, move, copy, test }

        var verb: Verb
        var path: JSONPointer
        var from: JSONPointer?
        var value: JSONValue
    }

    let operations: [Operation]

    /// Kubernetes' limit on the operations of one patch.
    static let maximumOperations = 10_000

    /// - Throws: `StatusFailure` 400 for what is no JSON patch, 413 for one with too many operations.
    init(_ document: JSONValue) throws(StatusFailure) {
        guard let entries = document.array else {
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal \(document.typeName) into Go value of type jsonpatch.Patch"
            )
        }
        guard entries.count <= Self.maximumOperations else {
            throw StatusFailure(
                413, "RequestEntityTooLarge",
                "The allowed maximum operations in a JSON patch is \(Self.maximumOperations), got \(entries.count)")
        }
        var operations: [Operation] = []
        for entry in entries { operations.append(try Self.operation(entry)) }
        self.operations = operations
    }

    /// - Throws: `StatusFailure` 422 when an operation does not fit the document; nothing is applied then.
    func applied(to document: JSONValue) throws(StatusFailure) -> JSONValue {
        var result = document
        for operation in operations {
            do {
                try operation.apply(to: &result)
            } catch {
                throw StatusFailure(
                    422, "Invalid", "the server rejected our request due to an error in our request"
                )
                .with(cause: error.message)
            }
        }
        return result
    }

    private static func operation(_ entry: JSONValue) throws(StatusFailure) -> Operation {
        let name = entry["op"]?.string ?? "unknown"
        guard let verb = Operation.Verb(rawValue: name) else { throw .badRequest("Unexpected kind: \(name)") }
        guard let path = entry["path"]?.string.flatMap(JSONPointer.init) else {
            throw .badRequest("\(name) operation: missing or broken path")
        }
        let from = entry["from"]?.string.flatMap(JSONPointer.init)
        if from == nil, verb == .move || verb == .copy {
            throw .badRequest("\(name) operation: missing or broken from")
        }
        return Operation(verb: verb, path: path, from: from, value: entry["value"] ?? .null)
    }
}

extension StatusFailure {
    fileprivate func with(cause message: String) -> StatusFailure {
        var copy = self
        copy.message = message
        return copy
    }
}

extension JSONPatch.Operation {
    struct Failure: Error { var message: String }

    fileprivate func apply(to document: inout JSONValue) throws(Failure) {
        switch verb {
        case .add: try add(value, at: path, to: &document)
        case .remove: _ = try remove(path, from: &document)
        case .replace:
            guard document[path] != nil else { throw missing("replace", path) }
            if path.isRoot { document = value } else { document.set(value, at: path.tokens[...]) }
        case .move:
            let moved = try remove(from ?? path, from: &document)
            try add(moved, at: path, to: &document)
        case .copy:
            guard let source = document[from ?? path] else { throw missing("copy", from ?? path) }
            try add(source, at: path, to: &document)
        case .test:
            guard (document[path] ?? .null) == value else {
                throw Failure(message: "testing value \(path) failed: test failed")
            }
        }
    }

    private func missing(_ verb: String, _ path: JSONPointer) -> Failure {
        Failure(message: "\(verb) operation does not apply: doc is missing key: \(path): missing value")
    }

    private func add(_ value: JSONValue, at path: JSONPointer, to document: inout JSONValue) throws(Failure) {
        guard let last = path.tokens.last else {
            document = value
            return
        }
        guard var parent = document[path.parent] else {
            throw Failure(message: "add operation does not apply: doc is missing path: \"\(path)\": missing value")
        }
        switch parent {
        case .object: parent[last] = value
        case .array(var elements):
            guard let index = last == "-" ? elements.count : Int(last), (0...elements.count).contains(index) else {
                throw Failure(
                    message: "add operation does not apply: error in add for path: '\(path)': "
                        + "Unable to access invalid index: \(last): invalid index referenced")
            }
            elements.insert(value, at: index)
            parent = .array(elements)
        default:
            throw Failure(message: "add operation does not apply: doc is missing path: \"\(path)\": missing value")
        }
        document.set(parent, at: path.parent.tokens[...])
    }

    private func remove(_ path: JSONPointer, from document: inout JSONValue) throws(Failure) -> JSONValue {
        guard let last = path.tokens.last, let removed = document[path], var parent = document[path.parent] else {
            throw Failure(
                message: "remove operation does not apply: doc is missing path: \"\(path)\": missing value")
        }
        if case .array(var elements) = parent, let index = Int(last) {
            elements.remove(at: index)
            parent = .array(elements)
        } else {
            parent[last] = nil
        }
        document.set(parent, at: path.parent.tokens[...])
        return removed
    }
}
