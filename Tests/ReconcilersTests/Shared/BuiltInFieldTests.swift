import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Templates beside Kubernetes' own types")
struct BuiltInFieldTests {
    private func misfits(_ yaml: String) throws -> [String] {
        try YAML.parse(yaml).flatMap { Rendering.misfits(in: try DynamicObject($0)) }.map(\.description)
    }

    private func pool(_ fields: String) throws -> [String] {
        try misfits("apiVersion: quartermaster.dev/v1alpha1\nkind: RegionalWorkerPool\nspec: {\(fields)}")
    }

    private func container(_ fields: String) throws -> [String] {
        try pool("template: {spec: {containers: [{name: w, \(fields)}]}}")
    }

    private func component(_ fields: String) throws -> [String] {
        try misfits("apiVersion: quartermaster.dev/v1alpha1\nkind: AppEnvironment\nspec: {components: [{\(fields)}]}")
    }

    @Test(
        "A mistake in a container is told with its path and what to write",
        arguments: [
            ("imagePullPolcy: Always", "imagePullPolcy: unknown field; did you mean imagePullPolicy?"),
            ("Image: w", "Image: unknown field; did you mean image?"),
            ("volumeMount: []", "volumeMount: unknown field; did you mean volumeMounts?"),
            ("runAsUser: 1", "runAsUser: unknown field; it belongs in securityContext"),
            (
                "lifecycle: {whenever: {}}",
                "lifecycle.whenever: unknown field; there are postStart, preStop, stopSignal"
            ),
            ("whenever: 1", "whenever: unknown field"),
            ("command: sh", "command: expected a list of strings, is a string; write [\"sh\"]"),
            ("command: [sh, 1]", "command[1]: expected a string, is an integer; put it in quotes"),
            ("env: {A: b}", "env: expected a list of objects, is an object"),
            ("env: [{name: A, value: true}]", "env[0].value: expected a string, is a boolean; put it in quotes"),
            ("env: [{name: A, secretKeyRef: {}}]", "env[0].secretKeyRef: unknown field; it belongs in valueFrom"),
            ("env: [{value: a}]", "env[0].name: is required"),
            ("stdin: 'true'", "stdin: expected true or false, is a string; write it without quotes"),
            (
                "ports: [{containerPort: '80'}]",
                "ports[0].containerPort: expected an integer, is a string; write it without quotes"
            ),
            ("ports: [80]", "ports[0]: expected an object, is an integer"),
            (
                "resources: {limits: {cpu: 1 core}}",
                "resources.limits[cpu]: \"1 core\" is no amount; write one such as 500m, 2 or 1Gi"
            ),
            (
                "resources: {limits: {nvidia.com/gpu: [1]}}",
                "resources.limits[nvidia.com/gpu]: expected an amount such as 500m, 2 or 1Gi, is a list"
            ),
            ("resources: {limits: 1}", "resources.limits: expected a map of amounts, is an integer"),
            ("imagePullPolicy: always", "imagePullPolicy: must be one of Always, IfNotPresent, Never, is always"),
            (
                "livenessProbe: {tcpSocket: {port: 80}, periodSeconds: -1}",
                "livenessProbe.periodSeconds: must be at least 0, is -1"
            ),
            ("livenessProbe: {tcpSocket: {}}", "livenessProbe.tcpSocket.port: is required"),
            (
                "livenessProbe: {tcpSocket: {port: true}}",
                "livenessProbe.tcpSocket.port: expected an integer or a string, is a boolean"
            ),
        ])
    func containers(fields: String, want: String) throws {
        #expect(try container(fields) == ["spec.template.spec.containers[0].\(want)"])
    }

    @Test(
        "What is right, or nothing, is not objected to",
        arguments: [
            "image: w", "command: null", "resources: {limits: {cpu: 1, memory: 1.5Gi, pods: 0.5}}",
            "livenessProbe: {httpGet: {port: http}}", "ports: [{containerPort: 80}]",
        ])
    func rightContainers(fields: String) throws {
        #expect(try container(fields) == [])
    }

    @Test(
        "Every field of a pool that holds a type of Kubernetes is looked at",
        arguments: [
            ("template: {containers: []}", "spec.template.containers: unknown field; it belongs in spec"),
            (
                "template: {metadata: {labels: {a.b/c: 1}}}",
                "spec.template.metadata.labels[a.b/c]: expected a string, is an integer; put it in quotes"
            ),
            ("template: x", "spec.template: expected an object, is a string"),
            (
                "regions: [{}, {env: [{valueFrom: {secretKey: {}}}]}]",
                "spec.regions[1].env[0].valueFrom.secretKey: unknown field; there are fieldRef, resourceFieldRef, "
                    + "configMapKeyRef, secretKeyRef, fileKeyRef"
            ),
            (
                "scaling: {behavior: {scaleUp: {policie: []}}}",
                "spec.scaling.behavior.scaleUp.policie: unknown field; did you mean policies?"
            ),
            (
                "scaling: {behavior: {scaleDown: {policies: [{type: Pods, value: 1}]}}}",
                "spec.scaling.behavior.scaleDown.policies[0].periodSeconds: is required"
            ),
            (
                "network: {extraIngress: [{ports: [{port: 80, protocl: TCP}]}]}",
                "spec.network.extraIngress[0].ports[0].protocl: unknown field; did you mean protocol?"
            ),
            (
                "network: {extraEgress: [{from: []}]}",
                "spec.network.extraEgress[0].from: unknown field; there are ports, to"
            ),
        ])
    func pools(fields: String, want: String) throws {
        #expect(try pool(fields) == [want])
    }

