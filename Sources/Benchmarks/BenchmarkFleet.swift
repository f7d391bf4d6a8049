internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// The objects that a benchmark works with, and how the operator works on them. All that is made is removed again.
struct BenchmarkFleet: Sendable {
    private static let subjects: [(name: String, type: any BenchmarkSubject.Type)] = [
        ("pools", BenchmarkPools.self), ("environments", BenchmarkEnvironments.self),
    ]

    static let usage = "[--kind KIND] [--pools N] [--regions N] [--nodes N] [--environments N] [--components N]"
    static let flags =
        [
            Flag("kind", "KIND", default: "pools", help: subjects.map(\.name).joined(separator: " or "))
        ] + subjects.flatMap { $0.type.flags } + [
            Flag("workers", "N", default: "4", help: "objects worked on at a time, as --max-concurrent-reconciles"),
            Flag("qps", "NUMBER", default: "0", help: "the operator's own limit of requests a second; 0 for none"),
            Flag("crds", help: "install our CRDs first, or bring them to this version"),
        ]

    let subject: any BenchmarkSubject
    let workers: Int
    let qps: Double
    private let installsCRDs: Bool
    private let prefix: String

    init(_ arguments: Arguments) throws(UsageError) {
        let kind = try arguments.choice("kind", of: Self.subjects.map(\.name))
        workers = try arguments.integer("workers", in: 1...256)
        qps = try arguments.number("qps", in: 0...100_000)
        installsCRDs = try arguments.bool("crds")
        prefix = "quartermaster-bench-\(UInt16.random(in: .min ... .max))"
        let type = Self.subjects.first { $0.name == kind }?.type ?? BenchmarkPools.self
        subject = try type.init(arguments, prefix: prefix)
    }

    var type: ResourceType { Swift.type(of: subject).type }
    var noun: String { Swift.type(of: subject).noun }
    var keys: [ObjectKey] { (0..<subject.count).map { subject.key($0, .operated) } }

    func children(_ keys: [ObjectKey]) throws -> [DesiredChild] {
        try keys.flatMap { try subject.children(of: subject.manifest($0)) }
    }

    /// What a plain loop sends instead: the applies that the operator would send for the same objects under other names.
    func twins(_ part: BenchmarkPart, _ client: KubeClient) async throws -> [RecordedApplies.Apply] {
        var children: [DesiredChild] = []
        var owners: [String: JSONValue] = [:]
        for index in 0..<subject.count {
            var manifest = subject.manifest(subject.key(index, part))
            // With a UID it is an owner.
            manifest[path: "metadata", "uid"] = "00000000-0000-0000-0000-000000000000"
            for var child in try subject.children(of: manifest) {
                if !child.object.ownerReferences.isEmpty {
                    let namespace = child.object.namespace
                    if owners[namespace] == nil { owners[namespace] = try await Self.owner(namespace, client) }
                    child.object[path: "metadata", "ownerReferences"] = owners[namespace]
                }
                children.append(child)
            }
        }
        return try await RecordedApplies.making(children)
    }

    /// A namespace in the place of an owner: one has to exist, or the garbage collector takes what names it.
    private static func owner(_ namespace: String, _ client: KubeClient) async throws -> JSONValue {
        let object = try await client.get(.namespace, ObjectKey(name: namespace))
        return [
            [
                "apiVersion": "v1", "kind": "Namespace", "name": .string(namespace), "uid": .string(object.uid),
                "controller": true, "blockOwnerDeletion": true,
            ]
        ]
    }

    func prepare(_ client: KubeClient) async throws {
        if installsCRDs { try await installCRDs(client) }
        try await subject.prepare(client)
    }

    private func installCRDs(_ client: KubeClient) async throws {
        for resource in CustomResource.all {
            let definition = try DynamicObject(YAML.parseDocument(Array(resource.text.utf8)))
            _ = try await client.patch(
                .customResourceDefinition, definition.key, .apply(definition.json, force: true), subresource: nil,
                options: WriteOptions())
            while (try? await client.list(resource.type)) == nil { try await Task.sleep(for: .milliseconds(50)) }
        }
    }

    /// Makes all of them.
    func create(_ client: KubeClient) async throws {
        let (subject, type) = (subject, type)
        try await forEach(keys, inFlight: 16) { key in
            _ = try await client.create(subject.manifest(key), as: type)
        }
    }

    /// Makes twins of the objects, where nobody works on them.
    ///
    /// - Returns: the key of each one's twin.
    func createTwins(_ client: KubeClient) async throws -> [ObjectKey: ObjectKey] {
        let (subject, type) = (subject, type)
        let pairs = (0..<subject.count).map { (subject.key($0, .operated), subject.key($0, .before)) }
        try await forEach(pairs.map(\.1), inFlight: 16) { key in
            _ = try await client.create(subject.manifest(key), as: type)
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Removes everything again, children one by one: a server without controllers collects no garbage, and is slower
    /// with it. The operator has to run no more.
    func tidy(_ client: KubeClient) async throws {
        let (prefix, type) = (prefix, type)
        let made = try await client.listAll(type, namespace: nil).items.map(\.key)
            .filter { $0.description.hasPrefix(prefix) }
        try await forEach(made, inFlight: 16) { key in
            _ = try? await client.patch(
                type, key, .merge(["metadata": ["finalizers": .null]]), subresource: nil)
            try? await client.delete(type, key)
        }
        let twins = BenchmarkPart.allCases.flatMap { part in (0..<subject.count).map { subject.key($0, part) } }
        let children = try children(Array(Set(made + twins))).filter { $0.type != .namespace }
        try await forEach(children, inFlight: 16) { try? await client.delete($0.type, $0.object.key) }
        try await subject.tidy(client)
        let namespaces = try await client.listAll(.namespace, namespace: nil).items.map(\.key)
            .filter { $0.name.hasPrefix(prefix) }
        try await forEach(namespaces, inFlight: 16) { key in try? await client.delete(.namespace, key) }
    }
}
