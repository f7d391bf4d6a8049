import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Built-in alerts and their pages")
struct RunbookTests {
    private static let rules = "config/prometheus/rules.yaml"

    /// The rules of the operator's own alerts.
    private func ownRules() throws -> [JSONValue] {
        let documents = try Repository.yaml(Self.rules)
        return documents.flatMap { $0["spec"]?["groups"]?.elements ?? [] }.flatMap { $0["rules"]?.elements ?? [] }
    }

    /// The names of the alerts that the operator makes of the fixtures. Those of pools can be defined by the fixture itself.
    private func childAlerts() throws -> Set<String> {
        var names: Set<String> = []
        for manifest in KindFixtures.all.flatMap(\.valid) {
            let documents = try Repository.yaml(manifest.path)
            if manifest.kind == RegionalWorkerPool.self {
                let pool = try RegionalWorkerPool(defaulting: DynamicObject(#require(documents.first)))
                guard pool.spec.monitoring?.alerts != nil else { continue }
                names.formUnion(ResolvedPool(pool).builtInAlerts.map(\.name))
                continue
            }
            for rule in try Rendering.children(of: documents) where rule.kind == "PrometheusRule" {
                let rules = (rule[path: "spec", "groups"]?.elements ?? []).flatMap { $0["rules"]?.elements ?? [] }
                names.formUnion(rules.compactMap { $0["alert"]?.string })
            }
        }
        return names
    }

    @Test("Each alert has a chapter, and each chapter is about an alert that there is")
    func chapters() throws {
        let own = try Set(ownRules().compactMap { $0["alert"]?.string })
        #expect(own.count > 5)
        let chapters = try Repository.files(in: "docs/runbooks", ending: ".md").flatMap { page in
            try Repository.text(page).split(separator: "\n").filter { $0.hasPrefix("## ") }.map {
                String($0.dropFirst(3))
            }
        }
        #expect(try Set(chapters) == own.union(childAlerts()))
        #expect(Set(chapters).count == chapters.count)
    }

    @Test("An alert of the operator leads to its chapter")
    func links() throws {
        for rule in try ownRules() {
            let name = try #require(rule["alert"]?.string)
            let link = rule["annotations"]?["runbook_url"]?.string ?? ""
            #expect(link.hasSuffix("/docs/runbooks/operator.md#\(name.lowercased())"))
        }
    }

    @Test("Their expressions use metrics that the operator has, and its job")
    func metrics() throws {
        let source = try Repository.text("Sources/KubeAPI/Observability/MetricName.swift")
        let known = Set(source.split(separator: "\"").map(String.init))
        for rule in try ownRules() {
            let expression = try #require(rule["expr"]?.string)
            let selectors = expression.split(separator: "{").dropLast().map { part in
                String(part.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
            }
            #expect(!selectors.isEmpty)
            for name in selectors where name != "up" {
                let base = name.hasSuffix("_bucket") ? String(name.dropLast(7)) : name
                #expect(known.contains(base), "\(name)")
            }
            #expect(expression.components(of: "job=\"quartermaster-metrics\"") == selectors.count, "\(expression)")
        }
    }

    @Test("They fire when they should, and not before", .enabled(if: Promtool.isThere, "promtool is not installed"))
    func firing() throws {
        let spec = try #require(Repository.yaml(Self.rules).first?["spec"])
        let (status, output) = try Promtool.run(
            ["test", "rules", "test.yaml"],
            files: [
                "rules.yaml": YAML.write([spec]), "test.yaml": Repository.text("Tests/Fixtures/alerts/operator.yaml"),
            ])
        #expect(status == 0, "\(output)")
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
