import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The port of a Service that was taken over")
struct UnnamedPortTests {
    private func environment(ports: String, isOwn: Bool = false) throws -> ResolvedEnvironment {
        var environment = try ResolvedEnvironment.written(
            """
            tier: production
            components:
              - {name: web, image: "web:1", ports: \(ports), metrics: {port: 8080}}
            """)
        let live = try DynamicObject.fixture(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080, protocol: TCP}]}
            """)
        let record = AdoptionRecord(of: live, as: .service)
        environment.inputs.adoptions.entries[WrittenObject(.service, live.key)] = Adoptions.Entry(
            live: live, isOwn: isOwn, record: record, annotation: "sealed")
        return environment
    }

    private func child(_ type: ResourceType, of environment: ResolvedEnvironment) throws -> DynamicObject {
        try #require(environment.adoptingChildren().children.first { $0.type == type }).object
    }

    @Test("It goes on without a name, and Prometheus finds it by its number", arguments: [false, true])
    func kept(isOwn: Bool) throws {
        let environment = try environment(ports: "[{name: http, port: 80, targetPort: 8080}]", isOwn: isOwn)
        let service = try child(.service, of: environment)
        #expect(service[path: "spec", "ports"]?[0] == ["port": 80, "targetPort": 8080, "protocol": "TCP"])
        let endpoint = try child(.serviceMonitor, of: environment)[path: "spec", "endpoints"]?[0]
        #expect(endpoint?["targetPort"] == 8080 && endpoint?["port"] == nil)
    }

    @Test("Beside another port it gets its name")
    func named() throws {
        let environment = try environment(
            ports: "[{name: http, port: 80, targetPort: 8080}, {name: admin, port: 81}]")
        let service = try child(.service, of: environment)
        #expect(service[path: "spec", "ports"]?.elements.compactMap { $0["name"]?.string } == ["http", "admin"])
        #expect(try child(.serviceMonitor, of: environment)[path: "spec", "endpoints"]?[0]?["port"] == "http")
    }
}
