@testable import Reconcilers

/// A file of `config/rbac` with the rules of a role as the table of rights has them.
struct RoleManifest {
    let file: String
    private let kind: String
    private let name: String
    private let rights: [Right]

    init(of scope: Right.Scope) {
        rights = Right.all.filter { $0.scope == scope }
        kind = scope == .ownNamespace ? "Role" : "ClusterRole"
        (file, name) =
            switch scope {
            case .cluster: ("config/rbac/clusterrole.yaml", "quartermaster")
            case .ownNamespace: ("config/rbac/role.yaml", "quartermaster")
            case .environmentNamespaces: ("config/rbac/environment.yaml", ResolvedEnvironment.operatorRole)
            case .secretSourceNamespaces: ("config/rbac/secret-source.yaml", "quartermaster-secret-source")
            }
    }

    /// The file's text with the rules of the table in the place of those of the role.
    func text(replacingRulesOf current: String) -> String {
        var documents = current.split(separator: "---\n", omittingEmptySubsequences: false).map(String.init)
        for (index, document) in documents.enumerated() {
            let lines = document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.contains("kind: \(kind)"), lines.contains("  name: \(name)"),
                let rules = lines.firstIndex(of: "rules:")
            else { continue }
            documents[index] = (lines[...rules] + self.rules + [""]).joined(separator: "\n")
        }
        return documents.joined(separator: "---\n")
    }

    private static let verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "bind"]

    /// One rule for what has the same group, verbs and names.
    private var rules: [String] {
        var rules: [(right: Right, resources: [String], users: [String])] = []
        for right in rights {
            let place = rules.firstIndex {
                $0.right.group == right.group && $0.right.verbs == right.verbs && $0.right.names == right.names
            }
            guard let place else {
                rules.append((right, [right.resource], [right.usedBy]))
                continue
            }
            rules[place].resources.append(right.resource)
            if !rules[place].users.contains(right.usedBy) { rules[place].users.append(right.usedBy) }
        }
        return rules.flatMap { rule in
            let verbs = Self.verbs.filter(rule.right.verbs.contains)
            let group = rule.right.group.isEmpty ? "\"\"" : rule.right.group
            let names = rule.right.names.sorted().map { "      - \($0)" }
            return ["  # \(rule.users.joined(separator: "; "))", "  - apiGroups: [\(group)]"]
                + ["    resources: [\(rule.resources.joined(separator: ", "))]"]
                + (names.isEmpty ? [] : ["    resourceNames:"] + names) + [
                    "    verbs: [\(verbs.joined(separator: ", "))]"
                ]
        }
    }
}
