import KubeAPI
import Support
import Testing

@testable import EmbeddedAPIServer

@Suite("Tables")
struct TableTests {
    private let now = SchemaFixture.now

    private func cells(_ object: String, _ kind: String, wide: Bool = false) throws -> [JSONValue] {
        let definition = try SchemaFixture.builtIn(kind)
        let table = Table.make([try SchemaFixture.json(object)], definition, now: now)
        let columns = table["columnDefinitions"]?.array ?? []
        let cells = table["rows"]?[0]?["cells"]?.array ?? []
        return zip(columns, cells).filter { wide || $0.0["priority"] == 0 }.map(\.1)
    }

    @Test("A deployment's row")
    func deployment() throws {
        let object = """
            {"metadata":{"name":"web","creationTimestamp":"2026-01-01T11:00:00Z"},"spec":{"replicas":3},
             "status":{"readyReplicas":2,"updatedReplicas":3,"availableReplicas":2}}
            """
        #expect(try cells(object, "Deployment") == ["web", "2/3", 3, 2, "60m"])
    }

    @Test(
        "A pod's status in one word",
        arguments: [
            (#"{"phase":"Running","containerStatuses":[{"ready":true,"state":{"running":{}}}]}"#, "Running"),
            (
                #"{"phase":"Pending","containerStatuses":[{"state":{"waiting":{"reason":"ImagePullBackOff"}}}]}"#,
                "ImagePullBackOff"
            ),
            (#"{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}"#, "ExitCode:3"),
            (
                #"{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"reason":"Completed"}}}]}"#,
                "Completed"
            ),
            (#"{"phase":"Pending","initContainerStatuses":[{"state":{"running":{}}}]}"#, "Init:0/0"),
            (
                #"{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}"#,
                "SchedulingGated"
            ),
        ])
    func podStatus(_ status: String, _ wanted: JSONValue) throws {
        let object = #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]},"status":\#(status)}"#
        #expect(try cells(object, "Pod")[2] == wanted)
    }

    @Test("A node's row, wide")
    func node() throws {
        let object = """
            {"metadata":{"name":"n","creationTimestamp":"2025-12-30T12:00:00Z",
              "labels":{"node-role.kubernetes.io/worker":""}},"spec":{"unschedulable":true},
             "status":{"conditions":[{"type":"Ready","status":"True"}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}],
              "nodeInfo":{"kubeletVersion":"v1.36.2","osImage":"Debian","kernelVersion":"6.1","architecture":"amd64",
               "containerRuntimeVersion":"containerd://2"}}}
            """
        #expect(
            try cells(object, "Node", wide: true) == [
                "n", "Ready,SchedulingDisabled", "worker", "2d", "v1.36.2", "10.0.0.1", "<none>", "Debian",
                "6.1 (amd64)",
                "containerd://2",
            ])
    }

    @Test(
        "Ages as kubectl shows them",
        arguments: [
            (5, "5s"), (119, "119s"), (120, "2m"), (200, "3m20s"), (3600, "60m"), (18000, "5h"), (30000, "8h"),
            (180_000, "2d2h"), (864_000, "10d"), (-5, "<invalid>"),
        ])
    func ages(_ seconds: Int, _ wanted: String) {
        #expect(HumanAge.text(.seconds(seconds)) == wanted)
    }

    @Test("A CRD's columns are read by their paths")
    func customColumns() throws {
        let crd = try SchemaFixture.json(
            """
            {"spec":{"group":"example.com","scope":"Cluster","names":{"plural":"widgets","kind":"Widget"},
              "versions":[{"name":"v1","served":true,"storage":true,"additionalPrinterColumns":[
               {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\\"Ready\\")].status"},
               {"name":"Size","type":"integer","jsonPath":".spec.size","priority":1},
               {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]}]}}
            """)
        let definition = try #require(
            CustomResources.definitions(CustomResources.established(crd, others: [], now: now)).first)
        let object = try SchemaFixture.json(
            """
            {"metadata":{"name":"w","creationTimestamp":"2026-01-01T11:59:00Z"},"spec":{"size":"big"},
             "status":{"conditions":[{"type":"Other","status":"False"},{"type":"Ready","status":"True"}]}}
            """)
        let table = Table.make([object], definition, now: now)
        #expect(table["rows"]?[0]?["cells"] == ["w", "True", .null, "60s"])
        #expect(table["columnDefinitions"]?[2]?["priority"] == 1)
        #expect(table["rows"]?[0]?["object"]?["kind"] == "PartialObjectMetadata")
    }

    @Test(
        "JSONPath, as far as CRDs use it",
        arguments: [
            (".a.b", [1]), ("$.a.b", [1]), (".a['c.d']", [2]), (".l[0].n", ["x"]), (".l[-1].n", ["y"]),
            (".l[*].n", ["x", "y"]), (#".l[?(@.n=="y")].v"#, [4]), (".none", []), (#".a.c\.d"#, [2]),
        ] as [(String, [JSONValue])])
    func paths(_ text: String, _ wanted: [JSONValue]) throws {
        let document = try SchemaFixture.json(#"{"a":{"b":1,"c.d":2},"l":[{"n":"x","v":3},{"n":"y","v":4}]}"#)
        #expect(try #require(JSONPath(text)).values(in: document) == wanted)
    }
}
