internal import KubeAPI

/// A service that somebody else runs, as the components that use it see it.
///
/// All of it follows from the spec of the environment, and nothing from objects that others write: a change of those neither
/// replaces pods nor opens a way.
package struct BoundService: Sendable, Hashable {
    let spec: AppEnvironment.BackingService
    /// Where its pods are; `nil` for an external one.
    let namespace: String?

    init(_ spec: AppEnvironment.BackingService, in environment: AppEnvironment) {
        self.spec = spec
        namespace = spec.ref.map { $0.namespace ?? environment.namespaceName }
    }

    var name: String { spec.name }

    /// Such as `Pooler databases/main-pooler`.
    var title: String {
        guard let ref = spec.ref else { return "\(host):\(port)" }
        return "\(ref.kind.rawValue) \(namespace ?? "")/\(ref.name)"
    }

    var port: Int { spec.port ?? (spec.kind == .redis ? 6379 : 5432) }

    /// Source: CloudNativePG, "Connecting from an application": a Cluster's Service for its primary; "Connection pooling": a
    /// Pooler's has its name.
    var host: String {
        guard let ref = spec.ref, let namespace else { return spec.host ?? "" }
        return "\(ref.kind == .cluster ? "\(ref.name)-rw" : ref.name).\(namespace).svc"
    }

    /// The Secret of the environment's namespace with the credentials; `nil`: there are none.
    var credentials: String? {
        if let given = spec.credentialsSecretRef { return given.name }
        return spec.ref.flatMap { $0.kind == .cluster ? "\($0.name)-app" : nil }
    }

    /// The labels of its pods. Source: CloudNativePG, "Labels and annotations". Pods of a Pooler may have the label of their
    /// Cluster too.
    var podLabels: [String: String] {
        guard let ref = spec.ref else { return [:] }
        return switch ref.kind {
        case .cluster: ["cnpg.io/cluster": ref.name, "cnpg.io/podRole": "instance"]
        case .pooler: ["cnpg.io/poolerName": ref.name]
        case .service: ref.podLabels ?? [:]
        }
    }

    /// Where its pods or addresses are, as an entry of `connectsTo`; none for an external one without addresses.
    var peers: [AppEnvironment.Peer] {
        let ports = [AppEnvironment.Peer.Port(port: port, protocol: .tcp)]
        if let namespace { return [AppEnvironment.Peer(namespace: namespace, podLabels: podLabels, ports: ports)] }
        return (spec.cidrs ?? []).map { AppEnvironment.Peer(cidr: $0, ports: ports) }
    }
}

// The variables of a service.
extension BoundService {
    /// One variable of the container.
    struct Variable: Sendable, Hashable {
        var name: String
        /// The fields of an EnvVar beside the name.
        var source: JSONObject

        var json: JSONValue {
            var fields: JSONObject = ["name": .string(name)]
            for (field, value) in source { fields[field] = value }
            return .object(fields)
        }
    }

    /// The keys of the Secret, by what they are.
    private var keys: [String: String] {
        guard credentials != nil else { return [:] }
        var keys: [String: String] =
            switch spec.kind {
            case .postgres: ["USER": "username", "PASSWORD": "password", "DATABASE": "dbname"]
            case .redis: ["PASSWORD": "password"]
            case .external: [:]
            }
        if spec.database != nil { keys["DATABASE"] = nil }
        return keys.merging(spec.credentialsSecretRef?.keys ?? [:]) { $1 }
    }

    /// What variables there are, or can be.
    var variableKinds: Set<String> {
        var kinds = Set(keys.keys).union(["HOST", "PORT"])
        if spec.database != nil { kinds.insert("DATABASE") }
        if spec.kind != .external { kinds.insert("URL") }
        return kinds
    }

    /// The name of a variable, by what it is.
    func variableName(_ kind: String) -> String {
        spec.variables?[kind] ?? "\(name.uppercased().replacing("-", with: "_"))_\(kind)"
    }

