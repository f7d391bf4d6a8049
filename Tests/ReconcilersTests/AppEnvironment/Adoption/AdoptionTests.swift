import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What of somebody else's object counts")
struct AdoptionTests {
    private func workload(_ kind: String, replicas: Int) throws -> DynamicObject {
        try DynamicObject.fixture(
            """
            apiVersion: apps/v1
            kind: \(kind)
            metadata: {name: web, namespace: shop, uid: uid-web}
            spec: {replicas: \(replicas), selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}}}
            """)
    }

    private func adopting(_ type: ResourceType, _ component: String, replicas: Int) throws -> ResolvedEnvironment {
        let environment = try ResolvedEnvironment.written(
            "tier: staging\ncomponents: [{name: web, image: 'web:1', \(component)}]")
        let live = try workload(type.kind, replicas: replicas)
        var adoptions = Adoptions()
        adoptions.entries[WrittenObject(type, live.key)] = Adoptions.Entry(
            live: live, isOwn: false, record: AdoptionRecord(of: live, as: type))
        return environment.adopting(adoptions)
    }

    @Test("A number of pods that no component may have is no reason to make as many claims, and is objected to")
    func manyPods() throws {
        let environment = try adopting(
            .statefulSet,
            "kind: StatefulSet, volumes: [{name: data, path: /data, size: 1Gi, accessMode: ReadWriteMany}]",
            replicas: 20_000)
        let children = try environment.children()
        #expect(children.count { $0.type == .persistentVolumeClaim } <= 500)
        for (replicas, isRefused) in [(500, false), (501, true)] {
            let (_, objections) = try adopting(.deployment, "ports: []", replicas: replicas).adoptingChildren()
            #expect(objections.contains { $0.failure.message.contains("\(replicas) pods") } == isRefused)
        }
        // A number of the spec's own decides.
        #expect(try adopting(.deployment, "replicas: 2", replicas: 501).adoptingChildren().objections.isEmpty)
    }

    /// What is said against taking over a Service.
    private func objection(to service: String, _ spec: String, for component: String) throws -> String? {
        let environment = try AppEnvironment(
            defaulting: .fixture(
                """
                apiVersion: quartermaster.dev/v1alpha1
                kind: AppEnvironment
                metadata: {name: shop}
                spec: {tier: staging, components: [\(component)]}
                """))
        let live = try DynamicObject.fixture(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: \(service), namespace: shop}
            spec: {\(spec)}
            """)
        return try #require(try environment.adoptionForecasts(of: [live]).first).objection
    }

    @Test(
        "A Service of another type says what to do, and nothing that can't be done",
        arguments: [
            ("type: NodePort", "set spec.components[web].service.type so"),
            ("clusterIP: None", "it is of type Headless: set spec.components[web].service.type so"),
            ("type: ExternalName, externalName: db.example.com", "give the component another name, or delete it"),
        ])
    func serviceTypes(fields: String, advice: String) throws {
        let objection = try objection(
            to: "web", "selector: {app: web}, ports: [{port: 80}], \(fields)",
            for: "{name: web, image: 'web:1', ports: [{name: http, port: 80}]}")
        #expect(objection?.contains(advice) == true, "\(objection ?? "none")")
    }

    @Test(
        "Ports of the Service that names the pods of a StatefulSet are no reason against it, a type is",
        arguments: [("None", true), ("10.0.0.1", false)])
    func governingService(address: String, isFine: Bool) throws {
        let objection = try objection(
            to: "db-pods", "selector: {app: db}, ports: [{name: raft, port: 7000}], clusterIP: \(address)",
            for: "{name: db, kind: StatefulSet, image: 'db:1', ports: [{name: postgres, port: 5432}]}")
        #expect((objection == nil) == isFine, "\(objection ?? "none")")
    }
}
