import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Server-side apply")
struct ServerSideApplyTests {
    private let now = SchemaFixture.now

    private func configMap(_ data: String?) throws -> JSONValue {
        let field = data.map { #","data":\#($0)"# } ?? ""
        return try JSONValue.parse(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}\#(field)}"#)
    }

    /// Applies, and reads the answer as the server does before it stores it.
    private func apply(
        _ configuration: JSONValue, to live: JSONValue?, as manager: String, force: Bool = false,
        kind: String = "ConfigMap", at time: Timestamp? = nil
    ) throws -> JSONValue {
        let definition = try SchemaFixture.builtIn(kind)
        let result = try FieldManager(definition, manager: manager, now: time ?? now)
            .apply(live: live, configuration: configuration, force: force)
        return try ObjectDecoder.decode(result, as: definition).object
    }

    @Test("A field that somebody else applied is a conflict, named with its manager")
    func conflict() throws {
        let live = try apply(try configMap(#"{"a":"1"}"#), to: nil, as: "one")
        let failure = #expect(throws: StatusFailure.self) {
            _ = try apply(try configMap(#"{"a":"2"}"#), to: live, as: "two")
        }
        #expect(failure?.code == 409)
        #expect(failure?.message == #"Apply failed with 1 conflict: conflict with "one": .data.a"#)
        #expect(
            failure?.causes == [
                .init(reason: "FieldManagerConflict", message: #"conflict with "one""#, field: ".data.a")
            ])
    }

    @Test("Several conflicts are listed by manager, updates with their version")
    func conflicts() throws {
        let definition = try SchemaFixture.builtIn("ConfigMap")
        let created = FieldManager(definition, manager: "curl", now: now)
            .update(live: nil, new: try configMap(#"{"a":"1","b":"1"}"#))
        let failure = #expect(throws: StatusFailure.self) {
            _ = try apply(try configMap(#"{"a":"2","b":"2"}"#), to: created, as: "two")
        }
        #expect(
            failure?.message
                == "Apply failed with 2 conflicts: conflicts with \"curl\" using v1:\n- .data.a\n- .data.b")
    }

    @Test("Force takes the field over")
    func force() throws {
        let live = try apply(try configMap(#"{"a":"1"}"#), to: nil, as: "one")
        let forced = try apply(try configMap(#"{"a":"2"}"#), to: live, as: "two", force: true)
        #expect(forced[path: ["data", "a"]] == "2")
        #expect(forced.managers == ["two"])
        #expect(forced.fields(of: "two") == ["f:data": ["f:a": [:]]])
    }

    @Test("The same value is shared, and stays while one of its owners applies it")
    func sharedOwnership() throws {
        var live = try apply(try configMap(#"{"a":"1","b":"2"}"#), to: nil, as: "one")
        live = try apply(try configMap(#"{"a":"1"}"#), to: live, as: "two")
        #expect(live.managers.sorted() == ["one", "two"])
        live = try apply(try configMap(#"{"b":"2"}"#), to: live, as: "one")
        #expect(live["data"] == ["a": "1", "b": "2"])
        live = try apply(try configMap(nil), to: live, as: "two")
        #expect(live["data"] == ["b": "2"])
        live = try apply(try configMap(nil), to: live, as: "one")
        #expect(live["data"] == nil)
    }

    @Test("Applying the same again changes nothing, not even times")
    func noop() throws {
        let definition = try SchemaFixture.builtIn("Deployment")
        let configuration = try SchemaFixture.deployment()
        let first = try apply(configuration, to: nil, as: "one", kind: "Deployment")
        let live = definition.applyingDefaults(to: first)
        let again = try apply(configuration, to: live, as: "one", kind: "Deployment", at: now + .seconds(60))
        #expect(again == live)
    }

    @Test("Defaults belong to nobody who applied, and to who created")
    func defaults() throws {
        let definition = try SchemaFixture.builtIn("Deployment")
        let applied = try apply(try SchemaFixture.deployment(), to: nil, as: "one", kind: "Deployment")
        #expect(applied.fields(of: "one")?[path: ["f:spec", "f:replicas"]] == nil)
        let received = try SchemaFixture.received(try SchemaFixture.deployment(), definition)
        let created = FieldManager(definition, manager: "curl", now: now).update(live: nil, new: received)
        let fields = created.fields(of: "curl")
        #expect(fields?[path: ["f:spec", "f:replicas"]] == [:])
        #expect(
            fields?[path: ["f:spec", "f:strategy"]] == [
                "f:rollingUpdate": [".": [:], "f:maxSurge": [:], "f:maxUnavailable": [:]], "f:type": [:],
            ])
        #expect(fields?[path: ["f:spec", "f:template", "f:spec", "f:containers", #"k:{"name":"app"}"#, "."]] == [:])
    }

    @Test("Elements of a list map are merged by their keys, in the applied order")
    func listMap() throws {
        func environment(_ names: String...) throws -> JSONValue {
            let list = names.map { #"{"name":"\#($0)","value":"1"}"# }.joined(separator: ",")
            return try SchemaFixture.deployment(#","env":[\#(list)]"#)
        }
        func names(_ object: JSONValue) -> [String] {
            (object[path: ["spec", "template", "spec", "containers"]]?[0]?["env"]?.array ?? [])
                .compactMap { $0["name"]?.string }
        }
        var live = try apply(try environment("a", "b"), to: nil, as: "one", kind: "Deployment")
        live = try apply(try environment("c", "b"), to: live, as: "two", kind: "Deployment")
        #expect(Set(names(live)) == ["a", "b", "c"])
        live = try apply(try environment("b"), to: live, as: "one", kind: "Deployment")
        #expect(names(live) == ["c", "b"])
    }

    @Test("A list element's key may be left out where it has a default")
    func keyDefault() throws {
        let configuration = try SchemaFixture.deployment(#","ports":[{"containerPort":80}]"#)
        let live = try apply(configuration, to: nil, as: "one", kind: "Deployment")
        let ports = live.fields(of: "one")?[
            path: ["f:spec", "f:template", "f:spec", "f:containers", #"k:{"name":"app"}"#, "f:ports"]]
        #expect(ports?.object?.first?.key == #"k:{"containerPort":80,"protocol":"TCP"}"#)
    }

    @Test("A configuration that does not fit its type is named with its object")
    func unknownField() throws {
        let configuration = try SchemaFixture.deployment(spec: #""bogus":1,"#)
        let failure = #expect(throws: StatusFailure.self) {
            _ = try apply(configuration, to: nil, as: "one", kind: "Deployment")
        }
        #expect(failure?.code == 500)
        #expect(
            failure?.message
                == "failed to create typed patch object (n/web; apps/v1, Kind=Deployment): .spec.bogus: field not "
                + "declared in schema")
    }
}
