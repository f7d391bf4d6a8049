import Foundation
import KubeAPI
import Support
import Testing

@testable import Reconcilers

@Suite("Health as Argo CD sees it", .enabled(if: Lua.isThere, "there is no Lua 5.1 on this machine"))
struct ArgoCDHealthTests {
    private static let kinds = Kinds.all.map { $0.resourceType.kind }

    private func script(_ kind: String) throws -> String {
        try Repository.text("\(StatusSample.scripts)/\(kind)/health.lua")
    }

    /// What the script says of each of them; there is no error among it.
    private func health(_ kind: String, of objects: [DynamicObject]) async throws -> [(status: String, message: String)]
    {
        try await Lua.run(script(kind), on: objects.map(\.json)).map { answer in
            let health = try answer.get()
            return (try #require(health["status"]?.string), try #require(health["message"]?.string))
        }
    }

    @Test("The samples that the scripts are shipped with are what the operator writes")
    func samples() throws {
        let samples = try StatusSample.all()
        for kind in Self.kinds {
            let own = samples.filter { $0.kind == kind }
            for sample in own { try Repository.expect(YAML.write(sample.object.json), isGolden: sample.path) }
            let tests = own.map { sample -> JSONValue in
                let message: String =
                    switch sample.name {
                    case "new", "changed": "the operator has not reported on this generation yet"
                    default: sample.message ?? ""
                    }
                return [
                    "inputPath": .string("testdata/\(sample.name).yaml"),
                    "healthStatus": ["status": .string(sample.health.rawValue), "message": .string(message)],
                ]
            }
            let folder = "\(StatusSample.scripts)/\(kind)"
            try Repository.expect(YAML.write(["tests": .array(tests)]), isGolden: "\(folder)/health_test.yaml")
            #expect(Repository.cases(in: "\(folder)/testdata") == own.map(\.name).sorted())
        }
    }

    @Test("Each test beside a script passes, in the form in which Argo CD's own repository has them", arguments: kinds)
    func upstream(kind: String) async throws {
        let folder = "\(StatusSample.scripts)/\(kind)"
        let tests = try #require(Repository.yaml("\(folder)/health_test.yaml").first)["tests"]?.elements ?? []
        let objects = try tests.map { test -> DynamicObject in
            let path = try #require(test["inputPath"]?.string)
            return try DynamicObject(#require(Repository.yaml("\(folder)/\(path)").first))
        }
        #expect(objects.count > 5)
        for (test, found) in zip(tests, try await health(kind, of: objects)) {
            #expect(found.status == test["healthStatus"]?["status"]?.string, "\(test)")
            #expect(found.message == test["healthStatus"]?["message"]?.string, "\(test)")
        }
    }

    @Test("What a reason means to Argo CD follows from what has to happen, for every reason", arguments: kinds)
    func reasons(kind: String) async throws {
        let samples = try StatusSample.all().filter { $0.kind == kind }
        let ready = try #require(samples.first { $0.name == "ready" }).object
        let suspended = try #require(samples.first { $0.name == "suspended" }).object
        var objects: [DynamicObject] = []
        var wanted: [String] = []
        for reason in Reason.allCases {
            for (object, consequence, health) in [
                (ready, Finding.Consequence.wait, StatusSample.Health.progressing), (ready, .edit, .degraded),
                (suspended, .wait, .progressing), (suspended, .edit, .degraded), (suspended, .pause, .suspended),
            ] {
                objects.append(try StatusSample.saying(Finding(reason, "\(reason) it is", consequence), of: object))
                wanted.append("\(health.rawValue) \(reason) it is")
            }
        }
        let found = try await health(kind, of: objects)
        #expect(found.map { "\($0.status) \($0.message)" } == wanted)
    }

    @Test("Argo CD and kstatus agree, but that Argo CD has a word for suspended", arguments: kinds)
    func kstatus(kind: String) async throws {
        let samples = try StatusSample.all().filter { $0.kind == kind }
        for sample in samples {
            let allowed: [StatusSample.Health] =
                switch KStatus(of: sample.object) {
                case .current: [.healthy, .suspended]
                case .failed: [.degraded]
                case .inProgress: [.progressing, .suspended]
                case .terminating: [.progressing]
                }
            #expect(allowed.contains(sample.health), "\(sample)")
            let isSuspended = sample.object[path: "spec", "suspend"] == true
            #expect(isSuspended == (sample.health == .suspended), "\(sample)")
        }
    }

    @Test("No status makes a script fail, or say something that Argo CD does not know", arguments: kinds)
    func anyStatus(kind: String) async throws {
        var random = SeededRandom(seed: 19)
        let samples = try StatusSample.all().filter { $0.kind == kind }.map(\.object)
        let objects = (0..<600).map { index in
            DynamicObject(
                JSONObject(
                    samples[index % samples.count].fields.map { field -> (String, JSONValue) in
                        let stays = ["apiVersion", "kind"].contains(field.key)
                        return (field.key, stays ? field.value : field.value.garbled(by: &random))
                    }))
        }
        let known: Set = ["Healthy", "Progressing", "Degraded", "Suspended"]
        for (object, found) in zip(objects, try await health(kind, of: objects)) {
            #expect(known.contains(found.status), "\(object.json)")
        }
        let bare = try await health(kind, of: [DynamicObject(JSONObject([("kind", .string(kind))]))])
        #expect(bare.map(\.status) == ["Progressing"])
    }
}

extension JSONValue {
    /// The value with something in it that should not be there, or without something that should.
    fileprivate func garbled(by random: inout SeededRandom) -> JSONValue {
        if random.happens(8) {
            let odd: [JSONValue] = [
                .null, true, -1, 1.5, "", "True", [], [:], [[1, "a", .null]], ["status": ["a": 1]],
            ]
            return odd.randomElement(using: &random) ?? .null
        }
        switch self {
        case .array(let elements): return .array(elements.map { $0.garbled(by: &random) })
        case .object(let fields):
            return .object(
                JSONObject(
                    fields.compactMap { field -> (String, JSONValue)? in
                        random.happens(4) ? nil : (field.key, field.value.garbled(by: &random))
                    }))
        default: return self
        }
    }
}
