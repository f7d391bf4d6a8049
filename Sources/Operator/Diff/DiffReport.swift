internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// What `quartermaster diff` has found. Values of Secrets are not in it.
struct DiffReport: Report {
    enum Action: String, Sendable, Hashable, Encodable {
        case create
        case change
        case delete

        var sign: String {
            switch self {
            case .create: "+"
            case .change: "~"
            case .delete: "-"
            }
        }
    }

    /// A child that applying the manifest would change.
    struct Change: Sendable, Hashable, Encodable {
        var action: Action
        var kind: String
        var namespace: String?
        var name: String
        /// What differs, of a child that is there.
        var fields: [FieldChange]?
    }

    /// An object of ours whose manifest would change something.
    struct Item: Sendable, Hashable, Encodable {
        var kind: String
        var namespace: String?
        var name: String
        /// Its changes are held back until `spec.suspend` is false.
        var suspended: Bool
        var changes: [Change]
    }

    static let kind = "DiffReport"

    let items: [Item]

    var exitStatus: CommandStatus { items.isEmpty ? .fine : .finding }

    /// Nothing where nothing would change.
    func lines(_ style: TextStyle) -> [String] {
        items.flatMap { item -> [String] in
            let note = item.suspended ? " (suspended: held back until spec.suspend is false)" : ""
            return ["\(item.kind) \(ObjectKey(namespace: item.namespace ?? "", name: item.name))\(note)"]
                + item.changes.flatMap { $0.lines(style) }
        }
    }
}

extension DiffReport.Change {
    fileprivate init(_ change: ChangePreview.Change) {
        (kind, name) = (change.kind, change.key.name)
        namespace = change.key.namespace.isEmpty ? nil : change.key.namespace
        switch change.action {
        case .create: action = .create
        case .delete: action = .delete
        case .change(let fields): (action, self.fields) = (.change, fields)
        }
    }

    fileprivate func lines(_ style: TextStyle) -> [String] {
        ["  \(action.sign) \(kind) \(ObjectKey(namespace: namespace ?? "", name: name))"]
            + (fields ?? []).map { "      \(style.isWide ? $0.text(limit: .max) : $0.description)" }
    }
}

extension DiffReport {
    /// Asks the API server what each write would come to.
    ///
    /// - Parameter namespace: of manifests that name none.
    init(_ documents: [JSONValue], asking client: KubeClient, namespace: String) async throws {
        var items: [Item] = []
        let preview = ChangePreview(client: client)
        for manifest in try Rendering.objects(of: documents) {
            var object = manifest
            if object.namespace.isEmpty, Rendering.isNamespaced(object) {
                object[path: "metadata", "namespace"] = .string(namespace)
            }
            let changes = try await preview.changes(of: object)
            guard !changes.isEmpty else { continue }
            items.append(
                Item(
                    kind: object.kind, namespace: object.namespace.isEmpty ? nil : object.namespace, name: object.name,
                    suspended: object[path: "spec", "suspend"]?.bool == true, changes: changes.map(Change.init)))
        }
        self.items = items
    }
}
