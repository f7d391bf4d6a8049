import EmbeddedAPIServer
import KubeAPI
import Testing

@Suite("Who may do what")
struct AuthenticationTests {
    private static let pods = "/api/v1/namespaces/default/pods"

    @Test("Without credentials there is 403 for everything but health and version")
    func anonymous() async throws {
        try await ServerFixture.run(as: nil) { api in
            let reply = try await api.get(Self.pods)
            #expect(reply.status == 403)
            #expect(
                reply.message
                    == "pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" in "
                    + "the namespace \"default\"")
            #expect(try await api.get("/version").status == 200)
            #expect(try await api.get("/healthz").text == "ok")
            let apis = try await api.get("/apis")
            #expect(apis.message == "forbidden: User \"system:anonymous\" cannot get path \"/apis\"")
        }
    }

    @Test("A token that the server does not know is 401")
    func badToken() async throws {
        try await ServerFixture.run(as: nil) { api in
            let reply = try await api.get(Self.pods, headers: [("Authorization", "Bearer nonsense")])
            #expect(reply.status == 401)
            #expect(reply.message == "Unauthorized")
        }
    }

    @Test("A token that the server has given is accepted until it is revoked")
    func goodToken() async throws {
        try await ServerFixture.run(as: nil) { api in
            let token = api.server.token(for: UserInfo(name: "jane"))
            let header = ("Authorization", "Bearer \(token)")
            let accepted = try await api.get(Self.pods, headers: [header])
            #expect(accepted.status == 200)
            api.server.revoke(token: token)
            let refused = try await api.get(Self.pods, headers: [header])
            #expect(refused.status == 401)
        }
    }

    @Test("A certificate that has run out is 401")
    func expiredCertificate() async throws {
        try await ServerFixture.run { api in
            let authority = try #require(api.server.certificateAuthority)
            let pair = try authority.client(.administrator, validity: .seconds(-60))
            var configuration = TransportConfiguration(server: try ServerAddress(api.server.url))
            configuration.certificateAuthority = Array(authority.pair.certificate.utf8)
            configuration.clientIdentity = .init(
                certificate: Array(pair.certificate.utf8), key: Array(pair.privateKey.utf8))
            let transport = try Transport(configuration: configuration)
            #expect(try await transport.send(HTTPRequest(path: Self.pods)).status == 401)
            await transport.shutdown()
        }
    }

    @Test("A right on named objects is one to list and watch them by their names, and nothing else")
    func namedLists() async throws {
        try await ServerFixture.run(.init(authorization: .rbac)) { api in
            let role: JSONValue = [
                "metadata": ["name": "one"],
                "rules": [
                    ["apiGroups": [""], "resources": ["nodes"], "resourceNames": ["a"], "verbs": ["list", "watch"]]
                ],
            ]
            let binding: JSONValue = [
                "metadata": ["name": "one"], "subjects": [["kind": "User", "name": "reader"]],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "one"],
            ]
            for (plural, body) in [("clusterroles", role), ("clusterrolebindings", binding)] {
                _ = try await api.create("/apis/rbac.authorization.k8s.io/v1/\(plural)", body)
            }
            let reader = ServerFixture(
                server: api.server,
                transport: try ServerFixture.transport(to: api.server, as: UserInfo(name: "reader")))
            for query in [
                "?fieldSelector=metadata.name%3Da", "?fieldSelector=metadata.name%3Da&watch=1&timeoutSeconds=1",
            ] {
                #expect(try await reader.get("/api/v1/nodes\(query)").status == 200)
            }
            for query in ["", "?fieldSelector=metadata.name%3Db", "?fieldSelector=metadata.name!%3Da"] {
                #expect(try await reader.get("/api/v1/nodes\(query)").status == 403)
            }
            await reader.transport.shutdown()
        }
    }

    @Test("With RBAC a user may do what a binding says, and no more")
    func rbac() async throws {
        try await ServerFixture.run(.init(authorization: .rbac)) { api in
            let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
            _ = try await api.create(
                "\(roles)/roles",
                [
                    "metadata": ["name": "reader"],
                    "rules": [["apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]]],
                ])
            _ = try await api.create(
                "\(roles)/rolebindings",
                [
                    "metadata": ["name": "reader"],
                    "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"],
                    "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"]],
                ])
            let jane = ServerFixture(
                server: api.server, transport: try ServerFixture.transport(to: api.server, as: UserInfo(name: "jane")))
            #expect(try await jane.get(configMaps).status == 200)
            #expect(try await jane.get("/apis").status == 200)
            let refused = try await jane.create(configMaps, configMap("x"))
            #expect(
                refused.message
                    == "configmaps is forbidden: User \"jane\" cannot create resource \"configmaps\" in API group \"\" in "
                    + "the namespace \"default\"")
            #expect(try await jane.get("/api/v1/configmaps").status == 403)
            await jane.transport.shutdown()
        }
    }
}
