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

    /// - Throws: `UsageError` for a kind that is none of ours, `APIError`.
    func list(_ choice: Choice) async throws -> [DynamicObject] {
        var objects: [DynamicObject] = []
        for resource in try Self.resources(choice.kind) {
            do {
                let namespace = resource.type.isNamespaced ? choice.namespace : nil
                let all = try await client.list(resource.type, namespace: namespace).items
                objects += all.filter { choice.name == nil || $0.name == choice.name }
            } catch let error as APIError where error.isNotFound {
                continue  // Its CRD is not installed; `doctor` tells so.
            }
        }
        return objects.sorted { ($0.kind, $0.key) < ($1.kind, $1.key) }
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

extension CustomResource {
    /// Everything that a user may call the kind, in lower case, as its CRD says.
    fileprivate var names: [String] {
        guard let names = try? YAML.parseDocument(Array(text.utf8))["spec"]?["names"] else { return [] }
        let short = (names["shortNames"]?.array ?? []).compactMap(\.string)
        return (["kind", "plural", "singular"].compactMap { names[$0]?.string } + short).map { $0.lowercased() }
    }
}
