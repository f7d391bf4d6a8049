import Foundation
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Actions of Argo CD", .enabled(if: Lua.isThere, "there is no Lua 5.1 on this machine"))
struct ArgoCDActionTests {
    private static let kinds = Kinds.all.map { $0.resourceType.kind }
    private static let config = "config/argocd/argocd-cm.yaml"

    private func folder(_ kind: String) -> String { "\(StatusSample.scripts)/\(kind)/actions" }

    private func names(_ kind: String) throws -> [String] {
        try Repository.files(in: folder(kind), ending: "/action.lua").map { path in
            String(path.split(separator: "/").dropLast().last ?? "")
        }
    }

    private func run(_ script: String, on object: JSONValue) async throws -> JSONValue {
        try #require(try await Lua.run(Repository.text(script), on: [object]).first).get()
    }

    /// The sample after the action; an empty list is what Lua makes of an empty object, and Argo CD puts that right.
    private func act(_ action: String, on sample: StatusSample) async throws -> JSONValue {
        try await run("\(folder(sample.kind))/\(action)/action.lua", on: sample.object.json)
    }

    private func sample(_ kind: String, _ name: String) throws -> StatusSample {
        try #require(StatusSample.all().first { $0.kind == kind && $0.name == name })
    }

    /// What each action is to leave, by the name of its file.
    private func outputs(_ kind: String) throws -> [String: DynamicObject] {
        let ready = try sample(kind, "ready").object
        var (suspended, resumed, reconciled) = (ready, try sample(kind, "suspended").object, ready)
        suspended[path: "spec", "suspend"] = true
        resumed[path: "spec", "suspend"] = false
        reconciled[path: "metadata", "annotations"] = [AnnotationKey.requestedAt: "2026-01-01T00:00:00Z"]
        var outputs = ["suspended": suspended, "resumed": resumed, "reconciled": reconciled]
        if kind == BackupPolicy.resourceType.kind {
            var accepted = try sample(kind, "artifacts-missing").object
            let since = (StatusSample.created + .seconds(3600)).rfc3339
            accepted[path: "metadata", "annotations"] = [AnnotationKey.acceptedLoss: .string(since)]
            outputs["loss-accepted"] = accepted
        }
        return outputs
    }

    @Test("The outputs that the actions are shipped with differ from their inputs in one field", arguments: kinds)
    func outputFiles(kind: String) throws {
        let outputs = try outputs(kind)
        for (name, object) in outputs {
            try Repository.expect(
                YAML.write(object.json), isGolden: "\(folder(kind))/testdata/\(name).yaml")
        }
        #expect(Repository.cases(in: "\(folder(kind))/testdata") == outputs.keys.sorted())
    }

