internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// The objects of ours in a cluster.
struct OwnObjects: Sendable {
    let client: KubeClient

    /// Which objects are meant.
    struct Choice: Sendable, Hashable {
        /// As the user wrote it: a kind, its plural or its short name; `nil` for all.
        var kind: String?
        var name: String?
        /// `nil` for all.
        var namespace: String?

        /// - Parameter text: `NAME` or `KIND/NAME`.
        init(_ text: String?, namespace: String?) throws(UsageError) {
            self.namespace = namespace
            guard let text else { return }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw UsageError("\"\(text)\" names no object; write NAME or KIND/NAME, such as rwp/workers")
            }
            name = parts.last
            kind = parts.count == 2 ? parts[0] : nil
        }
    }

    /// A kind that may not be read.
    struct Unread: Sendable, Hashable, Encodable {
        var kind: String
        /// The server's words.
        var message: String
    }

    /// - Throws: `UsageError` for a kind that is none of ours, `APIError`.
    func list(_ choice: Choice) async throws -> [DynamicObject] {
        let (objects, refusals) = try await find(choice)
        if let refusal = refusals.first { throw refusal.error }
        return objects
    }

    /// The objects of the kinds that may be read, and what the server says of the others.
    ///
    /// - Throws: as `list`, the first refusal where none may be read.
    func find(
        _ choice: Choice
    ) async throws -> (objects: [DynamicObject], refusals: [(type: ResourceType, error: APIError)]) {
        var objects: [DynamicObject] = []
        var refusals: [(type: ResourceType, error: APIError)] = []
        let resources = try Self.resources(choice.kind)
        for resource in resources {
            do {
                let namespace = resource.type.isNamespaced ? choice.namespace : nil
                let all = try await client.list(resource.type, namespace: namespace).items
                objects += all.filter { choice.name == nil || $0.name == choice.name }
            } catch let error as APIError where error.isNotFound {
                continue  // Its CRD is not installed; `doctor` tells so.
            } catch let error as APIError where error.isForbidden {
                refusals.append((resource.type, error))
            }
        }
        if refusals.count == resources.count, let refusal = refusals.first { throw refusal.error }
        return (objects.sorted { ($0.kind, $0.key) < ($1.kind, $1.key) }, refusals)
    }

    /// Those of a kind as the user wrote it; of every kind where none is named.
    ///
    /// - Throws: `UsageError` for a kind that is none of ours.
    static func resources(_ kind: String?) throws(UsageError) -> [CustomResource] {
        guard let kind else { return CustomResource.all }
        let chosen = CustomResource.all.filter { $0.names.contains(kind.lowercased()) }
        guard chosen.isEmpty else { return chosen }
        let known = CustomResource.all.map { $0.type.kind }.joined(separator: ", ")
        throw UsageError("\"\(kind)\" is no kind of quartermaster.dev; there are \(known)")
    }
}

extension OwnObjects {
    /// What completion has to offer: nothing where the cluster does not answer soon.
    ///
    /// - Parameter kind: as the user may write it.
    static func names(of kind: String, _ arguments: Arguments) async -> [String] {
        await withTaskGroup(of: [String].self) { group in
            group.addTask {
                guard let flags = try? ClusterFlags(arguments),
                    var choice = try? Choice(nil, namespace: flags.namespace)
                else { return [] }
                choice.kind = kind
                let objects = try? await flags.withClient { try await OwnObjects(client: $0).list(choice) }
                return (objects ?? []).map(\.name)
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(2))
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }
    }
}

extension CustomResource {
    /// Everything that a user may call the kind, in lower case, as its CRD says.
    fileprivate var names: [String] { [type.kind.lowercased(), type.plural] + named("singular") + shortNames }

    private var shortNames: [String] { named("shortNames") }

    /// `rwp`.
    var shortName: String { shortNames.first ?? type.plural }

    /// What the CRD says the kind is, up to the first full stop or colon.
    var summary: String {
        String((schema["description"]?.string ?? "").prefix { $0 != "." && $0 != ":" })
    }

    private func named(_ field: String) -> [String] {
        guard let names = try? YAML.parseDocument(Array(text.utf8))[path: ["spec", "names", field]] else { return [] }
        return names.string.map { [$0] } ?? (names.array ?? []).compactMap(\.string)
    }
}
