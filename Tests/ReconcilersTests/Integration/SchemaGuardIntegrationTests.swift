import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension TestCluster {
    /// Puts a CRD of ours in the place of the one that is there; without a field of its spec, and the rules that name it,
    /// it is one of an older version; without any rules, one of before there were some.
    func putDefinition(
        _ resource: CustomResource, without field: String? = nil, withoutRules: Bool = false
    ) async throws {
        var definition = try DynamicObject(YAML.parseDocument(Array(resource.text.utf8)))
        var version = try #require(definition[path: "spec", "versions"]?[0])
        if let field {
            let path = ["schema", "openAPIV3Schema", "properties", "spec"]
            version[path: path + ["properties", field]] = nil
            let rules = version[path: path + ["x-kubernetes-validations"]]?.elements ?? []
            version[path: path + ["x-kubernetes-validations"]] = .array(
                rules.filter { !($0["rule"]?.string ?? "").contains("self.\(field)") })
        }
        definition[path: "spec", "versions"] = [withoutRules ? version.withoutRules : version]
        let live = try await client.get(.customResourceDefinition, definition.key)
        definition[path: "metadata", "resourceVersion"] = .string(live.resourceVersion)
        _ = try await client.update(definition, as: .customResourceDefinition)
    }

    /// Whether the API server still keeps a field of objects of ours.
    func waitUntilDropped(_ field: String, of type: ResourceType, _ key: ObjectKey) async throws {
        try await eventually("spec.\(field) is dropped", within: .seconds(30)) {
            try await change(
                type, key, ["metadata": ["annotations": ["touched": .string("\(UInt32.random(in: 0 ... .max))")]]])[
                    path: "spec", field] == nil
        }
    }
}

extension JSONValue {
    fileprivate var withoutRules: JSONValue {
        switch self {
        case .object(let fields):
            .object(fields.filter { $0.key != "x-kubernetes-validations" }.mapValues(\.withoutRules))
        case .array(let elements): .array(elements.map(\.withoutRules))
        default: self
        }
    }
}

extension IntegrationTests {
    @Suite("CRDs of another version")
    struct SchemaGuardIntegrationTests {
        private let spec = """
            regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
            scaling: {engine: HPA, minReplicas: 2, maxReplicas: 8}
            """
        private let scaling: JSONValue = ["engine": "HPA", "minReplicas": 2, "maxReplicas": 8]

        private func waitForMismatch(_ type: ResourceType, _ key: ObjectKey, on cluster: TestCluster) async throws {
            try await eventually("the status says it", within: .seconds(30)) {
                let ready = try await ready(type, key, on: cluster)
                return ready?["status"] == "False" && ready?["reason"] == "SchemaMismatch"
            }
        }

        private func ready(_ type: ResourceType, _ key: ObjectKey, on cluster: TestCluster) async throws -> JSONValue? {
            let object = try await cluster.client.get(type, key)
            return object[path: "status", "conditions"]?.elements.first { $0["type"] == "Ready" }
        }

        private func makeScaledPool(_ cluster: TestCluster, _ process: TestOperator) async throws -> String {
            try await cluster.makeNode("a", zone: "eu")
            try await cluster.makePool("pool", spec)
            try await eventually("the autoscaler is there", within: .seconds(30)) {
                try await cluster.exists(.horizontalPodAutoscaler, cluster.key("pool-eu"))
            }
            try await PlayedKEDA(cluster: cluster).scale("pool-eu", to: 5)
            try await process.settled()
            process.requests.forgetWrites()
            return try await cluster.client.get(.horizontalPodAutoscaler, cluster.key("pool-eu")).uid
        }

        @Test(
            "A pool whose scaling an older CRD has dropped keeps its pods and its autoscaler, and says so until both are back",
            arguments: ClusterKind.available)
        func droppedScaling(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { process in
                    let uid = try await makeScaledPool(cluster, process)
                    try await ReplicaLog.run(on: cluster, "pool-eu") { log in
                        try await cluster.putDefinition(.regionalWorkerPool, without: "scaling")
                        let pools = RegionalWorkerPool.resourceType
                        try await cluster.waitUntilDropped("scaling", of: pools, cluster.key("pool"))
                        try await waitForMismatch(pools, cluster.key("pool"), on: cluster)
                        let message = try await ready(pools, cluster.key("pool"), on: cluster)?["message"]?.string
                        #expect(message?.contains("it lacks spec.scaling") == true)
                        #expect(message?.contains("kubectl apply --server-side -f crds/") == true)
                        // What would be corrected otherwise stays too.
                        let budget = cluster.key("pool-eu")
                        try await cluster.client.delete(.podDisruptionBudget, budget)
                        try await cluster.changeNode("a", ["metadata": ["labels": ["workload": .null]]])
                        try await process.settled()
                        #expect(try await !cluster.exists(.podDisruptionBudget, budget))
                        #expect(process.requests.writes.allSatisfy { $0.hasPrefix("PATCH regionalworkerpools") })

                        try await cluster.putDefinition(.regionalWorkerPool)
                        try await eventually("scaling is kept", within: .seconds(30)) {
                            try await cluster.changePool("pool", ["spec": ["scaling": scaling]])
                            return try await cluster.pool()[path: "spec", "scaling"] != nil
                        }
                        try await eventually("the operator goes on", within: .seconds(30)) {
                            let ready = try await ready(pools, cluster.key("pool"), on: cluster)
                            return try await cluster.exists(.podDisruptionBudget, budget)
                                && ready?["reason"] != "SchemaMismatch"
                        }
                        try await process.settled()
                        #expect(log.numbers == [5])
                    }
                    let live = try await cluster.client.get(.horizontalPodAutoscaler, cluster.key("pool-eu"))
                    #expect(live.uid == uid)
                }
            }
        }

