package import KubeAPI

/// What `quartermaster render` prints: the children that objects of ours would have, without a cluster.
package enum Rendering {
    /// Why a manifest cannot be rendered. One line for each violation.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        package var lines: [String]

        package var description: String { lines.joined(separator: "\n") }
    }

    /// What is known of a kind of ours without a cluster.
    struct Kind {
        var resource: CustomResource
        /// What a child carries to be the object's.
        var ownerLabels: @Sendable (DynamicObject) -> [String: String]
        var violations: @Sendable (DynamicObject) -> [Violation]
        var misfits: @Sendable (DynamicObject) -> [Violation]
        var children: @Sendable (DynamicObject) throws -> [DesiredChild]
        /// The children that the loop would write now, as the cluster is.
        var childrenInCluster: @Sendable (DynamicObject, KubeClient) async throws -> [DesiredChild]

        init<Resource: OwnResource>(
            _: Resource.Type, children: @escaping @Sendable (Resource) throws -> [DesiredChild],
            inCluster: (@Sendable (Resource, KubeClient) async throws -> [DesiredChild])? = nil
        ) {
            resource = Resource.definition
            ownerLabels = { object in
                [LabelKey.managedBy: LabelKey.manager, Resource.ownerLabelKey: ChildName.labelValue(object.name)]
            }
            violations = { Resource.violations(in: $0) }
            misfits = { Resource.misfits(in: $0) }
            self.children = { try children(Resource(defaulting: $0)) }
            childrenInCluster = { object, client in
                let resource = try Resource(defaulting: object)
                return try await inCluster?(resource, client) ?? children(resource)
            }
        }
    }

    private static let kinds = [
        Kind(
            RegionalWorkerPool.self, children: { try $0.children() },
            inCluster: { pool, client in try pool.children(in: await PoolSurroundings(of: pool, asking: client)) }),
        Kind(
            BackupPolicy.self, children: { try $0.children() },
            inCluster: { policy, client in try await policy.known(to: client).children() }),
        Kind(
            AppEnvironment.self, children: { try ResolvedEnvironment($0).rendered() },
            inCluster: { environment, client in
                let resolved = try ResolvedEnvironment(environment)
                return try await resolved.rendered(EnvironmentFacts(of: resolved, asking: client))
            }),
    ]

    /// The children of every object of ours among the documents of a file, in the file's order; objects of other
    /// groups and the elements of a `List` are told apart as kubectl does.
    ///
    /// - Throws: `Failure` where nothing of ours is there, or something is and breaks a rule; nothing is rendered then.
    package static func children(of documents: [JSONValue]) throws -> [DynamicObject] {
        let objects = try objects(of: documents)
        let problems = objects.flatMap { object in
            violations(in: object).map { "\(object.kind) \(object.key): \($0)" }
        }
        guard problems.isEmpty else { throw Failure(lines: problems) }
        return try objects.flatMap { object in
            try kind(of: object)?.children(object).map(\.object) ?? []
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
        kind(of: object)?.resource.type.isNamespaced ?? true
    }

    static func kind(of object: DynamicObject) -> Kind? {
        kinds.first { $0.resource.type.kind == object.kind }
    }

    /// What breaks a rule in an object of ours.
    package static func violations(in object: DynamicObject) -> [Violation] {
        guard let kind = kind(of: object) else {
            let known = CustomResource.all.map(\.type.kind).joined(separator: ", ")
            return [Violation("kind", "\"\(object.kind)\" is unknown; quartermaster.dev has \(known)")]
        }
        guard object.apiVersion == kind.resource.type.apiVersion else {
            return [Violation("apiVersion", "must be \(kind.resource.type.apiVersion), is \(object.apiVersion)")]
        }
        return (object.name.isEmpty ? [Violation("metadata.name", "is required")] : []) + kind.violations(object)
    }

    /// What Kubernetes' own types have against the templates in an object of ours. Only the API server knows for sure: it may be
    /// newer than what is known here.
    package static func misfits(in object: DynamicObject) -> [Violation] { kind(of: object)?.misfits(object) ?? [] }

    private static func objects(in document: JSONValue) throws -> [DynamicObject] {
        if document["kind"]?.string == "List", let items = document["items"]?.array {
            return try items.flatMap(objects(in:))
        }
        return [try DynamicObject(document)]
    }

    private static func group(of object: DynamicObject) -> Substring { object.apiVersion.prefix { $0 != "/" } }
}
