import KubeAPI
import Support
import Testing

@testable import Reconcilers

@Suite("Services of an environment")
struct BoundServiceTests {
    private func shop(_ services: String, uses: String = "[db]", _ more: String = "") throws -> ResolvedEnvironment {
        try .fixture(
            """
            services: \(services)
            components:
            - {name: api, image: 'api:1', uses: \(uses)\(more)}
            - {name: web, image: 'web:1'}
            """)
    }

    private func container(_ environment: ResolvedEnvironment, _ name: String = "api") throws -> [JSONValue] {
        let component = try #require(environment.component(name))
        return environment.podTemplate(of: component)["spec"]?["containers"]?[0]?["env"]?.elements ?? []
    }

    // MARK: Variables

    @Test(
        "The variables of a Cluster name its Service and the keys of its application Secret, and have no value of a Secret"
    )
    func variablesOfCluster() throws {
        let environment = try shop("[{name: db, kind: Postgres, ref: {kind: Cluster, namespace: data, name: main}}]")
        func key(_ key: JSONValue) -> JSONValue { ["secretKeyRef": ["name": "main-app", "key": key]] }
        #expect(
            try container(environment) == [
                ["name": "DB_HOST", "value": "main-rw.data.svc"], ["name": "DB_PORT", "value": "5432"],
                ["name": "DB_DATABASE", "valueFrom": key("dbname")],
                ["name": "DB_PASSWORD", "valueFrom": key("password")],
                ["name": "DB_USER", "valueFrom": key("username")],
            ])
        #expect(try container(environment, "web") == [])
        #expect(environment.components[0].secretUses == [.init(name: "main-app", isOptional: false)])
    }

    @Test("An address has each credential by the name of its variable, stands last, and is only there if it is named")
    func url() throws {
        let environment = try shop(
            """
            [{name: my-db, kind: Postgres, ref: {kind: Pooler, namespace: data, name: pool}, database: shop, port: 6432,
            credentialsSecretRef: {name: s, keys: {USER: login}}, variables: {URL: DSN, PASSWORD: PGPASSWORD}}]
            """, uses: "[my-db]")
        let variables = try container(environment)
        #expect(
            variables.last == [
                "name": "DSN",
                "value": "postgresql://$(MY_DB_USER):$(PGPASSWORD)@pool.data.svc:6432/$(MY_DB_DATABASE)",
            ])
        #expect(variables.contains(["name": "MY_DB_DATABASE", "value": "shop"]))
        #expect(
            variables.contains([
                "name": "MY_DB_USER", "valueFrom": ["secretKeyRef": ["name": "s", "key": "login"]],
            ]))
        let redis = "[{name: db, kind: Redis, ref: {kind: Service, name: c, podLabels: {a: b}}, variables: {URL: U}"
        #expect(try container(shop("\(redis)}]")).last == ["name": "U", "value": "redis://c.shop.svc:6379"])
        #expect(
            try container(shop("\(redis), credentialsSecretRef: {name: s}}]")).last == [
                "name": "U", "value": "redis://:$(DB_PASSWORD)@c.shop.svc:6379",
            ])
    }

    @Test(
        "Variables from two places, and names for variables that there are not, are refused",
        arguments: [
            (
                "", "[db]", ", env: [{name: DB_HOST, value: x}]",
                "DB_HOST of component api comes from service db and from env"
            ),
            ("", "[db]", ", config: {DB_PORT: '1'}", "DB_PORT of component api comes from service db and from config"),
            (
                ", variables: {PORT: OTHER_PORT}", "[db, other]", "",
                "OTHER_PORT of component api comes from service other and from service db"
            ),
            (
                ", variables: {HOST: X, PORT: X}", "[db]", "",
                "X of component api comes from service db and from service db"
            ),
            (", variables: {TOKEN: T}", "[db]", "", "service db has no TOKEN; it has DATABASE, HOST"),
            (", variables: {URL: OTHER}, database: shop", "[db]", ", env: [{name: DB_URL, value: x}]", nil),
            ("", "[]", ", env: [{name: DB_HOST, value: x}]", nil),
        ] as [(String, String, String, String?)])
    func clashes(more: String, uses: String, component: String, message: String?) throws {
        let environment = try shop(
            """
            [{name: db, kind: Postgres, ref: {kind: Cluster, name: main}\(more)},
            {name: other, kind: Postgres, ref: {kind: Cluster, name: other}}]
            """, uses: uses, component)
        let violations = environment.environment.violationsBeyondDefinition
        #expect(violations.isEmpty == (message == nil), "\(violations)")
        #expect(violations.contains { $0.message.contains(message ?? "") } == (message != nil), "\(violations)")
    }

    @Test("A Job runs again for another service, and does not because there are services that it does not use")
    func jobs() throws {
        func name(_ services: String, _ uses: String) throws -> String {
            try ResolvedEnvironment.fixture(
                "services: \(services)\ncomponents: [{name: m, kind: Job, image: 'm:1'\(uses)}]"
            ).components[0].jobName
        }
        let plain = try name("[]", "")
        let main = "[{name: db, kind: Postgres, ref: {kind: Cluster, name: main}}]"
        #expect(try name(main, "") == plain)
        let used = try name(main, ", uses: [db]")
        #expect(used != plain)
        #expect(try name(main.replacing("main}", with: "other}"), ", uses: [db]") != used)
    }

    // MARK: Ways

    private struct World {
        var network: PolicyNetwork
        var api: TrafficEndpoint
        var web: TrafficEndpoint
    }

    private func world(_ environment: ResolvedEnvironment) throws -> World {
        func pod(_ component: Component) -> TrafficEndpoint {
            .pod(component.name, in: "shop", labels: component.podLabels, address: "10.42.0.9", node: "n1")
        }
        return World(
            network: PolicyNetwork(
                namespaces: ["shop": [:], "data": [:]],
                policies: try environment.networkPolicies().map { try NetworkPolicyDocument($0.object) }),
            api: pod(environment.components[0]), web: pod(environment.components[1]))
    }

    private func pod(_ namespace: String, _ labels: [String: String]) -> TrafficEndpoint {
        .pod("p", in: namespace, labels: labels, address: "10.42.1.1", node: "n2")
    }

    private func instance(_ namespace: String) -> TrafficEndpoint {
        pod(namespace, ["cnpg.io/cluster": "main", "cnpg.io/podRole": "instance"])
    }

    private func pooler(_ namespace: String) -> TrafficEndpoint {
        pod(namespace, ["cnpg.io/cluster": "main", "cnpg.io/podRole": "pooler", "cnpg.io/poolerName": "pool"])
    }

    @Test("The pooler can be reached at its port by who uses it, and the database behind it can't")
    func pooler() throws {
        let world = try world(
            shop(
                """
                [{name: db, kind: Postgres, ref: {kind: Pooler, namespace: data, name: pool},
                credentialsSecretRef: {name: s}}]
                """))
        #expect(world.network.allows(from: world.api, to: pooler("data"), port: 5432))
        #expect(!world.network.allows(from: world.api, to: pooler("data"), port: 9127))
        #expect(!world.network.allows(from: world.api, to: instance("data"), port: 5432))
        #expect(!world.network.allows(from: world.api, to: pooler("elsewhere"), port: 5432))
        #expect(!world.network.allows(from: world.web, to: pooler("data"), port: 5432))
    }

    @Test("Of a Cluster its instances can be reached, and its poolers not")
    func cluster() throws {
        let world = try world(shop("[{name: db, kind: Postgres, ref: {kind: Cluster, namespace: data, name: main}}]"))
        #expect(world.network.allows(from: world.api, to: instance("data"), port: 5432))
        #expect(!world.network.allows(from: world.api, to: instance("data"), port: 8000))
        #expect(!world.network.allows(from: world.api, to: pooler("data"), port: 5432))
    }

    @Test("In the namespace of the environment the database lets in who uses it: default-deny covers its pods")
    func ownNamespace() throws {
        let services = "[{name: db, kind: Postgres, ref: {kind: Cluster, name: main}}]"
        let world = try world(shop(services))
        #expect(world.network.allows(from: world.api, to: instance("shop"), port: 5432))
        #expect(!world.network.allows(from: world.web, to: instance("shop"), port: 5432))
        #expect(!world.network.allows(from: pod("data", [:]), to: instance("shop"), port: 5432))
        // What ran in an adopted namespace before goes on as it did.
        var adopted = try shop(services)
        adopted.inputs.isEnforced = false
        #expect(try self.world(adopted).network.allows(from: pod("data", [:]), to: instance("shop"), port: 8000))
    }

    @Test("An external service is reached at its addresses, or at its port wherever it is outside")
    func external() throws {
        let host = "name: db, kind: External, host: db.example.com, port: 5432"
        let known = try world(shop("[{\(host), cidrs: [203.0.113.0/24]}]"))
        #expect(known.network.allows(from: known.api, to: .external("203.0.113.7"), port: 5432))
        #expect(!known.network.allows(from: known.api, to: .external("203.0.113.7"), port: 443))
        #expect(!known.network.allows(from: known.api, to: .external("198.51.100.7"), port: 5432))
        #expect(!known.network.allows(from: known.web, to: .external("203.0.113.7"), port: 5432))
        let unknown = try world(shop("[{\(host)}]"))
        #expect(unknown.network.allows(from: unknown.api, to: .external("198.51.100.7"), port: 5432))
        #expect(!unknown.network.allows(from: unknown.api, to: .external("10.1.2.3"), port: 5432))
        #expect(!unknown.network.allows(from: unknown.api, to: .external("169.254.169.254"), port: 5432))
    }

    @Test("A service in the namespace of another environment: what is missing there is said")
    func neighbours() throws {
        let data = try ResolvedEnvironment.fixture(
            """
            components:
            - {name: cache, image: 'redis:1', ports: [{name: redis, port: 6379}]}
            """, name: "data", uid: "uid-data")
        let environment = try shop(
            """
            [{name: db, kind: Postgres, ref: {kind: Cluster, namespace: data, name: main}},
            {name: cache, kind: Redis, ref: {kind: Service, namespace: data, name: cache,
            podLabels: {app.kubernetes.io/component: cache}}}]
            """, uses: "[db, cache]")
        let words = environment.oneSidedWays(to: Neighbours(environments: ["data": data]))
        try #require(words.count == 2)
        #expect(
            words[0]
                == "api uses Cluster data/main, whose namespace is that of AppEnvironment data: a NetworkPolicy of yours there "
                + "has to let pods of namespace shop in at port 5432")
        #expect(words[1].contains("allowFrom there has to name namespace shop"))
    }
}

