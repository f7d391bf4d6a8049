import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Validation")
struct ValidationTests {
    private static let schema = """
        {"type":"object","required":["size"],"properties":{
         "size":{"type":"integer","minimum":1,"maximum":10},"mode":{"type":"string","enum":["x","y"]},
         "name":{"type":"string","minLength":2,"maxLength":5,"pattern":"^[a-z]+$"},
         "when":{"type":"string","format":"date-time"},"map":{"type":"object","maxProperties":1,
          "additionalProperties":{"type":"integer"}},
         "flags":{"type":"array","x-kubernetes-list-type":"set","maxItems":2,"items":{"type":"string"}},
         "regions":{"type":"array","minItems":1,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
          "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}},
         "port":{"x-kubernetes-int-or-string":true},
         "one":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},
          "oneOf":[{"required":["a"]},{"required":["b"]}]}}}
        """

    @Test(
        "A custom resource is checked by its schema, in the words of the real server",
        arguments: [
            (#"{}"#, ["spec.size: Required value"]),
            (#"{"size":0}"#, ["spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"]),
            (#"{"size":11}"#, ["spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10"]),
            (#"{"size":1,"mode":"q"}"#, [#"spec.mode: Unsupported value: "q": supported values: "x", "y""#]),
            (#"{"size":1,"name":"abcdef"}"#, ["spec.name: Too long: may not be more than 5 bytes"]),
            (
                #"{"size":1,"name":"a"}"#,
                [#"spec.name: Invalid value: "a": spec.name in body should be at least 2 chars long"#]
            ),
            (
                #"{"size":1,"name":"AB"}"#,
                [#"spec.name: Invalid value: "AB": spec.name in body should match '^[a-z]+$'"#]
            ),
            (
                #"{"size":1,"when":"x"}"#,
                [#"spec.when: Invalid value: "x": spec.when in body must be of type date-time: "x""#]
            ),
            (#"{"size":1,"map":{"a":1,"b":2}}"#, ["spec.map: Too many: 2: must have at most 1 item"]),
            (
                #"{"size":1,"map":{"a":"x"}}"#,
                [#"spec.map.a: Invalid value: "string": spec.map.a in body must be of type integer: "string""#]
            ),
            (#"{"size":1,"flags":["a","a"]}"#, [#"spec.flags[1]: Duplicate value: "a""#]),
            (#"{"size":1,"flags":["a","b","c"]}"#, ["spec.flags: Too many: 3: must have at most 2 items"]),
            (
                #"{"size":1,"regions":[{"name":"a"},{"name":"a"}]}"#,
                [#"spec.regions[1]: Duplicate value: {"name":"a"}"#]
            ),
            (
                #"{"size":1,"regions":[]}"#,
                ["spec.regions: Invalid value: 0: spec.regions in body should have at least 1 items"]
            ),
            (#"{"size":1,"port":"25%"}"#, []),
            (
                #"{"size":1,"port":{}}"#,
                [#"spec.port: Invalid value: "object": spec.port in body must be of type integer,string: "object""#]
            ),
            (
                #"{"size":1,"one":{"a":"1","b":"2"}}"#,
                [
                    #"<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid alternatives"#
                ]
            ),
            (#"{"size":10,"name":"abc","mode":"x","when":"2026-01-01T00:00:00Z"}"#, []),
        ])
    func customResource(_ spec: String, _ wanted: [String]) throws {
        let definition = try SchemaFixture.custom(spec: Self.schema)
        #expect(try SchemaFixture.errors(try SchemaFixture.widget(spec), definition) == wanted)
    }

    @Test(
        "A deployment is checked",
        arguments: [
            (#""replicas":-1,"#, ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
            (
                #""strategy":{"type":"Recreate","rollingUpdate":{}},"#,
                ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"]
            ),
            (
                #""minReadySeconds":600,"#,
                ["spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"]
            ),
            ("", []),
        ])
    func deployment(_ spec: String, _ wanted: [String]) throws {
        let object = try SchemaFixture.deployment(spec: spec)
        #expect(try SchemaFixture.errors(object, try SchemaFixture.builtIn("Deployment")) == wanted)
    }

    @Test("A deployment's selector has to match and cannot change")
    func selector() throws {
        let definition = try SchemaFixture.builtIn("Deployment")
        let live = try SchemaFixture.received(try SchemaFixture.deployment(), definition)
        var changed = live
        changed[path: ["spec", "selector", "matchLabels"]] = ["app": "z"]
        #expect(
            try SchemaFixture.errors(changed, live: live, definition) == [
                #"spec.selector: Invalid value: {"matchLabels":{"app":"z"}}: field is immutable"#,
                #"spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`"#,
            ])
    }

    @Test(
        "A container is checked",
        arguments: [
            (
                #","ports":[{"containerPort":70000}]"#,
                "ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"
            ),
            (#","volumeMounts":[{"name":"v","mountPath":"/x"}]"#, #"volumeMounts[0].name: Not found: "v""#),
            (
                #","resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}}"#,
                #"resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1"#
            ),
            (#","livenessProbe":{}"#, "livenessProbe: Required value: must specify a handler type"),
            (
                #","imagePullPolicy":"Often""#,
                #"imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never""#
            ),
        ])
    func container(_ fields: String, _ wanted: String) throws {
        let errors = try SchemaFixture.errors(
            try SchemaFixture.deployment(fields), try SchemaFixture.builtIn("Deployment"))
        #expect(errors == ["spec.template.spec.containers[0]." + wanted])
    }

    @Test(
        "Names and labels are checked",
        arguments: [
            (
                #"{"name":"Upper"}"#,
                "metadata.name: Invalid value: \"Upper\": a lowercase RFC 1123 subdomain must consist"
            ),
            (#"{}"#, "metadata.name: Required value: name or generateName is required"),
            (#"{"name":"a","labels":{"a b":"c"}}"#, "metadata.labels: Invalid value: \"a b\": name part must consist"),
            (#"{"name":"a","labels":{"a":"b c"}}"#, "metadata.labels: Invalid value: \"b c\": a valid label must be"),
            (
                #"{"name":"a","finalizers":["x/"]}"#,
                "metadata.finalizers: Invalid value: \"x/\": name part must be non-empty"
            ),
        ])
    func metadata(_ metadata: String, _ wanted: String) throws {
        let object = try SchemaFixture.json(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":\#(metadata)}"#)
        let errors = try SchemaFixture.errors(object, try SchemaFixture.builtIn("ConfigMap"))
        #expect(errors.first?.hasPrefix(wanted) == true, "\(errors)")
    }

    @Test(
        "A CRD is checked before it is served",
        arguments: [
            (
                #"{"type":"object","properties":{"spec":{"properties":{}}}}"#,
                "spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields"
            ),
            (
                #"{"type":"object","properties":{"l":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}}}"#,
                "spec.validation.openAPIV3Schema.properties[l].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"
            ),
            (
                #"{"type":"object","properties":{"d":{"type":"integer","default":"x"}}}"#,
                #"spec.validation.openAPIV3Schema.properties[d].default: Invalid value: "string":  in body must be of type integer: "string""#
            ),
        ])
    func customResourceDefinition(_ schema: String, _ wanted: String) throws {
        let object = try SchemaFixture.json(
            """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"as.b.c"},
             "spec":{"group":"b.c","scope":"Cluster","names":{"plural":"as","kind":"A"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":\(schema)}}]}}
            """)
        let definition = try SchemaFixture.builtIn("CustomResourceDefinition")
        let prepared = ObjectRules.prepareForCreate(try SchemaFixture.received(object, definition), definition)
        #expect(ObjectValidation.errors(prepared, definition).map(\.description) == [wanted])
    }

    @Test(
        "Schedules are read as cron reads them",
        arguments: [
            ("*/5 * * * *", nil), ("@daily", nil), ("0 3 * JAN-MAR mon", nil),
            ("x", "expected exactly 5 fields, found 1: [x]"),
            ("61 * * * *", "end of range (61) above maximum (59): 61"),
            ("0 0 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("@often", "unrecognized descriptor: @often"),
        ] as [(String, String?)])
    func schedules(_ text: String, _ wanted: String?) {
        #expect(CronText.problem(text) == wanted)
    }

    @Test("Errors become causes of one Status")
    func status() {
        let failure = StatusFailure.invalid(
            .deployment, name: "web", [.required(PathText("spec.a")), .invalid(PathText("spec.b"), 1, "must be 2")])
        #expect(
            failure.message
                == "Deployment.apps \"web\" is invalid: [spec.a: Required value, spec.b: Invalid value: 1: must be 2]")
        #expect(failure.json[path: ["details", "causes"]]?[1]?["message"] == "Invalid value: 1: must be 2")
        #expect(failure.json["code"] == 422)
    }
}
