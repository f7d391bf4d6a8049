import EmbeddedAPIServer
import KubeAPI
import Testing

@Suite("Discovery and documents")
struct DiscoveryTests {
    private static let aggregated = (
        "Accept",
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
            + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
    )

    @Test("Aggregated discovery names groups, versions, resources and subresources in one document")
    func aggregatedDocument() async throws {
        try await ServerFixture.run { api in
            let reply = try await api.get("/apis", headers: [Self.aggregated])
            #expect(
                reply.headers["Content-Type"] == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
            let apps = reply.json["items"]?.array?.first { $0[path: ["metadata", "name"]] == "apps" }
            let resources = apps?["versions"]?[0]?["resources"]?.array ?? []
            let deployments = resources.first { $0["resource"] == "deployments" }
            #expect(deployments?["shortNames"] == ["deploy"])
            let scale = deployments?["subresources"]?.array?.first { $0["subresource"] == "scale" }
            #expect(scale?["responseKind"] == ["group": "autoscaling", "version": "v1", "kind": "Scale"])
        }
    }

    @Test("A document that has not changed is not sent again")
    func notModified() async throws {
        try await ServerFixture.run { api in
            let first = try await api.get("/apis", headers: [Self.aggregated])
            let tag = try #require(first.headers["Etag"])
            let second = try await api.get("/apis", headers: [Self.aggregated, ("If-None-Match", tag)])
            #expect(second.status == 304)
            #expect(second.text.isEmpty)
        }
    }

    @Test("The paths of the OpenAPI index lead to documents")
    func openAPI() async throws {
        try await ServerFixture.run { api in
            let index = try await api.get("/openapi/v3")
            let path = index.json[path: ["paths", "apis/apps/v1", "serverRelativeURL"]]?.string ?? ""
            #expect(path.hasPrefix("/openapi/v3/apis/apps/v1?hash="))
            let document = try await api.get(path)
            #expect(document.json[path: ["components", "schemas", "io.k8s.api.apps.v1.Deployment"]] != nil)
            #expect(try await api.get("/openapi/v3/apis/none/v1").status == 404)
        }
    }

    @Test("A form that the server does not have is 406")
    func notAcceptable() async throws {
        try await ServerFixture.run { api in
            let reply = try await api.get(configMaps, headers: [("Accept", "text/html")])
            #expect(reply.status == 406)
            #expect(reply.message.hasPrefix("406: Not Acceptable\n\nAvailable representations: application/json"))
            let either = [("Accept", "application/vnd.kubernetes.protobuf,application/json")]
            #expect(try await api.get(configMaps, headers: either).json["kind"] == "ConfigMapList")
        }
    }

    @Test("A list can be had as a Table and as metadata only")
    func forms() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(configMaps, configMap("a"))
            let table = try await api.get(
                configMaps, headers: [("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")])
            #expect(table.json["kind"] == "Table")
            #expect(table.json["rows"]?[0]?["cells"]?[0] == "a")
            #expect(table.json["rows"]?[0]?["object"]?["kind"] == "PartialObjectMetadata")
            let metadata = try await api.get(
                configMaps,
                headers: [("Accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")])
            #expect(metadata.json["kind"] == "PartialObjectMetadataList")
            #expect(metadata.json["items"]?[0]?["data"] == nil)
        }
    }

    @Test("Events are one resource with two faces")
    func events() async throws {
        try await ServerFixture.run { api in
            let event: JSONValue = [
                "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": "e"],
                "eventTime": "2026-01-01T00:00:00.000000Z", "reason": "Tested", "action": "Test", "type": "Normal",
                "note": "hello", "reportingController": "quartermaster", "reportingInstance": "one",
                "regarding": ["kind": "ConfigMap", "name": "a", "namespace": "default"],
            ]
            let created = try await api.create("/apis/events.k8s.io/v1/namespaces/default/events", event)
            #expect(created.status == 201)
            let core = try await api.get("/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Da")
            #expect(core.json["items"]?[0]?["message"] == "hello")
            #expect(core.json["items"]?[0]?["involvedObject"]?["name"] == "a")
        }
    }
}
