import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The Helm chart", .enabled(if: Helm.isThere, "there is no Helm on this machine"))
struct ChartTests {
    /// Labels that only the chart sets.
    private static let ownLabels = [
        "helm.sh/chart", "app.kubernetes.io/instance", "app.kubernetes.io/version", LabelKey.managedBy,
    ]

    /// The objects that Helm makes, by kind and name.
    private func objects(_ arguments: String = "") async throws -> [String: DynamicObject] {
        let made = try await Helm.template(arguments)
        try #require(made.status == 0, "\(made.output)")
        return try byName(YAML.parse(made.output))
    }

    private func byName(_ documents: [JSONValue]) throws -> [String: DynamicObject] {
        let objects = try documents.filter { $0.object?.isEmpty == false }.map { try DynamicObject($0) }
        return try Dictionary(objects.map { ("\($0.kind) \($0.key)", $0) }) { first, _ in
            throw JSONError(.value, "\(first.kind) \(first.key) is there twice")
        }
    }

    private func shipped(_ folders: [String]) throws -> [String: DynamicObject] {
        try byName(
            folders.flatMap { folder in
                try Repository.cases(in: folder).filter { $0 != "kustomization" }
                    .flatMap { try Repository.yaml("\(folder)/\($0).yaml") }
            })
    }

    private func withoutOwn(_ object: DynamicObject) throws -> DynamicObject {
        var object = object
        let labels = object.labels.filter { !Self.ownLabels.contains($0.key) }
        object[path: "metadata", "labels"] =
            labels.isEmpty ? nil : .object(JSONObject(labels.map { ($0, .string($1)) }.sorted { $0.0 < $1.0 }))
        if object.kind == "CustomResourceDefinition" {
            #expect(object.annotations["helm.sh/resource-policy"] == "keep")
            object[path: "metadata", "annotations"] = nil
        }
        return object
    }

    /// The image is what differs: config/default names it apart.
    private func withoutImage(_ object: DynamicObject) throws -> DynamicObject {
        guard object.kind == "Deployment" else { return object }
        var object = object
        var container = try #require(object[path: "spec", "template", "spec", "containers"]?[0]?.object)
        container["image"] = nil
        container["imagePullPolicy"] = nil
        object[path: "spec", "template", "spec", "containers"] = [.object(container)]
        return object
    }