    /// In an order in which each stands behind those that it refers to. No value of a Secret is among them.
    var variables: [Variable] {
        func plain(_ kind: String, _ value: String) -> Variable {
            Variable(name: variableName(kind), source: ["value": .string(value)])
        }
        let known =
            [plain("HOST", host), plain("PORT", "\(port)")] + (spec.database.map { [plain("DATABASE", $0)] } ?? [])
        let secret = credentials ?? ""
        let read = keys.sorted { $0.key < $1.key }.map { kind, key in
            Variable(
                name: variableName(kind),
                source: ["valueFrom": ["secretKeyRef": ["name": .string(secret), "key": .string(key)]]])
        }
        return known + read + (spec.variables?["URL"] == nil ? [] : [plain("URL", url)])
    }

    /// The kubelet puts the values in the place of the names. Source: Kubernetes, "Define Dependent Environment Variables".
    private var url: String {
        func value(_ kind: String) -> String { "$(\(variableName(kind)))" }
        let has = keys
        let password = has["PASSWORD"] == nil ? "" : ":\(value("PASSWORD"))"
        let user = has["USER"] == nil ? "" : value("USER")
        let access = user.isEmpty && password.isEmpty ? "" : "\(user)\(password)@"
        return spec.kind == .redis
            ? "redis://\(access)\(host):\(port)" : "postgresql://\(access)\(host):\(port)/\(value("DATABASE"))"
    }
}

extension Component {
    /// What it may connect to: what it declares, and the services that it uses.
    var connections: [AppEnvironment.Peer] { (spec.connectsTo ?? []) + services.flatMap(\.peers) }

    /// External services whose addresses nobody knows, by their ports.
    var outsidePorts: [Int] {
        services.filter { $0.spec.kind == .external && $0.spec.cidrs == nil }.map(\.port)
    }
}

extension ResolvedEnvironment {
    /// All of them, whether a component uses them or not.
    var boundServices: [BoundService] { (spec.services ?? []).map { BoundService($0, in: environment) } }

    /// What lets components in to services of the environment's own namespace, whose pods `default-deny` covers: nobody else
    /// opens that side. Not before it is there: alone it would shut out everybody else.
    func servicePolicies() throws -> [DesiredChild] {
        guard inputs.isEnforced, spec.network.ingress == .deny else { return [] }
        return try boundServices.compactMap { service in
            let users = components.filter { $0.services.contains(service) }
            guard service.namespace == namespace, !users.isEmpty else { return nil }
            return try .networkPolicy(
                of: environment, named: "service-\(service.name)",
                NetworkPolicySpec(
                    podLabels: service.podLabels,
                    ingress: [NetworkPolicyRule(users.map { .pods($0.podSelector) }, ports: [.tcp(service.port)])]))
        }
    }
}

extension AppEnvironment {
    /// Variables that come from two places, and names for variables that a service does not have. Not in the CRD: names of
    /// variables are put together there.
    var serviceViolations: [Violation] {
        let services = (spec.services ?? []).map { BoundService($0, in: self) }
        let unknown = services.enumerated().flatMap { index, service in
            (service.spec.variables ?? [:]).keys.sorted().filter { !service.variableKinds.contains($0) }.map { kind in
                Violation(
                    "spec.services[\(index)].variables",
                    """
                    service \(service.name) has no \(kind); it has \(service.variableKinds.sorted().listed)
                    """)
            }
        }
        return unknown + spec.components.enumerated().flatMap { clashes(of: $1, at: $0, among: services) }
    }

    private func clashes(of component: ComponentSpec, at index: Int, among services: [BoundService]) -> [Violation] {
        var origins: [String: String] = [:]
        for name in (component.env ?? []).compactMap({ $0["name"]?.string }) { origins[name] = "env" }
        for name in (component.config ?? [:]).keys { origins[name] = "config" }
        var violations: [Violation] = []
        for service in services where component.uses?.contains(service.name) == true {
            for variable in service.variables {
                guard let other = origins.updateValue("service \(service.name)", forKey: variable.name) else {
                    continue
                }
                violations.append(
                    Violation(
                        "spec.components[\(index)].uses",
                        """
                        variable \(variable.name) of component \(component.name) comes from service \(service.name) and from \
                        \(other); remove one, or give it another name by variables of the service
                        """))
            }
        }
        return violations
    }
}