    @Test("Each test beside the actions passes, and each action has one", arguments: kinds)
    func upstream(kind: String) async throws {
        let tests = try #require(Repository.yaml("\(folder(kind))/action_test.yaml").first)
        func object(_ test: JSONValue, _ field: String) throws -> JSONValue {
            let path = try #require(test[field]?.string)
            return try #require(Repository.yaml("\(folder(kind))/\(path)").first)
        }
        for test in tests["discoveryTests"]?.elements ?? [] {
            let found = try await run("\(folder(kind))/discovery.lua", on: object(test, "inputPath"))
            let wanted = (test["result"]?.elements ?? []).map { action in
                (action["name"]?.string ?? "", JSONValue.object(action.object?.filter { $0.key != "name" } ?? [:]))
            }
            #expect(found.object?.keys.sorted() == wanted.map(\.0).sorted())
            for (name, action) in wanted {
                // What is not said is false.
                var known = found[name] ?? [:]
                known["disabled"] = known["disabled"] ?? false
                #expect(known.comparable == action.comparable, "\(name) of \(test)")
            }
        }
        let actions = tests["actionTests"]?.elements ?? []
        for test in actions {
            let action = try #require(test["action"]?.string)
            var found = try DynamicObject(
                await run("\(folder(kind))/\(action)/action.lua", on: object(test, "inputPath")))
            if let time = found.annotations[AnnotationKey.requestedAt] {
                #expect(
                    Timestamp(rfc3339: time).map { abs($0.secondsSinceEpoch - Timestamp.now().secondsSinceEpoch) < 60 }
                        == true)
                found[path: "metadata", "annotations"]?[AnnotationKey.requestedAt] = "2026-01-01T00:00:00Z"
            }
            #expect(try found.json.comparable == object(test, "expectedOutputPath").comparable, "\(action)")
        }
        #expect(try actions.compactMap { $0["action"]?.string }.sorted() == names(kind).sorted())
    }

    @Test("An action on an object with annotations keeps them, and a second loss is accepted up to the later time")
    func others() async throws {
        for kind in Self.kinds {
            var ready = try sample(kind, "ready").object
            ready[path: "metadata", "annotations"] = ["team": "shop"]
            let made = try await DynamicObject(
                run("\(folder(kind))/reconcile/action.lua", on: ready.json))
            #expect(made.annotations["team"] == "shop" && made.annotations.count == 2)
        }
        let kind = BackupPolicy.resourceType.kind
        var missing = try sample(kind, "artifacts-missing").object
        let targets = missing[path: "status", "targets"]?.elements ?? []
        var (older, newer) = (try #require(targets.first), try #require(targets.first))
        older["missingSince"] = "2025-12-31T23:00:00Z"
        newer["missingSince"] = "2026-01-02T00:00:00Z"
        missing[path: "status", "targets"] = .array([older, newer] + targets)
        let made = try await DynamicObject(
            run("\(folder(kind))/accept-loss/action.lua", on: missing.json))
        #expect(made.annotations == [AnnotationKey.acceptedLoss: "2026-01-02T00:00:00Z"])
    }

    @Test("What the action accepts the operator takes as accepted")
    func acceptedLoss() async throws {
        let missing = try sample(BackupPolicy.resourceType.kind, "artifacts-missing")
        #expect(missing.condition("Ready")?["reason"] == "ArtifactsMissing")
        let accepted = try await DynamicObject(act("accept-loss", on: missing))
        var policy = try BackupPolicy(defaulting: missing.object)
        policy.metadata.annotations = accepted.annotations
        let seen = PolicyObservation(
            ResolvedPolicy(policy), now: StatusSample.created + .seconds(7200), runs: [])
        #expect(seen.targets.first?.missingSince == nil && seen.targets.first?.expected == nil)
    }

    @Test("The ConfigMap has these scripts and no others")
    func configMap() throws {
        var data = JSONObject()
        for kind in Self.kinds {
            data["resource.customizations.health.quartermaster.dev_\(kind)"] = .string(
                try Repository.text("\(StatusSample.scripts)/\(kind)/health.lua"))
            let definitions = try names(kind).sorted().map { name -> JSONValue in
                [
                    "name": .string(name),
                    "action.lua": .string(try Repository.text("\(folder(kind))/\(name)/action.lua")),
                ]
            }
            let actions: JSONValue = [
                "discovery.lua": .string(try Repository.text("\(folder(kind))/discovery.lua")),
                "definitions": .array(definitions),
            ]
            data["resource.customizations.actions.quartermaster.dev_\(kind)"] = .string(YAML.write(actions))
        }
        let map: JSONValue = [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "argocd-cm", "namespace": "argocd"],
            "data": .object(data),
        ]
        let comment = """
            # Health and actions of Quartermaster's kinds for Argo CD, made from resource_customizations by `make golden`:
            # kubectl apply --server-side --field-manager quartermaster -f config/argocd/argocd-cm.yaml

            """
        try Repository.expect(comment + YAML.write(map), isGolden: Self.config)
        #expect(try Repository.yaml(Self.config) == [map], "what is written reads back as the same scripts")
    }
}

extension JSONValue {
    /// With fields in the order of their names, and without the difference between an empty list and an empty object.
    fileprivate var comparable: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.comparable))
        case .object(let fields):
            fields.isEmpty
                ? [] : .object(JSONObject(fields.map { ($0.key, $0.value.comparable) }.sorted { $0.0 < $1.0 }))
        default: self
        }
    }
}
