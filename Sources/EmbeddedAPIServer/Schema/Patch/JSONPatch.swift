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

    /// - Throws: `StatusFailure` 400 for what is no list, 413 for too many operations, 422 for broken ones.
    init(_ document: JSONValue) throws(StatusFailure) {
        guard let entries = document.array else {
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal \(document.typeName) into Go value of type []handlers.jsonPatchOp"
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
            do throws(Operation.Failure) {
                try operation.apply(to: &result)
            } catch {
                throw Self.rejection
            }
        }
        return result
    }

    /// The real server keeps the cause to itself; so does its answer here.
    private static var rejection: StatusFailure {
        var failure = StatusFailure(422, "Invalid", "the server rejected our request due to an error in our request")
        failure.hasEmptyDetails = true
        return failure
    }

    private static func operation(_ entry: JSONValue) throws(StatusFailure) -> Operation {
        guard let verb = entry["op"]?.string.flatMap(Operation.Verb.init),
            let path = entry["path"]?.string.flatMap(JSONPointer.init)
        else { throw rejection }
        let from = entry["from"]?.string.flatMap(JSONPointer.init)
        if from == nil, verb == .move || verb == .copy { throw rejection }
        return Operation(verb: verb, path: path, from: from, value: entry["value"] ?? .null)
    }
}

extension JSONPatch.Operation {
    /// The operation does not fit the document. Why is not told: the real server does not tell either.
    struct Failure: Error {}

    fileprivate func apply(to document: inout JSONValue) throws(Failure) {
        switch verb {
        case .add: try add(value, to: &document)
        case .remove: _ = try remove(path, from: &document)
        case .replace:
            // The real server adds a missing field of an object, against the RFC.
            guard document[path] != nil || document[path.parent]?.object != nil else { throw Failure() }
            document.set(value, at: path.tokens[...])
        case .move: try add(remove(from ?? path, from: &document), to: &document)
        case .copy:
            guard let source = document[from ?? path] else { throw Failure() }
            try add(source, to: &document)
        case .test:
            // What is missing passes as null.
            guard (document[path] ?? .null) == value else { throw Failure() }
        }
    }

    private func add(_ value: JSONValue, to document: inout JSONValue) throws(Failure) {
        guard let last = path.tokens.last else {
            document = value
            return
        }
        switch document[path.parent] {
        case .object(var fields)?:
            fields[last] = value
            document.set(.object(fields), at: path.parent.tokens[...])
        case .array(var elements)?:
            let index = last == "-" ? elements.count : Int(last) ?? -1
            guard (0...elements.count).contains(index) else { throw Failure() }
            elements.insert(value, at: index)
            document.set(.array(elements), at: path.parent.tokens[...])
        default: throw Failure()
        }
    }

    private func remove(_ path: JSONPointer, from document: inout JSONValue) throws(Failure) -> JSONValue {
        guard let last = path.tokens.last, let removed = document[path], var parent = document[path.parent] else {
            throw Failure()
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
