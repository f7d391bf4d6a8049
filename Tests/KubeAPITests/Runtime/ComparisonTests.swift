import Testing

@testable import KubeAPI

@Suite("Comparison by meaning")
struct ComparisonTests {
    private func differences(_ kind: String, _ desired: JSONValue, _ live: JSONValue) throws -> [String] {
        func object(_ fields: JSONValue) throws -> DynamicObject {
            var object = try DynamicObject(fields)
            object["apiVersion"] = .string(Self.versions[kind] ?? "v1")
            object["kind"] = .string(kind)
            return object
        }
        return Comparison.differences(desired: try object(desired), live: try object(live)).map(\.path.description)
    }

    private static let versions = [
        "Deployment": "apps/v1", "NetworkPolicy": "networking.k8s.io/v1", "Thing": "example.com/v1",
        "HorizontalPodAutoscaler": "autoscaling/v2", "RoleBinding": "rbac.authorization.k8s.io/v1",
    ]

    private func podSpec(_ spec: JSONValue) -> JSONValue { ["spec": ["template": ["spec": spec]]] }

    @Test("what the server and others add is no difference")
    func additions() throws {
        let found = try differences(
            "Deployment",
            ["metadata": ["labels": ["a": "1"]], "spec": ["paused": true]],
            [
                "metadata": ["labels": ["a": "1", "b": "2"], "uid": "u", "annotations": ["x": "y"]],
                "spec": ["paused": true, "replicas": 1, "strategy": ["type": "RollingUpdate"]],
                "status": ["replicas": 1],
            ])
        #expect(found == [])
    }

