import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Reasons")
struct ReasonTests {
    @Test("Every reason is explained in docs/reference/reasons.md, and no other is")
    func reasonsAreDocumented() throws {
        let lines = try Repository.text("docs/reference/reasons.md").split(separator: "\n")
        // Rows of the tables: | `Reason` | …
        let documented = lines.compactMap { line in
            line.hasPrefix("| `") ? line.dropFirst(3).split(separator: "`").first.map(String.init) : nil
        }
        #expect(Set(documented) == Set(Reason.allCases.map(\.rawValue)))
    }

    /// The conditions that the page names beside each reason.
    private func documented() throws -> [String: Set<String>] {
        var all: [String: Set<String>] = [:]
        for line in try Repository.text("docs/reference/reasons.md").split(separator: "\n") where line.hasPrefix("| `")
        {
            let cells = line.split(separator: "|")
            let reason = cells[0].filter(\.isLetter)
            all[reason, default: []].formUnion(words(cells[1]))
        }
        return all
    }

    private func words(_ text: some StringProtocol) -> [String] {
        text.split(whereSeparator: { !$0.isLetter }).map { String($0) }
    }

    @Test("A reason that the code gives to a condition is explained for that condition")
    func conditionsOfTheCode() throws {
        let documented = try documented()
        let types = Dictionary(uniqueKeysWithValues: ConditionType.allCases.map { ("\($0)", $0.rawValue) })
        let reasons = Dictionary(uniqueKeysWithValues: Reason.allCases.map { ("\($0)", $0.rawValue) })
        // `conditions.add(.fresh, …, orElse: .withinMaxAge, …)`, up to the end of the statement.
        let call = /\.(?:add|note)\(\s*\.(\w+),(.*?)\)\n/.dotMatchesNewlines()
        var seen = 0
        for file in try Repository.files(in: "Sources/Reconcilers", ending: ".swift") {
            for match in try Repository.text(file).matches(of: call) {
                guard let type = types[String(match.1)] else { continue }
                for word in match.2.matches(of: /\.(\w+)/).compactMap({ reasons[String($0.1)] }) {
                    seen += 1
                    #expect(documented[word]?.contains(type) == true, "\(file): \(type) \(word)")
                }
            }
        }
        #expect(seen > 25)
    }

    @Test("A reason that the reference of environments gives to a condition is explained for that condition")
    func conditionsOfTheReference() throws {
        let documented = try documented()
        let types = Set(ConditionType.allCases.map(\.rawValue))
        let reasons = Set(Reason.allCases.map(\.rawValue))
        var seen: Set<String> = []
        for line in try Repository.text("docs/reference/appenvironment.md").split(separator: "\n") {
            let cells = line.split(separator: "|")
            guard line.hasPrefix("| `"), let type = cells.first.map(words)?.first, types.contains(type) else {
                continue
            }
            seen.insert(type)
            for reason in cells.dropFirst().flatMap(words) where reasons.contains(reason) {
                #expect(documented[reason]?.contains(type) == true, "\(type) \(reason)")
            }
        }
        #expect(seen.isSuperset(of: ["NamespaceReady", "QuotaSufficient", "ComponentsAvailable", "DeletionBlocked"]))
    }

    @Test("Troubleshooting begins with reasons that there are")
    func troubleshooting() throws {
        let known = Set(Reason.allCases.map(\.rawValue) + RunFailure.Reason.allCases.map(\.rawValue))
        let rows = try Repository.text("docs/troubleshooting.md").matches(of: /\n\| `([A-Z]\w+)`(?:, `([A-Z]\w+)`)?/)
        #expect(rows.count > 20)
        for row in rows {
            for reason in [row.1, row.2 ?? row.1] { #expect(known.contains(String(reason)), "\(reason)") }
        }
    }

    @Test("What pods of backups say of a failure by one word is explained")
    func reasonsOfRuns() throws {
        let page = try Repository.text("docs/reference/reasons.md")
        for reason in RunFailure.Reason.allCases {
            #expect(page.contains("`\(reason.rawValue)`"), "\(reason)")
        }
    }
}

@Suite("Rights")
struct RightsTests {
    @Test("config/rbac gives the rights of the table in code, no more and no fewer", arguments: Right.Scope.allCases)
    func rulesAreTheTable(scope: Right.Scope) throws {
        let manifest = RoleManifest(of: scope)
        let current = try Repository.text(manifest.file)
        try Repository.expect(manifest.text(replacingRulesOf: current), isGolden: manifest.file)
        let given = try YAML.parse(current).map(rights(of:))
        let wanted = Set(Right.all.filter { $0.scope == scope }.flatMap(rights(of:)))
        #expect(Repository.rewritesGolden || given.contains(wanted))
    }

    @Test("No right is given on Secrets across the cluster, and none by a wildcard")
    func nothingSensitive() {
        #expect(Right.all.allSatisfy { !$0.verbs.contains("*") && $0.group != "*" && $0.resource != "*" })
        let ofSecrets = Right.all.filter { $0.resource == "secrets" }.map(\.scope)
        #expect(Set(ofSecrets) == [.environmentNamespaces, .secretSourceNamespaces, .ownNamespace])
        // Its own key, and none that somebody else keeps there.
        let own = Right.all.filter { $0.resource == "secrets" && $0.scope == .ownNamespace }
        #expect(own.allSatisfy { $0.names == ["quartermaster-seal"] || $0.verbs == ["create"] })
    }

    @Test("The deployer of an environment has no right on Secrets and none on rights")
    func deployer() throws {
        let role = try #require(
            Repository.yaml("config/rbac/environment.yaml").first {
                $0["metadata"]?["name"]?.string == "quartermaster-deployer"
            })
        let rights = rights(of: role)
        #expect(rights.contains("apps/deployments patch []"))
        #expect(!rights.contains { $0.contains("secrets") || $0.contains("rbac") || $0.contains("*") })
        #expect(!rights.contains { $0.contains("serviceaccounts") || $0.contains("exec") })
    }

    /// `group/resource verb`, one for each, with the names of the objects where only some are meant.
    private func rights(of role: JSONValue) -> Set<String> {
        var rights: Set<String> = []
        for rule in role["rules"]?.elements ?? [] {
            for group in rule["apiGroups"]?.elements ?? [] {
                for resource in rule["resources"]?.elements ?? [] {
                    let names = (rule["resourceNames"]?.elements ?? []).compactMap(\.string).sorted()
                    for verb in rule["verbs"]?.elements ?? [] {
                        rights.insert("\(group.string ?? "")/\(resource.string ?? "") \(verb.string ?? "") \(names)")
                    }
                }
            }
        }
        return rights
    }

    private func rights(of right: Right) -> [String] {
        right.verbs.map { "\(right.group)/\(right.resource) \($0) \(right.names.sorted())" }
    }
}
