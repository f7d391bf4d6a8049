internal import BackupModel
internal import Glibc
internal import KubeAPI

/// Exports the objects of namespaces as YAML, one file a kind. Any error fails the run: half an export looks like a
/// whole one.
///
/// With `QM_NAMESPACES` each namespace has a folder of its own, without it the policy's own namespace has none.
struct ManifestSource {
    private let client: KubeClient
    private let kinds: [ResourceType]

    static func run(_ report: inout RunReport) throws {
        try Source.run(&report) { _, report in
            let source = try ManifestSource()
            let namespaces = Settings.list("QM_NAMESPACES")
            let own = try Settings.required("QM_NAMESPACE")
            var objects = 0
            var problems: [String] = []
            for namespace in namespaces.isEmpty ? [own] : namespaces {
                let folder = Settings.artifactFolder + (namespaces.isEmpty ? "" : "/\(namespace)")
                let read = try source.read(namespace, &problems)
                // What can't be read elsewhere is still looked for, so that it can be said at once.
                guard problems.isEmpty else { continue }
                objects += try write(read, of: namespace, to: folder)
            }
            guard problems.isEmpty else {
                throw AgentFailure(
                    "not all could be read (exclude the kinds, or let quartermaster-backup-reader read them): "
                        + problems.joined(separator: "; "))
            }
            Log.say("exported \(objects) objects")
        }
    }

    private init() throws {
        let client = try Self.makeClient()
        self.client = client
        let included = Settings.list("QM_INCLUDE_KINDS")
        let (offers, problems) = try Blocking.run { try await Self.offers(client) }
        // Half a list of kinds is good enough only where those that are asked for are in it.
        if included.isEmpty, !problems.isEmpty {
            throw AgentFailure("the kinds of the cluster could not be listed: \(problems.joined(separator: "; "))")
        }
        kinds = try ManifestKinds.choose(
            from: offers, included: included, excluded: Settings.list("QM_EXCLUDE_KINDS"),
            withSecrets: Settings.flag("QM_INCLUDE_SECRETS"))
    }

    private static func makeClient() throws -> KubeClient {
        let names = ["KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "HOME"]
        let environment = Dictionary(
            uniqueKeysWithValues: names.compactMap { name in Settings.text(name).map { (name, $0) } })
        var options = ClientOptions()
        options.userAgent = "quartermaster-agent"
        // One namespace after the other: the server's own fairness is limit enough.
        options.qps = 0
        return try KubeClient(configuration: ClientConfiguration.load(environment: environment), options: options)
    }

    /// The kinds that can be listed in namespaces, each in the version that its group prefers.
    private static func offers(_ client: KubeClient) async throws -> ([ManifestKinds.Offer], problems: [String]) {
        let core = (name: "", versions: ["v1"])
        let groups = [core] + (try await client.groups().map { (name: $0.name, versions: $0.versions) })
        var offers: [ManifestKinds.Offer] = []
        var problems: [String] = []
        for group in groups where !ManifestExport.measuredGroups.contains(group.name) {
            var seen: Set<String> = []
            for version in group.versions {
                do {
                    let resources = try await client.resources(
                        groupVersion: group.name.isEmpty ? version : "\(group.name)/\(version)")
                    for resource in resources where !resource.isSubresource && resource.isNamespaced {
                        guard resource.verbs.contains("list"), seen.insert(resource.name).inserted else { continue }
                        offers.append(offer(resource, group.name, version))
                    }
                } catch let error as APIError {
                    problems.append(error.description)
                }
            }
        }
        return (offers, problems)
    }

    private static func offer(_ resource: APIResource, _ group: String, _ version: String) -> ManifestKinds.Offer {
        ManifestKinds.Offer(
            type: ResourceType(group: group, version: version, kind: resource.kind, plural: resource.name),
            names: Set([resource.name, resource.singularName, resource.kind.lowercased()] + resource.shortNames))
    }

    private func read(_ namespace: String, _ problems: inout [String]) throws -> [ManifestExport.Kind] {
        var read: [ManifestExport.Kind] = []
        for type in kinds {
            do {
                let list = try Blocking.run { [client] in try await client.listAll(type, namespace: namespace) }
                read.append(ManifestExport.Kind(name: type.qualifiedName, objects: list.items))
            } catch let error as APIError {
                // A server that can't be reached would be waited for once for each kind.
                guard !error.isTransport else { throw AgentFailure("the API server could not be asked: \(error)") }
                let words = error.isForbidden ? "Forbidden" : error.description
                problems.append("\(type.qualifiedName) in \(namespace): \(words)")
                Log.say("\(type.qualifiedName) in \(namespace) could not be read: \(error)")
            }
        }
        return read
    }

    /// - Returns: how many objects there are.
    private static func write(_ read: [ManifestExport.Kind], of namespace: String, to folder: String) throws -> Int {
        let export = ManifestExport(read)
        guard export.count > 0 else {
            throw AgentFailure("the namespace \(namespace) holds nothing to save; is there such a namespace?")
        }
        try Files.makeFolder(folder)
        for kind in export.kinds {
            try Stop.check()
            try Files.write(YAML.write(ManifestExport.document(of: kind)), to: "\(folder)/\(kind.name).yaml")
        }
        if export.remade > 0 {
            Log.say("left out \(export.remade) objects of \(namespace) that their controllers make again")
        }
        if export.ended > 0 { Log.say("left out \(export.ended) Jobs and pods of \(namespace) that have ended") }
        return export.count
    }
}
