internal import KubeAPI

/// An AppEnvironment from a Compose file.
struct ComposeImport {
    private(set) var environment: ImportedEnvironment
    private let file: ComposeFile
    /// The component of each service, also by the other names that its neighbours may call it.
    private var hosts: [String: String] = [:]
    /// What each service leads to, in the order of the file.
    private var services: [ComposeService] = []
    /// Services that others wait for until they have ended.
    private var jobs: Set<String> = []

    /// - Parameter name: else what the file or its folder is called.
    init(_ file: ComposeFile, name: String?, tier: String, source: String) throws {
        guard let name = name ?? file.projectName.map(ImportedName.environment) else {
            throw ImportedEnvironment.Failure(
                "name the environment with --name: neither the file nor a folder has a name")
        }
        self.file = file
        environment = ImportedEnvironment(name: name, tier: tier)
        introduce(source)
        findJobs()
        nameServices()
        for service in file.services {
            guard let component = hosts[service.name], !jobs.contains(service.name) else { continue }
            let context = ComposeService.Context(
                environment: name, file: file, addresses: Addresses(components: hosts))
            services.append(ComposeService(service.name, service.fields, as: component, context))
        }
        shareVolumes()
        connect()
        addIngress()
        sayUsers()
        environment.components = services.map(\.component)
    }

    private mutating func introduce(_ source: String) {
        environment.note(
            """
            Made from \(source) by quartermaster import. Read the comments, then: quartermaster validate, render, and kubectl apply.
            Components reach each other only where connectsTo says so. It was found in depends_on, links and the addresses that \
            variables and commands name; add what is missing.
            """)
        if environment.tier == "production" {
            environment.note(
                "In the tier production nothing outside is reached either: add connectsTo with a cidr, or network.egress: Internet."
            )
        }
        for problem in file.problems { environment.leaveOut("Left out, \(problem).") }
        for (name, network) in file.networks where ComposeValue.flag(network["external"]) == true {
            environment.leaveOut(
                "Left out, the network \(name) of another project: let components connect to its namespace with connectsTo."
            )
        }
    }

    /// A service that others wait for until it has ended runs once: a Deployment would begin it again for ever.
    private mutating func findJobs() {
        for service in file.services {
            for (name, dependency) in service.fields["depends_on"]?.object ?? [:]
            where dependency["condition"]?.string == "service_completed_successfully" {
                jobs.insert(name)
            }
        }
        for name in jobs.sorted() {
            environment.leaveOut(
                """
                Left out, the service \(name): it ends, and others wait for that. A component runs for ever. Run it as a Job, or as \
                an init container by template of the component that waits.
                """)
        }
    }

    private mutating func nameServices() {
        for service in file.services where !jobs.contains(service.name) {
            hosts[service.name] = ImportedName.label(
                service.name, limit: 40, taken: Set(hosts.values).union(ImportedName.reserved))
        }
        for service in file.services {
            guard let component = hosts[service.name] else { continue }
            let networks = service.fields["networks"]?.object?.values.map { ComposeValue.texts($0["aliases"]) } ?? []
            let names = ["container_name", "hostname"].compactMap { ComposeValue.text(service.fields[$0]) }
            for other in names + networks.flatMap(\.self) where hosts[other] == nil { hosts[other] = component }
        }
    }

    // MARK: The whole

    /// A claim belongs to one component. Where several services mount a volume, the first one has it, and the others mount its
    /// claim.
    private mutating func shareVolumes() {
        var owners: [String: (service: Int, volume: String)] = [:]
        for index in services.indices {
            for mount in services[index].namedMounts {
                guard case .volume(let source) = mount.kind else { continue }
                if let owner = owners[source] {
                    let claim = "\(services[owner.service].component.name)-\(owner.volume)"
                    services[owner.service].share(owner.volume, with: services[index].component.name)
                    services[index].mountClaim(claim, mount, of: services[owner.service].component.name)
                } else if let volume = services[index].addVolume(
                    mount, named: source, mount.isOfHost ? nil : file.volumes[source])
                {
                    owners[source] = (index, volume)
                }
            }
        }
    }

    private mutating func connect() {
        let components = Set(services.map(\.component.name))
        for index in services.indices {
            for name in services[index].peers {
                if let target = hosts[name], components.contains(target) {
                    services[index].component.connect(to: target)
                }
            }
            for mention in services[index].mentions where components.contains(mention.host) {
                services[index].component.connect(to: mention.host)
                if let port = mention.port { addPort(port, to: mention.host) }
            }
        }
        let targets = services.flatMap { $0.component.list("connectsTo").compactMap { $0["component"]?.string } }
        for index in services.indices where targets.contains(services[index].component.name) {
            services[index].needPorts()
        }
    }

    private mutating func addPort(_ port: Int, to component: String) {
        guard let index = services.firstIndex(where: { $0.component.name == component }) else { return }
        services[index].addPort(ComposePort(port: port, isUDP: false, isPublished: false))
    }

    // MARK: Ingress

    private mutating func addIngress() {
        var hosts: [(host: String, entry: JSONObject)] = []
        var suggested: [String] = []
        for index in services.indices {
            let routes = services[index].routes()
            for route in routes {
                let path: JSONValue = [
                    "path": .string(route.path), "component": .string(services[index].component.name),
                    "port": .string(route.port),
                ]
                guard let known = hosts.firstIndex(where: { $0.host == route.host }) else {
                    var entry: JSONObject = ["host": .string(route.host)]
                    if let className = route.className { entry["className"] = .string(className) }
                    entry["paths"] = [path]
                    hosts.append((route.host, entry))
                    continue
                }
                let paths = hosts[known].entry["paths"]?.array ?? []
                if !paths.contains(where: { $0["path"] == path["path"] }) {
                    hosts[known].entry["paths"] = .array(paths + [path])
                }
            }
            if routes.isEmpty, let port = services[index].publishedWebPort {
                suggested += suggestion(services[index].component.name, port)
            }
        }
        if !hosts.isEmpty {
            environment.fields["ingress"] = .array(hosts.map { .object($0.entry) })
            environment.note(
                "Name a clusterIssuer of cert-manager, or a tlsSecretName, for each host that is served by TLS.",
                at: "spec", "ingress")
        }
        if !suggested.isEmpty {
            let text =
                ["What was published on the host, to be reached at a host name of yours:", "  ingress:"] + suggested
            environment.note(text.joined(separator: "\n"), at: "spec", hosts.isEmpty ? "components" : "ingress")
        }
    }

    private func suggestion(_ component: String, _ port: String) -> [String] {
        [
            "    - host: \(component).example.com", "      paths:", "        - component: \(component)",
            "          port: \(port)",
        ]
    }

    private mutating func sayUsers() {
        let unknown = services.filter { $0.component.fields["securityContext"]?["runAsUser"] == nil }.map(
            \.component.name)
        guard !unknown.isEmpty else { return }
        environment.note(
            """
            No pod runs as root. For \(unknown.joined(separator: ", ")) the file names no user: unless the image has a number as its \
            USER, set securityContext: {runAsUser: …}, and fsGroup with volumes.
            """)
    }
}