    @Test("a changed, a missing and an emptied field are differences")
    func changes() throws {
        let desired: JSONValue = ["metadata": ["labels": ["a": "1"]], "spec": ["replicas": 2, "paused": true]]
        #expect(
            try differences("Deployment", desired, ["metadata": ["labels": [:]], "spec": ["replicas": 3]])
                == ["spec.replicas", "spec.paused", "metadata.labels.a"])
        #expect(try differences("Deployment", desired, [:]) == ["spec", "metadata.labels"])
    }

    @Test(
        "amounts are equal by meaning where they are amounts",
        arguments: [("1000m", "1"), ("1Gi", "1024Mi"), ("0.5", "500m"), ("2e3", "2k")] as [(JSONValue, JSONValue)])
    func quantities(desired: JSONValue, live: JSONValue) throws {
        func pod(_ amount: JSONValue) -> JSONValue {
            podSpec(["containers": [["name": "worker", "resources": ["limits": ["cpu": amount]]]]])
        }
        #expect(try differences("Deployment", pod(desired), pod(live)) == [])
        func variable(_ value: JSONValue) -> JSONValue {
            podSpec(["containers": [["name": "worker", "env": [["name": "AMOUNT", "value": value]]]]])
        }
        #expect(
            try differences("Deployment", variable(desired), variable(live))
                == ["spec.template.spec.containers[name=worker].env[name=AMOUNT].value"])
    }

    @Test("an amount written as a number is the amount written as text")
    func numericQuantity() throws {
        #expect(
            try differences("ResourceQuota", ["spec": ["hard": ["pods": 10]]], ["spec": ["hard": ["pods": "10"]]]) == []
        )
        #expect(
            try differences("ResourceQuota", ["spec": ["hard": ["pods": 10]]], ["spec": ["hard": ["pods": "11"]]])
                == ["spec.hard.pods"])
    }

    @Test("a whole number is a number, a text is not")
    func scalars() throws {
        #expect(try differences("Thing", ["spec": ["a": 1]], ["spec": ["a": 1.0]]) == [])
        #expect(try differences("Thing", ["spec": ["a": 1]], ["spec": ["a": "1"]]) == ["spec.a"])
        #expect(try differences("Thing", ["spec": ["a": true]], ["spec": ["a": "true"]]) == ["spec.a"])
    }

    @Test("containers and variables are found by their names, injected ones are left alone")
    func keyedLists() throws {
        let desired = podSpec(["containers": [["name": "worker", "image": "a", "env": [["name": "X", "value": "1"]]]]])
        let live = podSpec([
            "containers": [
                ["name": "sidecar", "image": "injected"],
                [
                    "name": "worker", "image": "a",
                    "env": [["name": "INJECTED", "value": "y"], ["name": "X", "value": "1"]],
                ],
            ]
        ])
        #expect(try differences("Deployment", desired, live) == [])
        let gone = podSpec(["containers": [["name": "sidecar", "image": "injected"]]])
        #expect(
            try differences("Deployment", desired, gone) == ["spec.template.spec.containers[name=worker]"])
    }

    @Test(
        "a list as long as an object has room for is compared in a moment, in any order and where nothing of it is there",
        .timeLimit(.minutes(1)))
    func longLists() throws {
        let variables = (0..<20_000).map { JSONValue.object(["name": .string("V\($0)"), "value": "x"]) }
        func worker(_ env: [JSONValue]) -> JSONValue {
            podSpec(["containers": [["name": "worker", "env": .array(env)]]])
        }
        #expect(try differences("Deployment", worker(variables), worker(variables.reversed())) == [])
        let others = (0..<20_000).map { JSONValue.object(["name": .string("W\($0)"), "value": "x"]) }
        #expect(try differences("Deployment", worker(variables), worker(others)).count == variables.count)
    }

    @Test("of variables with one name each is compared with that in its place")
    func namesakes() throws {
        func worker(_ values: JSONValue...) -> JSONValue {
            let env = values.map { JSONValue.object(["name": "X", "value": $0]) }
            return podSpec(["containers": [["name": "worker", "env": .array(env)]]])
        }
        #expect(try differences("Deployment", worker("1", "2"), worker("1", "2")) == [])
        #expect(try differences("Deployment", worker("1", "2"), worker("1", "3")).count == 1)
    }

    @Test("ports without a protocol are the TCP ports that the server makes of them")
    func ports() throws {
        let desired = podSpec(["containers": [["name": "w", "ports": [["containerPort": 80]]]]])
        let live = podSpec([
            "containers": [
                [
                    "name": "w",
                    "ports": [["containerPort": 80, "protocol": "UDP"], ["containerPort": 80, "protocol": "TCP"]],
                ]
            ]
        ])
        #expect(try differences("Deployment", desired, live) == [])
        let service: JSONValue = ["spec": ["ports": [["port": 80, "targetPort": "http"]]]]
        let liveService: JSONValue = [
            "spec": ["ports": [["port": 80, "protocol": "TCP", "targetPort": "http", "nodePort": 30000]]]
        ]
        #expect(try differences("Service", service, liveService) == [])
    }

    @Test("atomic lists are compared as a whole")
    func atomicLists() throws {
        let desired = podSpec(["tolerations": [["key": "workload", "operator": "Exists"]]])
        let more = podSpec([
            "tolerations": [["key": "workload", "operator": "Exists"], ["key": "other", "operator": "Exists"]]
        ])
        #expect(try differences("Deployment", desired, more) == ["spec.template.spec.tolerations"])
        let narrowed = podSpec(["tolerations": [["key": "workload", "operator": "Exists", "effect": "NoExecute"]]])
        #expect(
            try differences("Deployment", desired, narrowed) == ["spec.template.spec.tolerations[0].effect"])
    }

    @Test("a selector that somebody narrows is a difference, and so is a rule of a NetworkPolicy")
    func closedFields() throws {
        let policy: JSONValue = [
            "spec": [
                "podSelector": ["matchLabels": ["app": "a"]],
                "ingress": [["from": [["podSelector": [:]]], "ports": [["port": 80]]]],
            ]
        ]
        let defaulted: JSONValue = [
            "spec": [
                "podSelector": ["matchLabels": ["app": "a"]],
                "ingress": [["from": [["podSelector": [:]]], "ports": [["port": 80, "protocol": "TCP"]]]],
                "policyTypes": ["Ingress"],
            ]
        ]
        #expect(try differences("NetworkPolicy", policy, defaulted) == [])
        var narrowed = defaulted
        narrowed[path: ["spec", "podSelector", "matchLabels", "tier"]] = "front"
        #expect(try differences("NetworkPolicy", policy, narrowed) == ["spec.podSelector.matchLabels.tier"])
        var peer = defaulted
        peer[path: ["spec", "ingress"]] = [
            ["from": [["podSelector": [:], "namespaceSelector": [:]]], "ports": [["port": 80, "protocol": "TCP"]]]
        ]
        #expect(
            try differences("NetworkPolicy", policy, peer) == ["spec.ingress[0].from[0].namespaceSelector"])
    }

    @Test("what the server does not store because it is empty is no difference")
    func omitted() throws {
        let desired: JSONValue = [
            "metadata": ["annotations": [:]],
            "spec": [
                "minReadySeconds": 0,
                "template": [
                    "spec": [
                        "hostNetwork": false, "nodeSelector": [:], "imagePullSecrets": [],
                        "containers": [["name": "w", "env": [["name": "EMPTY", "value": ""]]]],
                    ]
                ],
            ],
        ]
        let live = podSpec(["containers": [["name": "w", "env": [["name": "EMPTY"]]]]])
        #expect(try differences("Deployment", desired, live) == [])
    }

    @Test("what means something although it is empty is a difference when it is missing")
    func meaningfulEmptiness() throws {
        #expect(
            try differences(
                "Deployment", podSpec(["volumes": [["name": "v", "emptyDir": [:]]]]),
                podSpec(["volumes": [["name": "v", "hostPath": ["path": "/"]]]]))
                == ["spec.template.spec.volumes[name=v].emptyDir"])
        #expect(
            try differences("ConfigMap", ["data": ["key": ""]], ["data": [:]]) == ["data.key"])
        #expect(
            try differences(
                "Deployment", podSpec(["automountServiceAccountToken": false]), podSpec(["containers": []]))
                == ["spec.template.spec.automountServiceAccountToken"])
    }

    @Test("what a field means is told by its type, not by its name")
    func typesNotNames() throws {
        // A label, a variable and a file may be called as an amount or a list of Kubernetes is.
        #expect(
            try differences("ConfigMap", ["data": ["sizeLimit": "1000m"]], ["data": ["sizeLimit": "1"]])
                == ["data.sizeLimit"])
        #expect(
            try differences(
                "LimitRange", ["spec": ["limits": [["type": "Container", "max": ["cpu": "1000m"]]]]],
                ["spec": ["limits": [["type": "Container", "max": ["cpu": "1"], "default": ["cpu": "1"]]]]]) == [])
        let target: JSONValue = ["type": "Value", "value": "1000m"]
        func metrics(_ target: JSONValue) -> JSONValue {
            ["spec": ["metrics": [["type": "External", "external": ["metric": ["name": "q"], "target": target]]]]]
        }
        #expect(
            try differences(
                "HorizontalPodAutoscaler", metrics(target), metrics(["type": "Value", "value": "1"])) == [])
    }

    @Test("a value that a type does not store is no difference, one that a pointer keeps is")
    func presence() throws {
        func worker(_ fields: JSONValue) -> JSONValue {
            var container = fields
            container["name"] = "w"
            return podSpec(["containers": [container]])
        }
        #expect(try differences("Deployment", worker(["stdin": false]), worker([:])) == [])
        #expect(
            try differences("Deployment", worker(["securityContext": ["privileged": false]]), worker([:]))
                == ["spec.template.spec.containers[name=w].securityContext"])
        // A probe that waits for 0 seconds waits for the default of one second.
        func probe(_ seconds: JSONValue) -> JSONValue { worker(["livenessProbe": ["timeoutSeconds": seconds]]) }
        #expect(try differences("Deployment", probe(0), probe(1)) == [])
        #expect(try differences("Deployment", probe(0), probe(2)).count == 1)
    }

    @Test("an addition to a reference is a difference, unless the server makes it")
    func references() throws {
        func worker(_ reference: JSONValue) -> JSONValue {
            podSpec([
                "containers": [["name": "w", "env": [["name": "X", "valueFrom": ["fieldRef": reference]]]]]
            ])
        }
        let desired = worker(["fieldPath": "spec.nodeName"])
        #expect(
            try differences("Deployment", desired, worker(["fieldPath": "spec.nodeName", "apiVersion": "v1"])) == [])
        #expect(
            try differences("Deployment", desired, worker(["fieldPath": "spec.nodeName", "apiVersion": "v2"])).count
                == 1)
        let group: JSONValue = ["subjects": [["kind": "Group", "name": "a"]]]
        let stored: JSONValue = [
            "subjects": [["kind": "Group", "name": "a", "apiGroup": "rbac.authorization.k8s.io"]]
        ]
        #expect(try differences("RoleBinding", group, stored) == [])
        #expect(
            try differences(
                "RoleBinding", group, ["subjects": [["kind": "Group", "name": "a", "namespace": "b"]]])
                == ["subjects[0].namespace"])
    }

    @Test("a pod template in a custom resource is compared by the names of its fields")
    func customResources() throws {
        func pod(_ cpu: JSONValue, _ more: JSONValue...) -> JSONValue {
            let worker: JSONValue = [
                "name": "w", "resources": ["limits": ["cpu": cpu]], "ports": [["containerPort": 80]],
            ]
            return podSpec(["containers": .array(more + [worker]), "hostNetwork": false])
        }
        #expect(try differences("Thing", pod("1000m"), pod("1", ["name": "injected"])) == [])
        #expect(
            try differences("Thing", ["spec": ["selector": ["a": "b"]]], ["spec": ["selector": ["a": "b", "c": "d"]]])
                == ["spec.selector.c"])
    }

    @Test("finalizers are a set, owners are found by UID")
    func metadata() throws {
        let desired: JSONValue = [
            "metadata": [
                "finalizers": ["ours"], "ownerReferences": [["uid": "1", "name": "a", "controller": true]],
            ]
        ]
        let live: JSONValue = [
            "metadata": [
                "finalizers": ["theirs", "ours"],
                "ownerReferences": [["uid": "2", "name": "b"], ["uid": "1", "name": "a", "controller": true]],
            ]
        ]
        #expect(try differences("ConfigMap", desired, live) == [])
        #expect(
            try differences("ConfigMap", desired, ["metadata": ["finalizers": ["theirs"]]])
                == ["metadata.ownerReferences", "metadata.finalizers[ours]"])
    }

    @Test("a difference is told with its values, and long ones are cut")
    func text() {
        let path = FieldPath.root.appending("metadata").appending("labels").appending("app.kubernetes.io/name")
        #expect(path.description == "metadata.labels[app.kubernetes.io/name]")
        let difference = Difference(path: FieldPath.root.appending("spec"), desired: 5, live: nil)
        #expect(difference.description == "spec: nothing, want 5")
        let long = Difference(path: FieldPath.root, desired: nil, live: .string(String(repeating: "x", count: 200)))
        #expect(long.description.count < 120)
    }
}