    @Test(
        "Every field of an environment that holds a type of Kubernetes is looked at, and a template need not be whole",
        arguments: [
            (
                "template: {spec: {containers: [{imagee: x}]}}",
                "template.spec.containers[0].imagee: unknown field; did you mean image?"
            ),
            (
                "template: {spec: {nodeSelector: [a]}}",
                "template.spec.nodeSelector: expected a map of strings, is a list"
            ),
            ("env: [{valueFrom: {secretKeyRef: {name: a}}}]", "env[0].valueFrom.secretKeyRef.key: is required"),
            ("envFrom: [{secretRef: a}]", "envFrom[0].secretRef: expected an object, is a string"),
            (
                "probes: {startup: {httpGet: {paht: /}}}",
                "probes.startup.httpGet.paht: unknown field; did you mean path?"
            ),
            (
                "probes: {readiness: {periodSeconds: 5s}}",
                "probes.readiness.periodSeconds: expected an integer, is a string"
            ),
            (
                "probes: {liveness: {exec: {command: x}}}",
                "probes.liveness.exec.command: expected a list of strings, is a string; write [\"x\"]"
            ),
            (
                "placement: {tolerations: [{keys: a}]}",
                "placement.tolerations[0].keys: unknown field; did you mean key?"
            ),
            (
                "securityContext: {capabilities: {dropp: [ALL]}}",
                "securityContext.capabilities.dropp: unknown field; did you mean drop?"
            ),
            (
                "securityContext: {fsGroup: '1'}",
                "securityContext.fsGroup: expected an integer, is a string; write it without quotes"
            ),
        ])
    func environments(fields: String, want: String) throws {
        #expect(try component(fields) == ["spec.components[0].\(want)"])
    }

    @Test("A toleration of a backup's pods is looked at")
    func policies() throws {
        let found = try misfits(
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: BackupPolicy
            spec: {podTemplate: {tolerations: [{operator: Exists}, {operator: exists, effect: 1}]}}
            """)
        #expect(
            found == [
                "spec.podTemplate.tolerations[1].operator: must be one of Exists, Equal, Lt, Gt, is exists",
                "spec.podTemplate.tolerations[1].effect: expected a string, is an integer; put it in quotes",
            ])
    }

    @Test("A manifest that is wrong from end to end is told up to a bound, and a long name costs nothing")
    func bounds() throws {
        let names = (0..<50).map { "x\($0)" } + [String(repeating: "y", count: 1_000_000)]
        var template = JSONObject()
        for name in names { template[name] = 1 }
        let object = JSONValue.object(["spec": ["template": .object(template)]])
        #expect(try RegionalWorkerPool.misfits(in: DynamicObject(object)).count == 32)
    }

    @Test(
        "Nothing in the samples and in the manifests of the golden files is objected to",
        arguments: try ["config/samples", "Tests/Fixtures"].flatMap { try Repository.files(in: $0, ending: ".yaml") }
            .filter { $0.hasPrefix("config") || $0.contains("/valid/") })
    func samples(file: String) throws {
        // One of the manifests is from a future in which there are more fields.
        let future = "spec.template.spec.someFieldOfTomorrow: unknown field"
        #expect(try misfits(Repository.text(file)) == (file.hasSuffix("pool/valid/template.yaml") ? [future] : []))
    }

    @Test(
        "Every field that a CRD keeps as it is has its type, except those of KEDA",
        arguments: CustomResource.all.map(\.type.kind))
    func everyFieldHasItsType(kind: String) throws {
        let resource = try #require(CustomResource.all.first { $0.type.kind == kind })
        let fields = Kinds.named(kind)?.builtInFields ?? []
        let kept = Self.kept(resource.schema, at: "").filter { !$0.contains("scaling.keda.") }
        #expect(Set(kept) == Set(fields.map(\.path)))
    }

    private static func kept(_ schema: JSONValue, at path: String) -> [String] {
        if schema["x-kubernetes-preserve-unknown-fields"]?.bool == true { return [path] }
        let fields = (schema["properties"]?.object ?? [:]).flatMap { kept($0.value, at: path.field($0.key)) }
        return fields + (schema["items"].map { kept($0, at: path + "[]") } ?? [])
    }
}
