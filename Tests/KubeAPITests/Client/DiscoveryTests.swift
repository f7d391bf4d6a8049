import Support
import Testing

@testable import KubeAPI

@Suite("Discovery", .timeLimit(.minutes(1)))
struct DiscoveryTests {
    private func makeServer() throws -> LoopbackServer {
        try LoopbackServer { request, connection in
            switch request.path {
            case "/version": connection.respond(200, [], #"{"major":"1","minor":"28+","gitVersion":"v1.28.3+k3s1"}"#)
            case "/apis":
                let versions = #"[{"version":"v1beta1"},{"version":"v1"}]"#
                connection.respond(
                    200, [],
                    #"{"groups":[{"name":"apps","versions":\#(versions),"preferredVersion":{"version":"v1"}}]}"#)
            case "/apis/apps/v1":
                let status = #"{"name":"deployments/status","kind":"Deployment","namespaced":true,"verbs":["get"]}"#
                let deployments =
                    #"{"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["get","list"]}"#
                connection.respond(200, [], #"{"kind":"APIResourceList","resources":[\#(status),\#(deployments)]}"#)
            case "/api/v1":
                connection.respond(200, [], #"{"resources":[{"name":"nodes","kind":"Node","namespaced":false}]}"#)
            default: connection.respond(404, [], "404 page not found")
            }
        }
    }

    @Test("The server's version is read, vendor's marks included")
    func version() async throws {
        let server = try makeServer()
        let client = try KubeClient.fixture(server)
        let version = try await client.serverVersion()
        #expect(version.major == 1)
        #expect(version.minor == 28)
        #expect(version.gitVersion == "v1.28.3+k3s1")
        #expect(try await client.groups().map(\.versions) == [["v1", "v1beta1"]])
        #expect(server.requests.map(\.path) == ["/version", "/apis"])
        await client.shutdown()
    }

    @Test("A kind is found without its subresources and asked for once")
    func kinds() async throws {
        let server = try makeServer()
        let client = try KubeClient.fixture(server)
        for _ in 0..<3 {
            #expect(try await client.resourceType(apiVersion: "apps/v1", kind: "Deployment") == .deployment)
            #expect(try await client.resourceType(apiVersion: "v1", kind: "Node") == .node)
        }
        #expect(server.requests.map(\.path) == ["/apis/apps/v1", "/api/v1"])
        client.invalidateDiscovery(groupVersion: "v1")
        _ = try await client.resources(groupVersion: "v1")
        _ = try await client.resources(groupVersion: "apps/v1")
        #expect(server.requests.map(\.path) == ["/apis/apps/v1", "/api/v1", "/api/v1"])
        await client.shutdown()
    }

    @Test(
        "What is missing is looked for again after ten seconds",
        arguments: [("keda.sh/v1", "X"), ("apps/v1", "Y"), ("", "Z")])
    func absence(apiVersion: String, kind: String) async throws {
        let server = try makeServer()
        let clock = ManualClock()
        let client = try KubeClient.fixture(server) { $0.clock = clock }
        for _ in 0..<3 { #expect(try await client.resourceType(apiVersion: apiVersion, kind: kind) == nil) }
        #expect(server.requests.count == 1)
        clock.advance(by: .seconds(11))
        #expect(try await client.resourceType(apiVersion: apiVersion, kind: kind) == nil)
        #expect(server.requests.count == 2)
        await client.shutdown()
    }
}
