import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Dashboards of Grafana")
struct DashboardTests {
    private static let files = (try? Repository.files(in: "config/grafana", ending: ".json")) ?? []
    /// Of Prometheus, of every process, and of kube-state-metrics.
    private static let foreign: Set = [
        "up", "process_resident_memory_bytes", "process_cpu_seconds_total", "kube_deployment_spec_replicas",
        "kube_deployment_status_replicas_available", "kube_resourcequota", "kube_pod_container_status_restarts_total",
    ]

    private func board(_ file: String) throws -> JSONValue {
        try JSONValue.parse(Array(Repository.text(file).utf8))
    }

    /// The queries of panels and variables, with what Grafana puts in the place of its variables.
    private func queries(_ board: JSONValue) -> [String] {
        let panels = (board["panels"]?.elements ?? []).flatMap { $0["targets"]?.elements ?? [] }.compactMap {
            $0["expr"]?.string
        }
        let variables = (board["templating"]?["list"]?.elements ?? []).compactMap { variable -> String? in
            guard variable["type"] == "query", let definition = variable["definition"]?.string else { return nil }
            return definition.replacing("label_values(", with: "").split(separator: ", ").dropLast().joined(
                separator: ", ")
        }
        return (panels + variables).map { query in
            ["namespace", "name", "environment"].reduce(query.replacing("$__rate_interval", with: "5m")) {
                $0.replacing("$\($1)\"", with: ".*\"")
            }
        }
    }

    @Test("There is one for the operator and one for each kind")
    func all() throws {
        #expect(Self.files.count == 1 + Kinds.all.count)
        let names = try Self.files.map { try board($0)["uid"]?.string }
        #expect(Set(names).count == names.count && !names.contains(nil))
        for kind in Kinds.all.map({ $0.resourceType.kind }) {
            let about = try Self.files.count { try Repository.text($0).contains("kind=\\\"\(kind)\\\"") }
            #expect(about == 1, "\(kind)")
        }
    }

    @Test("Panels have a title, a place of their own, and the data source that the user chooses", arguments: files)
    func panels(file: String) throws {
        let panels = try board(file)["panels"]?.elements ?? []
        #expect(panels.count > 4 && Set(panels.compactMap { $0["id"]?.integer }).count == panels.count)
        var taken: Set<[Int64]> = []
        for panel in panels {
            #expect(panel["title"]?.string?.isEmpty == false)
            #expect(panel["datasource"]?["uid"] == "${datasource}")
            let place = try #require(panel["gridPos"])
            let (x, y) = (try #require(place["x"]?.integer), try #require(place["y"]?.integer))
            let (width, height) = (try #require(place["w"]?.integer), try #require(place["h"]?.integer))
            #expect(x + width <= 24)
            for column in x..<(x + width) {
                for row in y..<(y + height) {
                    #expect(taken.insert([column, row]).inserted, "\(panel["title"] ?? "")")
                }
            }
        }
    }

    @Test("Every query is about metrics that there are", arguments: files)
    func metrics(file: String) throws {
        let source = try Repository.text("Sources/KubeAPI/Observability/MetricName.swift")
        let known = Set(source.split(separator: "\"").map(String.init)).union(Self.foreign)
        for query in try queries(board(file)) {
            let names = query.split(separator: "{").dropLast().map { part in
                String(part.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
            }
            #expect(!names.isEmpty, "\(query)")
            for name in names {
                #expect(known.contains(name.hasSuffix("_bucket") ? String(name.dropLast(7)) : name), "\(name)")
            }
        }
    }

    @Test(
        "promtool reads every query", .enabled(if: Promtool.isThere, "promtool is not installed"), arguments: files)
    func syntax(file: String) throws {
        let rules = try queries(board(file)).enumerated().map { index, query -> JSONValue in
            ["record": .string("query:\(index)"), "expr": .string(query)]
        }
        let group: JSONValue = ["groups": [["name": "queries", "rules": .array(rules)]]]
        let (status, output) = try Promtool.run(["check", "rules", "r.yaml"], files: ["r.yaml": YAML.write([group])])
        #expect(status == 0, "\(output)")
    }
}