@Suite("Databases of services")
struct DatabaseStateTests {
    private func seen(_ states: [String: DatabaseState], _ change: (inout ComponentObservation) -> Void = { _ in })
        throws -> EnvironmentObservation
    {
        var seen = EnvironmentObservation(
            try .fixture(
                """
                services: [{name: db, kind: Postgres, ref: {kind: Cluster, namespace: data, name: main}}]
                components: [{name: api, image: 'api:1', uses: [db]}]
                """))
        seen.dependencies = EnvironmentObservation.Dependencies(
            secrets: EnvironmentSecrets(), lostHosts: [:], sharedHosts: [:], unknownNamespaces: [], databases: states)
        change(&seen.components[0])
        return seen
    }

    @Test(
        "What is known of a database is a condition on which Ready does not depend",
        arguments: [
            (DatabaseState.Standing.ready, "True", "Available", "1 service"),
            (
                .starting("Setting up primary"), "False", "Unavailable",
                "Cluster data/main is not ready: Setting up primary"
            ),
            (.missing, "False", "Missing", "Cluster data/main, which service db names, does not exist"),
            (
                .notServed, "Unknown", "CRDNotInstalled",
                "CloudNativePG is not installed: Cluster data/main is taken to be there"
            ),
            (.unread("403"), "Unknown", "Unread", "Cluster data/main is not read yet: 403"),
        ])
    func condition(standing: DatabaseState.Standing, status: String, reason: String, message: String) throws {
        let seen = try seen(["db": DatabaseState(standing: standing, hints: ["think of it"])])
        let condition = try #require(seen.status.conditions?.first { $0.type == "ServicesReady" })
        #expect(condition.status.rawValue == status && condition.reason == reason)
        #expect(condition.message == "\(message); think of it")
        let ready = try #require(seen.status.conditions?.first { $0.type == "Ready" })
        #expect(!ready.message.contains("data/main"))
    }

    @Test(
        "Only what has never run waits, and only for a database that is known not to be there",
        arguments: [
            (DatabaseState.Standing.ready, false), (.starting("x"), true), (.missing, true), (.notServed, false),
            (.unread(nil), true), (.unread("403"), false),
        ])
    func waits(standing: DatabaseState.Standing, waits: Bool) throws {
        let states = ["db": DatabaseState(standing: standing)]
        var environment = try seen(states).environment
        let component = environment.components[0]
        #expect((environment.databaseWait(of: component, states) != nil) == waits)
        environment.inputs.images = ["api": "api:0"]
        #expect(environment.databaseWait(of: component, states) == nil)
    }

    @Test("A component that waits says for what")
    func words() throws {
        let seen = try seen([:]) { $0.awaited = "Cluster data/main is ready: it does not exist" }
        #expect(
            seen.components[0].finding?.message
                == "Deployment api is not made until Cluster data/main is ready: it does not exist")
    }
}
