import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What components may do in the Kubernetes API")
struct APIAccessTests {
    /// The rules of `config/rbac/applications.yaml` as `group/resource verb`, by the role.
    private func roles() throws -> [String: Set<String>] {
        try Repository.yaml("config/rbac/applications.yaml").reduce(into: [:]) { roles, role in
            #expect(role["kind"] == "ClusterRole" && role["aggregationRule"] == nil)
            let name = role["metadata"]?["name"]?.string ?? ""
            roles[name] = Set((role["rules"]?.elements ?? []).flatMap(grants))
        }
    }

    private func grants(_ rule: JSONValue) -> [String] {
        func words(_ field: String) -> [String] { (rule[field]?.elements ?? []).compactMap(\.string) }
        return words("apiGroups").flatMap { group in
            words("resources").flatMap { resource in words("verbs").map { "\(group)/\(resource) \($0)" } }
        }
    }

    @Test("There is a role for each word, which the operator may bind by name, and no other")
    func complete() throws {
        let names = Set(AppEnvironment.APIAccess.allCases.map(\.role))
        #expect(try Set(roles().keys) == names)
        let bindable = Right.all.filter { $0.resource == "clusterroles" && $0.verbs == ["bind"] }
        #expect(names.isSubset(of: bindable.reduce(into: []) { $0.formUnion($1.names) }))
        // No role of the operator's making, and no way around its own rights.
        #expect(
            !Right.all.contains { $0.resource == "roles" || !$0.verbs.isDisjoint(with: ["escalate", "impersonate"]) })
    }

    /// Part of Kubernetes' own role `edit`. Source: Kubernetes, plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go.
    private static let ofEdit: [String: Set<String>] = [
        "/pods": ["get", "list", "watch"], "/pods/log": ["get"], "/services": ["get", "list", "watch"],
        "/endpoints": ["get", "list", "watch"], "/configmaps": ["get", "list", "watch"],
        "discovery.k8s.io/endpointslices": ["get", "list", "watch"],
        "apps/deployments": ["get", "list", "watch"], "apps/replicasets": ["get", "list", "watch"],
        "apps/statefulsets": ["get", "list", "watch"], "batch/jobs": ["get", "list", "watch"],
        "batch/cronjobs": ["get", "list", "watch"],
        "coordination.k8s.io/leases": ["get", "list", "watch", "create", "update", "patch"],
        "/events": ["create", "update", "patch"], "events.k8s.io/events": ["create", "update", "patch"],
    ]

    @Test(
        "Each right is one that an editor of the namespace has: no Secrets, no pods made or entered, no roles, no wildcard"
    )
    func bounded() throws {
        let allowed = Set(Self.ofEdit.flatMap { resource, verbs in verbs.map { "\(resource) \($0)" } })
        for (role, grants) in try roles() {
            #expect(!grants.isEmpty && grants.isSubset(of: allowed), "\(role): \(grants.subtracting(allowed))")
        }
    }

    private func environment(_ access: String, _ network: String = "{}") throws -> ResolvedEnvironment {
        try .fixture(
            """
            components: [{name: web, image: 'web:1', apiAccess: \(access)}, {name: db, image: 'db:1'}]
            network: \(network)
            """)
    }

    private func addresses(_ type: String = "IPv4", _ hosts: [JSONValue] = ["192.0.2.10", "192.0.2.11"])
        -> ServerAddresses
    {
        ServerAddresses(
            addressType: .string(type), endpoints: [["addresses": .array(hosts)]],
            ports: [["port": 6443, "protocol": "TCP"], ["port": 53, "protocol": "UDP"]])
    }

    private func egress(of component: String, _ environment: ResolvedEnvironment) throws -> [JSONValue] {
        let policy = try #require(
            environment.networkPolicies().first { $0.object.name == "allow-\(component)" })
        return policy.object[path: "spec", "egress"]?.elements ?? []
    }

    @Test("Only a component that asks for it has a token, a binding and a way to the API servers' own addresses")
    func onlyIfAsked() throws {
        var environment = try environment("[ReadPods, LeaderElection]")
        environment.inputs.server = addresses()
        let bindings = try environment.apiAccess().map(\.object)
        #expect(bindings.map(\.name) == ["web-read-pods", "web-leader-election"])
        #expect(
            bindings.allSatisfy { $0["subjects"] == [["kind": "ServiceAccount", "name": "web", "namespace": "shop"]] })
        let tokens = environment.components.map { component in
            environment.podTemplate(of: component)["spec"]?["automountServiceAccountToken"]
        }
        #expect(tokens == [true, false])
        #expect(try environment.serviceAccounts().allSatisfy { $0.object["automountServiceAccountToken"] == false })
        let server: JSONValue = [
            "to": [["ipBlock": ["cidr": "192.0.2.10/32"]], ["ipBlock": ["cidr": "192.0.2.11/32"]]],
            "ports": [["protocol": "TCP", "port": 6443]],
        ]
        #expect(try egress(of: "web", environment).contains(server))
        #expect(try !egress(of: "db", environment).contains(server))
    }

    @Test("Addresses are single ones, of both families, and no more than a control plane has")
    func serverAddresses() throws {
        #expect(addresses("IPv6", ["2001:db8::1"]).cidrs == ["2001:db8::1/128"])
        #expect(addresses("FQDN", ["api.example.com"]) == ServerAddresses())
        let many = (0..<300).map { JSONValue.string("192.0.2.\($0 % 256)") }
        #expect(addresses("IPv4", many).cidrs.count == 16)
    }

    @Test("Where the API server is not known nothing is opened, and NetworkReady says so")
    func unknownServer() throws {
        func message(_ environment: ResolvedEnvironment, _ server: ServerAddresses) throws -> String {
            var conditions = Conditions()
            environment.addNetwork(unknown: [], server: server, to: &conditions)
            return try #require(conditions.assembled(ready: (.ready, "")).last).message
        }
        let environment = try environment("[ReadPods]", "{egress: Declared}")
        #expect(try egress(of: "web", environment).count == 1)
        let words =
            "EndpointSlice default/kubernetes does not say where the API server is: web reaches it where connectsTo"
        #expect(try message(environment, ServerAddresses()).contains(words))
        #expect(try !message(environment, addresses()).contains("EndpointSlice"))
        #expect(try !message(self.environment("[]"), ServerAddresses()).contains("EndpointSlice"))
        #expect(
            try !message(self.environment("[ReadPods]", "{egress: Allow}"), ServerAddresses()).contains("EndpointSlice")
        )
    }
}
