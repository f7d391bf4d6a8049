import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

@Suite("quartermaster import of a namespace")
struct ImportNamespaceTests {
    private func contents(_ documents: [JSONValue]) throws -> NamespaceContents {
        let objects = try documents.map { try DynamicObject($0) }
        let namespace = try #require(objects.first { $0.kind == "Namespace" })
        return NamespaceContents(namespace: namespace, objects: objects)
    }

    private static let space: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]]

    private func imported(_ text: String) throws -> (spec: JSONValue, text: String) {
        let documents = try YAML.parse(text).map { document in
            var object = try DynamicObject(document)
            object[path: "metadata", "namespace"] = "a"
            return object.json
        }
        let manifest = try NamespaceImport(contents([Self.space] + documents), name: nil, tier: "staging").environment
            .manifest().text
        try ImportFixtures.expectUsable(manifest, text)
        return (try YAML.parseDocument(Array(manifest.utf8))["spec"] ?? .null, manifest)
    }

    private func contents(_ name: String) throws -> NamespaceContents {
        try contents(YAML.parse(String(contentsOfFile: ImportFixtures.path("namespace", name), encoding: .utf8)))
    }

    @Test("Namespaces become what their golden files say", arguments: ImportFixtures.namespaces)
    func golden(name: String) throws {
        let (text, _) = try NamespaceImport(contents(name), name: nil, tier: "staging").environment.manifest()
        try ImportFixtures.expect(text, isGolden: "namespace-\(name)")
        try ImportFixtures.expectUsable(text, name)
        for secret in ["hunter2", "in-the-open", "abc"] { #expect(!text.contains(secret)) }
    }

    @Test("In every tier the result is valid", arguments: ImportFixtures.namespaces, AppEnvironment.Tier.allCases)
    func tiers(name: String, tier: AppEnvironment.Tier) throws {
        let text = try NamespaceImport(contents(name), name: "other", tier: tier.rawValue).environment.manifest().text
        try ImportFixtures.expectUsable(text, "\(name), \(tier)")
    }

    @Test(
        "Objects of which anything may be something else give a valid environment, or it is said why not",
        arguments: ImportFixtures.namespaces)
    func mutations(name: String) throws {
        let documents = try YAML.parse(
            String(contentsOfFile: ImportFixtures.path("namespace", name), encoding: .utf8))
        var random = SeededRandom(seed: 1)
        for _ in 0..<20 {
            let changed = documents.map { document -> JSONValue in
                guard var fields = document.object, let spec = fields["spec"] else { return document }
                fields["spec"] = ImportFixtures.changed(spec, &random)
                return .object(fields)
            }
            do {
                let text = try NamespaceImport(contents(changed), name: nil, tier: "staging").environment.manifest()
                    .text
                try ImportFixtures.expectUsable(text, name)
            } catch is ImportedEnvironment.Failure {
                continue  // Nothing is left that could be one.
            }
        }
    }

    @Test(
        "What an environment has made comes back as an environment that makes the same",
        arguments: ImportFixtures.samples)
    func roundTrip(name: String) throws {
        let sample = try ImportFixtures.sample(name)
        let tier = try #require(try Rendering.objects(of: sample).first?[path: "spec", "tier"]?.string)
        let before = try Rendering.children(of: sample)
        // A claim that components mount and that none of them makes.
        let dumps: JSONValue = [
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "dumps"],
            "spec": ["accessModes": ["ReadWriteMany"]],
        ]
        let contents = try contents(before.map(\.json) + [dumps])
        let text = try NamespaceImport(contents, name: nil, tier: tier).environment.manifest().text
        try ImportFixtures.expectUsable(text, name)
        let after = try Rendering.children(of: YAML.parse(text))
        for kind in [
            "Deployment", "Service", "ConfigMap", "PersistentVolumeClaim", "HorizontalPodAutoscaler", "Ingress",
            "PodDisruptionBudget", "StatefulSet", "CronJob", "Job",
        ] {
            #expect(Self.specs(of: after, kind) == Self.specs(of: before, kind), "\(kind)")
        }
        #expect(Self.connections(of: after) == Self.connections(of: before))
    }

    private static func specs(of children: [DynamicObject], _ kind: String) -> [String: [JSONValue?]] {
        Dictionary(
            children.filter { $0.kind == kind }.map { child in
                // The name of a Job is made of how its spec is written.
                let name = kind == "Job" ? child.labels["quartermaster.dev/environment-component"] ?? "" : child.name
                return (name, [child["spec"], child["data"]])
            }, uniquingKeysWith: { $1 })
    }

    /// Which pods the policies of components let in and out, whatever else they allow.
    private static func connections(of children: [DynamicObject]) -> [String: Set<JSONValue>] {
        let policies = children.filter { $0.kind == "NetworkPolicy" && $0.name.hasPrefix("allow-") }
        return Dictionary(
            policies.map { policy in
                let rules =
                    (policy[path: "spec", "ingress"]?.array ?? []) + (policy[path: "spec", "egress"]?.array ?? [])
                let own = rules.filter { rule in
                    (rule["from"] ?? rule["to"])?.array?.contains {
                        $0["podSelector"] != nil && $0["namespaceSelector"] == nil
                    } == true
                }
                return (policy.name, Set(own))
            }, uniquingKeysWith: { $1 })
    }

    /// Comments without their line breaks.
    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).filter { $0 != "#" }.joined(separator: " ")
    }

    private static let web = """
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: \
        {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{name: http, port: 80}]}}

        """

    private static func ingress(_ name: String, _ hosts: [(host: String, path: String)], tls: String? = nil) -> String {
        let rules = hosts.map { host, path in
            """
            {host: "\(host)", http: {paths: [{path: \(path), pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}
            """
        }
        return """
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: \(name)}
            spec: {rules: [\(rules.joined(separator: ", "))], tls: [\(tls.map { "{secretName: \($0)}" } ?? "")]}

            """
    }

    @Test("Hosts of an Ingress that lead to the same are one entry, as many as one has; others have their own")
    func hosts() throws {
        let many = (0..<9).map { ("h\($0).example.org", "/") }
        let (spec, _) = try imported(
            Self.web
                + Self.ingress("one", [("a.example.com", "/"), ("b.example.com", "/api"), ("c.example.com", "/")])
                + Self.ingress("two", [("d.example.com", "/")]) + Self.ingress("many", many))
        let entries = spec["ingress"]?.array ?? []
        #expect(
            entries.map { $0["host"] } == [
                "h0.example.org", "h8.example.org", "a.example.com", "b.example.com", "d.example.com",
            ])
        #expect(
            entries.map { $0["additionalHosts"] } == [
                .array((1..<8).map { .string("h\($0).example.org") }), nil, ["c.example.com"], nil, nil,
            ])
    }

    @Test(
        "An Ingress is taken over if the environment gives its name, hosts, certificate and paths to one; of others it is said why not"
    )
    func ingresses() throws {
        func listed(_ ingress: String, _ reason: String?) throws {
            let (spec, text) = try imported(Self.web + ingress)
            let objects = (spec["adopt"]?["objects"]?.array ?? []).filter { $0["kind"] == "Ingress" }
            #expect(objects.isEmpty == (reason != nil), "\(ingress)")
            let comment = Self.words(text)
            #expect(comment.contains("both serve the host") == (reason != nil), "\(text)")
            if let reason { #expect(comment.contains(reason), "\(text)") }
        }
        try listed(Self.ingress("b.example.com", [("a.example.com", "/"), ("b.example.com", "/")], tls: "a-tls"), nil)
        try listed(Self.ingress("wildcard.example.com", [("*.example.com", "/")]), nil)
        try listed(Self.ingress("web", [("a.example.com", "/")]), "called after the first host")
        try listed(
            Self.ingress("a.example.com", [("a.example.com", "/"), ("b.example.com", "/b")]),
            "it serves b.example.com, too")
        try listed(
            Self.ingress("a.example.com", [("a.example.com", "/")]).replacing(
                "{rules", with: "{defaultBackend: {}, rules"),
            "lead elsewhere")
    }

    @Test(
        "A StatefulSet that an environment can't have as it is stays, with the reason and the way out, and with its Service and claims"
    )
    func keptStatefulSets() throws {
        func text(_ spec: String) throws -> String {
            let (spec, text) = try imported(
                """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: db}
                spec: {serviceName: db, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: "db:1", \
                volumeMounts: [{name: data, mountPath: /data}]}]}}, \(spec)}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}, ports: [{port: 5432}]}}
                ---
                {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-db-0}, spec: {accessModes: [ReadWriteOnce]}}
                """)
            #expect(spec["adopt"] == nil)
            return Self.words(text)
        }
        func claims(_ fields: String) -> String {
            "volumeClaimTemplates: [{metadata: {name: data}, spec: {\(fields)resources: {requests: {storage: 1Gi}}}}]"
        }
        let plain = "accessModes: [ReadWriteOnce], "
        let expressions = "selector: {matchExpressions: [{key: app, operator: Exists}]}, "
        #expect(try text(expressions + claims(plain)).contains("kubectl delete statefulset db --cascade=orphan"))
        let once = try text("selector: {matchLabels: {app: db}}, " + claims("accessModes: [ReadWriteOncePod], "))
        #expect(once.contains("StatefulSet db is not taken over, and stays as it is: "))
        #expect(once.contains("--cascade=orphan"))
    }

    @Test("In production an image without a tag that stays gets one to choose")
    func production() throws {
        let images = ["web", "web:latest", "registry:5000/web@sha256:1", "x y\n", "web:1"]
        let deployments = images.enumerated().map { index, image -> JSONValue in
            [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "c\(index)", "namespace": "a"],
                "spec": ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]],
            ]
        }
        let contents = try contents(
            [Self.space] + deployments)
        let text = try NamespaceImport(contents, name: nil, tier: "production").environment.manifest().text
        try ImportFixtures.expectUsable(text, "production")
        let chosen = try YAML.parse(text)[0]["spec"]?["components"]?.array?.compactMap { $0["image"]?.string }
        #expect(
            chosen == [
                "web:change-me", "web:change-me", "registry:5000/web:change-me", "registry.example.com/app:change-me",
                "web:1",
            ])
    }

    @Test("The command reads a namespace of a cluster, prints the environment and changes nothing")
    func command() async throws {
        try await CommandCluster.run { cluster in
            let text = try String(contentsOfFile: ImportFixtures.path("namespace", "shop"), encoding: .utf8)
            for document in try YAML.parse(text) {
                let object = try DynamicObject(document)
                let type = try #require(
                    try await cluster.client.resourceType(apiVersion: object.apiVersion, kind: object.kind))
                try await cluster.apply(YAML.write(document), as: type)
            }
            let run = try cluster.quartermaster("import", "-n", "shop")
            #expect(try await run.status() == 1)
            #expect(run.errors.contains("could not be taken"))
            try ImportFixtures.expectUsable(run.output, "shop")
            let components = try YAML.parse(run.output)[0]["spec"]?["components"]?.array?.compactMap {
                $0["name"]?.string
            }
            #expect(components == ["api", "cache", "front-end", "database", "report"])
            let none = try cluster.quartermaster("import", "-n", "none")
            #expect(try await none.status() == 2)
            #expect(none.errors.contains("there is no namespace none"))
            let empty = try cluster.quartermaster("import", "-n", "workers")
            #expect(try await empty.status() == 2)
            #expect(empty.errors.contains("nothing runs in the namespace workers"))
        }
    }

    @Test("Exit status: 0 where all could be taken, 2 for a wrong command line or file")
    func exitStatus() async throws {
        let wiki = ImportFixtures.path("compose", "wiki")
        let cases: [([String], Int32)] = [
            (["-f", wiki], 0), (["-f", ImportFixtures.path("compose", "shop")], 1), ([], 2),
            (["-f", wiki, "-n", "a"], 2),
            (["-f", "/nowhere.yaml"], 2), (["-f", wiki, "--name", "Default!"], 2), (["-f", wiki, "--tier", "gold"], 2),
        ]
        for (arguments, status) in cases {
            #expect(try await ProgramRun(["import"] + arguments).status() == status, "\(arguments)")
        }
    }
}
