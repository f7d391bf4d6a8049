internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// What `quartermaster validate` has found.
struct ValidationReport: Report {
    struct Item: Sendable, Hashable, Encodable {
        var kind: String
        var namespace: String?
        var name: String
        var valid: Bool
        /// The fields that break a rule.
        var violations: [Violation]
    }

    static let kind = "ValidationReport"

    let items: [Item]

    /// - Throws: `Rendering.Failure` where there is nothing of ours to check.
    init(_ documents: [JSONValue]) throws {
        items = try Rendering.objects(of: documents).map { object in
            let broken = Rendering.violations(in: object)
            let known = Set(broken.map(\.path))
            let violations = broken + Rendering.misfits(in: object).filter { !known.contains($0.path) }
            return Item(
                kind: object.kind, namespace: object.namespace.isEmpty ? nil : object.namespace, name: object.name,
                valid: violations.isEmpty, violations: violations)
        }
    }

    var exitStatus: CommandStatus { items.allSatisfy(\.valid) ? .fine : .finding }

    /// One line for each object, or for each of its fields that breaks a rule.
    func lines(_ style: TextStyle) -> [String] {
        items.flatMap { item in
            let name = "\(item.kind) \(ObjectKey(namespace: item.namespace ?? "", name: item.name))"
            return item.valid ? ["\(name): valid"] : item.violations.map { "\(name): \($0)" }
        }
    }
}
