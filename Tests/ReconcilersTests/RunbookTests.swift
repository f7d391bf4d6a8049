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

    /// What the alerts that the operator makes of the fixtures link to, by their names. Those of pools can also be defined by the fixture.
    private func childAlerts() throws -> [String: Set<String>] {
        var links: [String: Set<String>] = [:]
        for manifest in KindFixtures.all.flatMap(\.valid) {
            let documents = try Repository.yaml(manifest.path)
            if manifest.kind == RegionalWorkerPool.self {
                let pool = try RegionalWorkerPool(defaulting: DynamicObject(#require(documents.first)))
                guard pool.spec.monitoring?.alerts != nil else { continue }
                for alert in ResolvedPool(pool).builtInAlerts {
                    links[alert.name, default: []].insert(alert.runbook?.chapter(about: alert.name) ?? "")
                }
                continue
            }
            for rule in try Rendering.children(of: documents) where rule.kind == "PrometheusRule" {
                let rules = (rule[path: "spec", "groups"]?.elements ?? []).flatMap { $0["rules"]?.elements ?? [] }
                for rule in rules {
                    links[rule["alert"]?.string ?? "", default: []].insert(
                        rule["annotations"]?["runbook_url"]?.string ?? "")
                }
            }
        }
        return links
    }

    /// The file of each chapter, by its title.
    private func chapters() throws -> [String: String] {
        let all = try Repository.files(in: "docs/runbooks", ending: ".md").flatMap { page in
            try Repository.text(page).split(separator: "\n").filter { $0.hasPrefix("## ") }.map {
                (String($0.dropFirst(3)), page)
            }
        }
        return try Dictionary(all) { first, _ in throw JSONError(.value, "a chapter of \(first) is there twice") }
    }

    @Test("Each alert leads to its chapter, and each chapter is about an alert that there is")
    func links() throws {
        var links = try childAlerts()
        for rule in try ownRules() {
            let name = try #require(rule["alert"]?.string)
            links[name] = [rule["annotations"]?["runbook_url"]?.string ?? ""]
        }
        let chapters = try chapters()
        #expect(links.keys.sorted() == chapters.keys.sorted())
        for (name, page) in chapters {
            let file = page.split(separator: "/").last ?? ""
            #expect(links[name] == ["\(Runbook.folder)/\(file)#\(name.lowercased())"])
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
