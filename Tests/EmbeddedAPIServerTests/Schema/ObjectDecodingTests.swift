import KubeAPI
import Support
import Testing

@testable import EmbeddedAPIServer

@Suite("Decoding and defaults")
struct ObjectDecodingTests {
    @Test("Every kind that is served is found in the catalogue by its version and name")
    func servedKinds() throws {
        for definition in BuiltInKinds.all {
            let type = try #require(definition.schema.reference.flatMap(TypeCatalogue.type(named:)))
            let found = TypeCatalogue.type(apiVersion: definition.type.apiVersion, kind: definition.type.kind)
            #expect(found === type, "\(definition.type)")
        }
    }

    @Test("Unknown fields are warned of, refused or dropped, as asked")
    func unknownFields() throws {
        let definition = try SchemaFixture.builtIn("Deployment")
        let object = try SchemaFixture.deployment(#","imagee":"x""#, spec: #""bogus":1,"#)
        let wanted = [
            #"unknown field "spec.bogus""#, #"unknown field "spec.template.spec.containers[0].imagee""#,
        ]
        let warned = try ObjectDecoder.decode(object, as: definition, fieldValidation: .warn)
        #expect(warned.warnings == wanted)
        #expect(warned.object[path: ["spec", "bogus"]] == nil)
        #expect(try ObjectDecoder.decode(object, as: definition, fieldValidation: .ignore).warnings.isEmpty)
        let failure = #expect(throws: StatusFailure.self) {
            _ = try ObjectDecoder.decode(object, as: definition, fieldValidation: .strict)
        }
        #expect(
            failure?.message
                == "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: "
                + wanted.joined(separator: ", "))
    }

    @Test("A value of a wrong type is refused with its field")
    func wrongType() throws {
        let failure = #expect(throws: StatusFailure.self) {
            _ = try ObjectDecoder.decode(
                try SchemaFixture.deployment(spec: #""replicas":"two","#), as: try SchemaFixture.builtIn("Deployment"))
        }
        #expect(failure?.code == 400)
        #expect(
            failure?.message
                == "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into "
                + "Go struct field DeploymentSpec.spec.replicas of type int32")
    }

    @Test("A built-in kind loses nulls and empty values, and keeps what is always there")
    func canonicalForm() throws {
        let object = try SchemaFixture.json(
            """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{},"creationTimestamp":null},
             "spec":{"nodeName":"","hostNetwork":false,"containers":[{"name":"c","image":"i",
              "resources":{"limits":{"cpu":"1000m","memory":1073741824}}}]}}
            """)
        let decoded = try ObjectDecoder.decode(object, as: try SchemaFixture.builtIn("Pod")).object
        #expect(decoded["metadata"] == ["name": "p"])
        #expect(decoded[path: ["spec", "nodeName"]] == nil)
        #expect(decoded[path: ["spec", "hostNetwork"]] == nil)
        #expect(
            decoded[path: ["spec", "containers"]]?[0]?["resources"] == [
                "limits": ["cpu": "1", "memory": "1073741824"]
            ])
        #expect(decoded["status"] == [:])
    }

    @Test(
        "Quantities are stored in their canonical form",
        arguments: [
            ("1000m", "1"), ("0.5", "500m"), ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("100000", "100k"), ("0", "0"),
            ("16777216Ki", "16Gi"), ("100m", "100m"), ("1e3", "1e3"), ("-1500m", "-1500m"), ("1500", "1500"),
        ])
    func quantities(_ text: String, _ wanted: String) {
        #expect(Quantity.canonical(text) == wanted)
    }

    @Test("A deployment gets the defaults of the real server")
    func deploymentDefaults() throws {
        let object = try SchemaFixture.received(try SchemaFixture.deployment(), try SchemaFixture.builtIn("Deployment"))
        let spec = object["spec"]
        #expect(spec?["replicas"] == 1)
        #expect(spec?["revisionHistoryLimit"] == 10)
        #expect(spec?["progressDeadlineSeconds"] == 600)
        #expect(
            spec?["strategy"] == [
                "type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
            ])
        let pod = spec?[path: ["template", "spec"]]
        #expect(pod?["restartPolicy"] == "Always")
        #expect(pod?["dnsPolicy"] == "ClusterFirst")
        #expect(pod?["schedulerName"] == "default-scheduler")
        #expect(pod?["terminationGracePeriodSeconds"] == 30)
        #expect(pod?["securityContext"] == [:])
        #expect(pod?["containers"]?[0]?["imagePullPolicy"] == "IfNotPresent")
        #expect(pod?["containers"]?[0]?["terminationMessagePath"] == "/dev/termination-log")
        #expect(pod?["enableServiceLinks"] == nil)
    }

    @Test(
        "Images are pulled always only when their tag can move",
        arguments: [
            ("nginx", "Always"), ("nginx:latest", "Always"), ("host:5000/nginx", "Always"),
            ("nginx:1.2", "IfNotPresent"),
            ("nginx@sha256:abc", "IfNotPresent"),
        ])
    func pullPolicy(_ image: String, _ wanted: JSONValue) throws {
        let object = try SchemaFixture.json(
            #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"\#(image)"}]}}"#
        )
        let received = try SchemaFixture.received(object, try SchemaFixture.builtIn("Pod"))
        #expect(received[path: ["spec", "containers"]]?[0]?["imagePullPolicy"] == wanted)
    }

    @Test("Texts of a Secret become its data")
    func secretTexts() throws {
        let object = try SchemaFixture.json(
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"a":"b","u":"ä"},"data":{"c":"ZA=="}}"#
        )
        let received = try SchemaFixture.received(object, try SchemaFixture.builtIn("Secret"))
        #expect(received["data"] == ["a": "Yg==", "c": "ZA==", "u": "w6Q="])
        #expect(received["stringData"] == nil)
        #expect(received["type"] == "Opaque")
    }

    @Test("A custom resource is pruned, defaulted and freed of nulls")
    func customResource() throws {
        let definition = try SchemaFixture.custom(
            spec: """
                {"type":"object","properties":{"size":{"type":"integer","default":3},
                 "mode":{"type":"string","default":"x"},"maybe":{"type":"string","nullable":true},
                 "list":{"type":"array","items":{"type":"object","properties":{"weight":{"type":"integer","default":5}}}},
                 "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}
                """)
        let object = try SchemaFixture.widget(
            #"{"bogus":1,"mode":null,"maybe":null,"list":[{"x":1}],"free":{"any":[{"thing":1}]}}"#)
        let received = try SchemaFixture.received(object, definition)
        #expect(
            received["spec"] == [
                "size": 3, "mode": "x", "maybe": .null, "list": [["weight": 5]], "free": ["any": [["thing": 1]]],
            ])
    }
}
