package import KubeAPI

/// What `quartermaster render` prints: the children that objects of ours would have, without a cluster.
package enum Rendering {
    /// Why a manifest cannot be rendered. One line for each violation.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        package var lines: [String]

        package var description: String { lines.joined(separator: "\n") }
    }

    /// The children of every object of ours among the documents of a file, in the file's order; objects of other
    /// groups and the elements of a `List` are told apart as kubectl does.
    ///
    /// - Throws: `Failure` where nothing of ours is there, or something is and breaks a rule; nothing is rendered then.
    package static func children(of documents: [JSONValue]) throws -> [DynamicObject] {
        let problems = try problems(of: documents)
        guard problems.isEmpty else { throw Failure(lines: problems) }
        return try objects(of: documents).flatMap { object -> [DynamicObject] in
            guard let kind = Kinds.named(object.kind) else { return [] }
            return try kind.init(defaulting: object).rendered().map(\.object)
        }
    }

    /// What breaks a rule in the objects of ours among the documents of a file, one line for each violation.
    ///
    /// - Throws: `Failure` where there is no such object.
    package static func problems(of documents: [JSONValue]) throws -> [String] {
        try objects(of: documents).flatMap { object in
            violations(in: object).map { "\(object.kind) \(object.key): \($0)" }
        }
    }

    /// The objects of ours among the documents of a file.
    ///
    /// - Throws: `Failure` where there is none.
    package static func objects(of documents: [JSONValue]) throws -> [DynamicObject] {
        let objects = try documents.flatMap(objects(in:)).filter { group(of: $0) == "quartermaster.dev" }
        guard !objects.isEmpty else { throw Failure(lines: ["there is no object of quartermaster.dev"]) }
        return objects
    }

    /// Whether the objects of this kind are in a namespace; true for what is none of ours.
    package static func isNamespaced(_ object: DynamicObject) -> Bool {
        CustomResource.all.first { $0.type.kind == object.kind }?.type.isNamespaced ?? true
    }

    /// What breaks a rule in an object of ours.
    package static func violations(in object: DynamicObject) -> [Violation] {
        guard let resource = CustomResource.all.first(where: { $0.type.kind == object.kind }) else {
            let known = CustomResource.all.map(\.type.kind).joined(separator: ", ")
            return [Violation("kind", "\"\(object.kind)\" is unknown; quartermaster.dev has \(known)")]
        }
        guard object.apiVersion == resource.type.apiVersion else {
            return [Violation("apiVersion", "must be \(resource.type.apiVersion), is \(object.apiVersion)")]
        }
        return (object.name.isEmpty ? [Violation("metadata.name", "is required")] : [])
            + (Kinds.named(object.kind)?.violations(in: object) ?? resource.allViolations(in: object))
    }

    /// What Kubernetes' own types have against the templates in an object of ours. Only the API server knows for sure: it may be
    /// newer than what is known here.
    package static func misfits(in object: DynamicObject) -> [Violation] {
        Kinds.named(object.kind)?.misfits(in: object) ?? []
    }

    private static func objects(in document: JSONValue) throws -> [DynamicObject] {
        if document["kind"]?.string == "List", let items = document["items"]?.array {
            return try items.flatMap(objects(in:))
        }
        return [try DynamicObject(document)]
    }

    private static func group(of object: DynamicObject) -> Substring { object.apiVersion.prefix { $0 != "/" } }
}
