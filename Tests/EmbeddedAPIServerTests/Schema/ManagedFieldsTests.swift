import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Managed fields of updates")
struct ManagedFieldsTests {
    private let now = SchemaFixture.now

    private func object(_ spec: String) throws -> JSONValue { try SchemaFixture.widget(spec) }

    private func definition() throws -> ResourceDefinition {
        try SchemaFixture.custom(
            spec: """
                {"type":"object","properties":{"size":{"type":"integer"},
                 "flags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
                 "fixed":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}}}}
                """)
    }

    @Test("Sets are tracked by value, atomic maps as a whole")
    func listsAndMaps() throws {
        let created = FieldManager(try definition(), manager: "curl", now: now)
            .update(live: nil, new: try object(#"{"size":1,"flags":["a"],"fixed":{"x":"1"}}"#))
        #expect(
            created.fields(of: "curl") == [
                "f:spec": [
                    ".": [:], "f:fixed": [:], "f:flags": [".": [:], #"v:"a""#: [:]], "f:size": [:],
                ]
            ])
    }

    @Test("An update takes the fields that it changes from their owners")
    func takesFields() throws {
        let definition = try definition()
        let created = FieldManager(definition, manager: "curl", now: now).update(
            live: nil, new: try object(#"{"size":1}"#))
        var changed = created
        changed[path: ["spec", "size"]] = 2
        let updated = FieldManager(definition, manager: "other", now: now).update(live: created, new: changed)
        #expect(updated.fields(of: "other") == ["f:spec": ["f:size": [:]]])
        #expect(updated.fields(of: "curl") == ["f:spec": [:]])
    }

    @Test("A status has entries of its own, and a write of the status owns nothing else")
    func statusEntries() throws {
        let definition = try definition()
        let created = FieldManager(definition, manager: "curl", now: now).update(
            live: nil, new: try object(#"{"size":1}"#))
        var changed = created
        changed["status"] = ["size": 1]
        changed[path: ["spec", "size"]] = 9
        let updated = FieldManager(definition, subresource: "status", manager: "curl", now: now)
            .update(live: created, new: changed)
        #expect(updated.fields(of: "curl", subresource: "status") == ["f:status": [".": [:], "f:size": [:]]])
        #expect(updated.fields(of: "curl")?[path: ["f:spec", "f:size"]] == [:])
    }

    @Test("One empty entry clears the history, the next apply calls it before-first-apply")
    func reset() throws {
        let definition = try definition()
        let created = FieldManager(definition, manager: "curl", now: now).update(
            live: nil, new: try object(#"{"size":1}"#))
        var clearing = created
        clearing[path: ["metadata", "managedFields"]] = [[:]]
        let cleared = FieldManager(definition, manager: "curl", now: now).update(live: created, new: clearing)
        #expect(cleared.managers.isEmpty)
        var configuration = try object(#"{"flags":["a"]}"#)
        configuration[path: ["metadata", "namespace"]] = nil
        let applied = try FieldManager(definition, manager: "one", now: now)
            .apply(live: cleared, configuration: configuration, force: false)
        #expect(applied.managers.sorted() == ["before-first-apply", "one"])
    }

    @Test("More than ten updaters are kept as ancient changes")
    func cap() throws {
        let definition = try definition()
        var live = FieldManager(definition, manager: "m0", now: now).update(live: nil, new: try object(#"{"size":0}"#))
        for index in 1...12 {
            var changed = live
            changed[path: ["metadata", "labels", "l\(index)"]] = "x"
            live = FieldManager(definition, manager: "m\(index)", now: now + .seconds(index))
                .update(live: live, new: changed)
        }
        #expect(live.managers.count == 10)
        #expect(live.managers.contains("ancient-changes"))
    }

    @Test(
        "The manager is the parameter, or what stands before the slash of the user agent",
        arguments: [("kubectl", "x/1", "kubectl"), ("", "curl/8.0 (linux)", "curl"), ("", "", "unknown")])
    func managerName(_ parameter: String, _ agent: String, _ wanted: String) {
        #expect(FieldManager.name(parameter: parameter, userAgent: agent) == wanted)
    }

    @Test("fieldsV1 is read and written without loss")
    func fieldsRoundTrip() throws {
        let text = """
            {"f:metadata":{"f:labels":{".":{},"f:a":{}}},
             "f:spec":{"f:list":{"k:{\\"name\\":\\"x\\"}":{".":{},"f:name":{}}},"f:set":{"v:\\"q\\"":{}}}}
            """
        let json = try JSONValue.parse(text)
        #expect(FieldSet(fieldsV1: json).fieldsV1 == json)
    }
}