    @Test("With its own values it installs what config/default does, but for the namespace, which Helm makes")
    func sameAsConfig() async throws {
        let chart = try await objects()
        var shipped = try shipped(["crds", "config/rbac", "config/manager"])
        #expect(shipped.removeValue(forKey: "Namespace quartermaster-system") != nil)
        #expect(chart.keys.sorted() == shipped.keys.sorted())
        for (name, object) in shipped {
            let made = try withoutImage(withoutOwn(#require(chart[name])))
            #expect(try made.json.sorted == withoutImage(object).json.sorted, "\(name)")
        }
    }

    @Test("With monitoring it has what config/prometheus has")
    func monitoring() async throws {
        let chart = try await objects(

            "--set serviceMonitor.enabled=true --set serviceMonitor.labels.release=monitoring "
                + "--set prometheusRule.enabled=true --set prometheusRule.labels.release=monitoring")
        for (name, object) in try shipped(["config/prometheus"]) {
            #expect(try withoutOwn(#require(chart[name])).json.sorted == object.json.sorted)
        }
    }

    /// Helm applies by the server, which refuses the second time what another has written in between.
    @Test("What Kubernetes fills in is left to it: the rules of an aggregated role")
    func aggregated() async throws {
        let roles = try await objects().values.filter { $0["aggregationRule"] != nil }
        #expect(roles.map(\.key.name) == ["quartermaster-backup-reader"])
        for role in roles { #expect(role["rules"] == nil) }
    }

    /// A reference counts as a whole; one without what servers fill in is another than that which `kubectl apply` has left. A `false` that
    /// servers leave out is another than nothing.
    @Test("A release can take over what kubectl has installed: nothing reads otherwise than it was written")
    func takeover() async throws {
        let objects = try await objects()
        #expect(try #require(objects["PriorityClass quartermaster-operator"])["globalDefault"] == nil)
        let deployment = try #require(objects["Deployment quartermaster-system/quartermaster"])
        let container = deployment[path: "spec", "template", "spec", "containers"]?[0]
        let references = (container?["env"]?.elements ?? []).compactMap { $0["valueFrom"]?["fieldRef"] }
        #expect(references.count == 2)
        for reference in references { #expect(reference["apiVersion"] == "v1") }
    }

    @Test("The dashboards are those of config/grafana, each in a ConfigMap that Grafana's sidecar finds")
    func dashboards() async throws {
        let chart = try await objects("--set dashboards.enabled=true --set crds.enabled=false")
        let made = chart.values.filter { $0.kind == "ConfigMap" }
        let shipped = try Repository.files(in: "config/grafana", ending: ".json")
        #expect(made.count == shipped.count && !shipped.isEmpty)
        let kustomized = try Repository.text("config/grafana/kustomization.yaml")
        for object in made {
            let data = try #require(object["data"]?.object?.map { ($0.key, $0.value.string) }.first)
            #expect(try data.1 == Repository.text("config/grafana/\(data.0)"))
            #expect(object.labels["grafana_dashboard"] == "1")
            #expect(kustomized.contains("{name: \(object.name), files: [\(data.0)]}"))
        }
    }

    @Test("Values make what the golden files say", arguments: ["everything", "least"])
    func golden(values: String) async throws {
        let made = try await Helm.template("--values '\(Helm.chart)/ci/\(values)-values.yaml'")
        try #require(made.status == 0, "\(made.output)")
        try Repository.expect(made.output, isGolden: "Tests/ReconcilersTests/Golden/chart/\(values).yaml")
    }

    @Test("Every flag that it sets is one of `quartermaster run`", arguments: ["everything", "least"])
    func flags(values: String) throws {
        let page = try Repository.text("docs/reference/flags.md")
        let known = try #require(page.split(separator: "\n## ").first { $0.hasPrefix("quartermaster run\n") })
        let deployment = try #require(
            Repository.yaml("Tests/ReconcilersTests/Golden/chart/\(values).yaml").first {
                $0["kind"] == "Deployment"
            })
        let container = try DynamicObject(deployment)[path: "spec", "template", "spec", "containers"]?[0]
        let flags = (container?["args"]?.elements ?? []).compactMap(\.string).filter { $0.hasPrefix("--") }
        #expect(flags.count > 2)
        for flag in flags { #expect(known.contains("`\(flag.prefix { $0 != "=" }) "), "\(flag)") }
    }

    @Test("It is of the program's version")
    func version() throws {
        let chart = try #require(Repository.yaml("charts/quartermaster/Chart.yaml").first)
        #expect(chart["version"]?.string == BuildInfo.version && chart["appVersion"]?.string == BuildInfo.version)
    }

    @Test(
        "A wrong value is refused by its name",
        arguments: [
            ("replicas=-1", "/replicas"), ("image.digest=latest", "/image/digest"),
            ("operator.nodePoolNamespaces=null", "nodePoolNamespaces"),
            ("operator.nodePoolNamespace=workers", "nodePoolNamespace"),
            ("operator.nodePoolNamespaces={Workers}", "/operator/nodePoolNamespaces"),
            ("podDisruptionBudget.maxUnavailable=0", "/podDisruptionBudget/maxUnavailable"),
            ("priorityClass.value=2000000000", "/priorityClass/value"), ("extraArgs={resync}", "/extraArgs/0"),
            ("priorityClassName=", "priorityClassName"), ("tracing.endpoint=collector:4318", "/tracing/endpoint"),
        ])
    func refused(value: String, field: String) async throws {
        let made = try await Helm.template("--set '\(value)'")
        #expect(made.status != 0 && made.output.contains(field), "\(made.output.prefix(2000))")
    }

    @Test(
        "The way to the collector of traces is opened where egress is closed, and only there",
        arguments: [
            ("http://collector:4318", 4318), ("http://collector/otlp", 80), ("https://collector", 443),
            ("https://[fd00::1]:4317", 4317),
        ])
    func wayToCollector(endpoint: String, port: Int64) async throws {
        let closed = "--set 'networkPolicy.egress[0].ports[0].port=6443'"
        func egress(_ values: String) async throws -> [JSONValue] {
            let policy = try #require(try await objects(values)["NetworkPolicy quartermaster-system/quartermaster"])
            return policy[path: "spec", "egress"]?.elements ?? []
        }
        let rules = try await egress("\(closed) --set 'tracing.endpoint=\(endpoint)'")
        #expect(rules == [["ports": [["port": 6443]]], ["ports": [["port": .integer(port), "protocol": "TCP"]]]])
        #expect(try await egress(closed).count == 1)
        #expect(try await egress("--set 'tracing.endpoint=\(endpoint)'").isEmpty)
    }

    @Test("It has nothing against itself")
    func lint() async throws {
        let made = try await Helm.run("lint --strict '\(Helm.chart)'")
        #expect(made.status == 0, "\(made.output)")
    }

    @Test("A copy without what it links to says so, instead of installing half of it; a packaged one has it all")
    func copies() async throws {
        let made = try await Shell.run(
            """
            set -e
            mkdir half && cp -r '\(Helm.chart)'/templates '\(Helm.chart)'/*.yaml '\(Helm.chart)'/*.json half/
            ! '\(Helm.path ?? "")' template q half > /dev/null 2> half.txt
            grep -q 'lacks files/crds' half.txt || { cat half.txt; exit 1; }
            '\(Helm.path ?? "")' package '\(Helm.chart)' > /dev/null 2>&1
            '\(Helm.path ?? "")' template quartermaster quartermaster-*.tgz --namespace quartermaster-system > whole.yaml 2>/dev/null
            '\(Helm.path ?? "")' template quartermaster '\(Helm.chart)' --namespace quartermaster-system 2>/dev/null | diff whole.yaml -
            """)
        #expect(made.status == 0, "\(made.output)")
    }
}

extension JSONValue {
    /// The same with the fields of every object in the order of their names.
    fileprivate var sorted: JSONValue {
        if let fields = object {
            return .object(JSONObject(fields.map { ($0.key, $0.value.sorted) }.sorted { $0.0 < $1.0 }))
        }
        return array.map { .array($0.map(\.sorted)) } ?? self
    }
}
