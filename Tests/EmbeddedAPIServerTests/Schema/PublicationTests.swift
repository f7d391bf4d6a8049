import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Discovery and OpenAPI")
struct PublicationTests {
    @Test("Legacy discovery names kinds and subresources")
    func legacyDiscovery() throws {
        let document = try #require(Discovery.resources(groupVersion: "apps/v1", BuiltInKinds.all))
        let entries = document["resources"]?.array ?? []
        let deployment = try #require(entries.first { $0["name"] == "deployments" })
        #expect(deployment["shortNames"] == ["deploy"])
        #expect(deployment["categories"] == ["all"])
        let scale = try #require(entries.first { $0["name"] == "deployments/scale" })
        #expect(scale["group"] == "autoscaling")
        #expect(scale["kind"] == "Scale")
    }

    @Test("Aggregated discovery has the core group without a name")
    func aggregatedDiscovery() throws {
        let core = Discovery.aggregated(BuiltInKinds.all, isCore: true)
        #expect(core["items"]?.array?.count == 1)
        #expect(core["items"]?[0]?["metadata"] == [:])
        let custom = try SchemaFixture.custom(spec: #"{"type":"object"}"#)
        let groups = Discovery.aggregated(BuiltInKinds.all + [custom], isCore: false)["items"]?.array ?? []
        let own = try #require(groups.first { $0["metadata"]?["name"] == "example.com" })
        let resource = own["versions"]?[0]?["resources"]?[0]
        #expect(resource?["responseKind"] == ["group": "example.com", "version": "v1", "kind": "Widget"])
        #expect(resource?["subresources"]?.array?.count == 2)
    }

    @Test("Every reference of the OpenAPI documents leads somewhere")
    func references() throws {
        let custom = try SchemaFixture.custom(spec: #"{"type":"object"}"#)
        let definitions = BuiltInKinds.all + [custom]
        let v2 = OpenAPI.v2(definitions)
        let known = Set(v2["definitions"]?.object?.keys.map { "#/definitions/\($0)" } ?? [])
        #expect(Self.targets(v2).subtracting(known).isEmpty)
        for version in Set(definitions.map(\.type.apiVersion)) {
            let document = try #require(OpenAPI.v3(groupVersion: version, definitions))
            let known = Set(
                document[path: ["components", "schemas"]]?.object?.keys.map { "#/components/schemas/\($0)" } ?? [])
            #expect(Self.targets(document).subtracting(known).isEmpty)
        }
    }

    private static func targets(_ value: JSONValue) -> Set<String> {
        switch value {
        case .object(let fields):
            fields.reduce(into: []) { found, field in
                if field.key == "$ref", let target = field.value.string { found.insert(target) }
                found.formUnion(targets(field.value))
            }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(targets($1)) }
        default: []
        }
    }

    @Test("A patch operation names its kind and takes fieldValidation, which is where kubectl looks")
    func patchOperation() throws {
        let document = try #require(OpenAPI.v3(groupVersion: "apps/v1", BuiltInKinds.all))
        let patch = document[path: ["paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "patch"]]
        #expect(patch?["x-kubernetes-group-version-kind"] == ["group": "apps", "kind": "Deployment", "version": "v1"])
        #expect(patch?["parameters"]?.array?.contains { $0["name"] == "fieldValidation" } == true)
    }

    @Test("The index changes its tag when a document changes")
    func index() throws {
        func tag(_ definition: ResourceDefinition) -> JSONValue? {
            OpenAPI.index([definition], hash: { "\($0.count)" })[path: [
                "paths", "apis/example.com/v1", "serverRelativeURL",
            ]]
        }
        let one = try SchemaFixture.custom(spec: #"{"type":"object"}"#)
        let other = try SchemaFixture.custom(spec: #"{"type":"object","properties":{"a":{"type":"string"}}}"#)
        #expect(tag(one) != tag(other))
    }

    @Test(
        "Versions come in Kubernetes' order",
        arguments: [
            ("v2", "v1"), ("v1", "v2beta1"), ("v1beta2", "v1beta1"), ("v1beta1", "v1alpha9"), ("v1alpha1", "other"),
        ])
    func versions(_ higher: String, _ lower: String) {
        #expect(VersionPriority(higher) > VersionPriority(lower))
    }
}
