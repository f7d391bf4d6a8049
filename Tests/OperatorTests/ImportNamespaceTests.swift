import Foundation
import KubeAPI
import Reconcilers
import Testing

@testable import Operator

@Suite("quartermaster import of a namespace")
struct ImportNamespaceTests {
    private func contents(_ documents: [JSONValue]) throws -> NamespaceContents {
        let objects = try documents.map { try DynamicObject($0) }
        let namespace = try #require(objects.first { $0.kind == "Namespace" })
        return NamespaceContents(namespace: namespace, objects: objects)
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
        "What an environment has made comes back as an environment that makes the same",
        arguments: ImportFixtures.samples)
    func roundTrip(name: String) throws {
        let sample = try ImportFixtures.sample(name)
        let tier = try #require(try Rendering.objects(of: sample).first?[path: "spec", "tier"]?.string)
        let before = try Rendering.children(of: sample)
        let contents = try contents(before.map(\.json))
        let text = try NamespaceImport(contents, name: nil, tier: tier).environment.manifest().text
        try ImportFixtures.expectUsable(text, name)
        let after = try Rendering.children(of: YAML.parse(text))
        for kind in [
            "Deployment", "Service", "ConfigMap", "PersistentVolumeClaim", "HorizontalPodAutoscaler", "Ingress",
            "PodDisruptionBudget",
        ] {
            #expect(Self.specs(of: after, kind) == Self.specs(of: before, kind), "\(kind)")
        }
        #expect(Self.connections(of: after) == Self.connections(of: before))
    }

    private static func specs(of children: [DynamicObject], _ kind: String) -> [String: [JSONValue?]] {
        Dictionary(
            children.filter { $0.kind == kind }.map { ($0.name, [$0["spec"], $0["data"]]) }, uniquingKeysWith: { $1 })
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
            [["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]]] + deployments)
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
            #expect(components == ["api", "cache", "front-end"])
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