        @Test(
            "What an older CRD hides is not removed by a status: an event says it, and with the CRD everything is back",
            arguments: ClusterKind.available)
        func hiddenScaling(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { process in
                    let uid = try await makeScaledPool(cluster, process)
                    try await cluster.putDefinition(.regionalWorkerPool, without: "scaling")
                    try await eventually("an event says it", within: .seconds(30)) {
                        process.events.messages(.schemaMismatch).count == 1
                    }
                    #expect(process.events.messages(.schemaMismatch)[0].contains("would remove spec.scaling"))
                    try await cluster.putDefinition(.regionalWorkerPool)
                    // The first thing that it writes once it goes on.
                    try await cluster.client.delete(.podDisruptionBudget, cluster.key("pool-eu"))
                    try await eventually("the operator goes on", within: .seconds(30)) {
                        try await cluster.exists(.podDisruptionBudget, cluster.key("pool-eu"))
                    }
                    try await process.settled()
                    #expect(try await cluster.pool()[path: "spec", "scaling"] != nil)
                    let live = try await cluster.client.get(.horizontalPodAutoscaler, cluster.key("pool-eu"))
                    #expect(live.uid == uid)
                    #expect(
                        process.requests.writes.allSatisfy { !$0.hasPrefix("DELETE") && !$0.contains("deployments") })
                }
            }
        }

        @Test(
            "While the CRD of ComponentImages hides what pipelines have set, or is gone, environments stay as they are",
            arguments: ClusterKind.available)
        func hiddenImages(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", "{tier: staging, components: [{name: web, image: 'web:1'}]}")
                    let (web, type) = (cluster.inEnvironment("shop", "web"), ComponentImages.resourceType)
                    let images = cluster.inEnvironment("shop", cluster.environmentName("shop"))
                    func image() async throws -> JSONValue? {
                        let live = try await cluster.deployment(web)
                        return live[path: "spec", "template", "spec", "containers"]?[0]?["image"]
                    }
                    try await eventually("ComponentImages are there", within: .seconds(30)) {
                        try await cluster.exists(type, images)
                    }
                    try await cluster.change(type, images, ["spec": ["images": ["web": "web:2"]]])
                    try await eventually("the image is rolled out", within: .seconds(30)) {
                        guard try await cluster.exists(.deployment, web) else { return false }
                        return try await image() == "web:2"
                    }
                    try await process.settled()
                    process.requests.forgetWrites()
                    let key = ObjectKey(name: cluster.environmentName("shop"))
                    try await cluster.putDefinition(.componentImages, without: "images")
                    try await waitForMismatch(AppEnvironment.resourceType, key, on: cluster)
                    try await process.settled()
                    #expect(process.requests.writes.allSatisfy { $0.hasPrefix("PATCH appenvironments") })
                    #expect(try await image() == "web:2")

                    try await cluster.putDefinition(.componentImages)
                    try await eventually("the operator goes on", within: .seconds(30)) {
                        let ready = try await ready(AppEnvironment.resourceType, key, on: cluster)
                        return ready?["reason"] != "SchemaMismatch"
                    }
                    try await process.settled()
                    #expect(try await image() == "web:2")

                    try await cluster.client.delete(
                        .customResourceDefinition, ObjectKey(name: "componentimages.quartermaster.dev"))
                    try await waitForMismatch(AppEnvironment.resourceType, key, on: cluster)
                    try await process.settled()
                    #expect(try await image() == "web:2")
                }
            }
        }

        @Test(
            "An environment whose deletionPolicy an older CRD has dropped is not deleted by the policy that it has left",
            arguments: ClusterKind.available)
        func droppedDeletionPolicy(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let web = cluster.inEnvironment("shop", "web")
                    try await cluster.makeEnvironment(
                        "shop",
                        "{tier: staging, deletionPolicy: Retain, components: [{name: web, image: 'web:1', replicas: 1}]}"
                    )
                    try await eventually("the Deployment is there", within: .seconds(30)) {
                        try await cluster.exists(.deployment, web)
                    }
                    try await process.settled()
                    process.requests.forgetWrites()
                    let key = ObjectKey(name: cluster.environmentName("shop"))
                    try await cluster.putDefinition(.appEnvironment, without: "deletionPolicy")
                    try await cluster.waitUntilDropped("deletionPolicy", of: AppEnvironment.resourceType, key)
                    try await cluster.deleteEnvironment("shop")
                    try await waitForMismatch(AppEnvironment.resourceType, key, on: cluster)
                    try await process.settled()
                    #expect(process.requests.writes.allSatisfy { $0.hasPrefix("PATCH appenvironments") })
                    #expect(try await cluster.environment("shop").finalizers == [Finalizer.cleanup])

                    try await cluster.putDefinition(.appEnvironment)
                    try await eventually("the policy is kept", within: .seconds(30)) {
                        try await cluster.changeEnvironment("shop", ["spec": ["deletionPolicy": "Retain"]])
                        return try await cluster.environment("shop")[path: "spec", "deletionPolicy"] == "Retain"
                    }
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    #expect(try await cluster.exists(.deployment, web))
                    #expect(process.requests.writes.allSatisfy { !$0.hasPrefix("DELETE") })
                }
            }
        }
    }
}
