internal import KubeAPI
internal import Reconcilers

/// What somebody who is asked for help wants to see of a cluster, in one archive, without its secrets.
struct SupportBundle: Sendable {
    /// Of each container.
    private static let logLines = 2000
    private static let logBytes = 1 << 20

    let client: KubeClient
    /// Of the operator.
    let lease: ObjectKey
    var now: Timestamp = .now()

    private let redaction = ObjectRedaction()
    private var files: [(path: String, text: String)] = []
    /// What could not be had, and why.
    private var gaps: [String] = []
    /// What events may be about.
    private var collected: Set<WrittenObject> = []

    init(client: KubeClient, lease: ObjectKey) {
        self.client = client
        self.lease = lease
    }

    /// Asks for everything that there is a right to; what there is none to is told in the archive.
    ///
    /// - Parameter findings: of `quartermaster doctor`.
    /// - Returns: a compressed archive.
    /// - Throws: `CancellationError`.
    mutating func archive(with findings: DoctorReport) async throws -> [UInt8] {
        try add("doctor.json", redaction.redacted(findings.document()).serializedString())
        try await addVersion()
        try await addOwnObjects()
        try await addChildren()
        try await addOperator()
        try await addCluster()
        try await addEvents()
        let problems = gaps.isEmpty ? "Everything could be read.\n" : gaps.map { $0 + "\n" }.joined()
        try add("errors.txt", redaction.redacted(problems))
        try add("README.txt", Self.readme)
        var archive = TarArchive(time: now)
        let scrub = redaction.scrub
        for file in files { archive.add("quartermaster-bundle/\(file.path)", Array(scrub(file.text).utf8)) }
        return Gzip.compress(archive.bytes)
    }

    // MARK: What is in it

    private mutating func addVersion() async throws {
        var version: JSONObject = ["quartermaster": .string(BuildInfo.version), "time": .string(now.rfc3339)]
        if let server = try await ask("the server's version", { [client] in try await client.serverVersion() }) {
            version["server"] = .string(server.gitVersion)
        }
        try add("version.yaml", YAML.write(.object(version)))
    }

    private mutating func addOwnObjects() async throws {
        for kind in Kinds.all { try await add(kind.resourceType, options: ListOptions()) }
    }

    /// All that the operator and its workloads have made, but for Secrets.
    private mutating func addChildren() async throws {
        let kinds = Kinds.all.flatMap { $0.childKinds }.map(\.type).filter { $0 != .secret }
        let types = Set(kinds + [.job, .replicaSet, .pod, .priorityClass]).sorted {
            $0.qualifiedName < $1.qualifiedName
        }
        let options = ListOptions(labelSelector: "\(LabelKey.managedBy)=\(LabelKey.manager)")
        for type in types { try await add(type, options: options) }
        try await add(.namespace, options: ListOptions(labelSelector: LabelKey.appEnvironment))
    }

    private mutating func addOperator() async throws {
        let options = ListOptions(labelSelector: LabelSelector.matching(LabelKey.operatorPods).queryString)
        try await add(.deployment, in: lease.namespace, options: options, as: "operator-deployments")
        let pods = try await add(.pod, in: lease.namespace, options: options, as: "operator-pods")
        for pod in pods { try await addLogs(of: pod) }
        let leases = ListOptions(fieldSelector: "metadata.name=\(lease.name)")
        try await add(.lease, in: lease.namespace, options: leases)
    }

    private mutating func addLogs(of pod: DynamicObject) async throws {
        for container in pod[path: "spec", "containers"]?.array ?? [] {
            guard let name = container["name"]?.string else { continue }
            let restarts = pod[path: "status", "containerStatuses"]?.array?.first { $0["name"]?.string == name }?[
                "restartCount"]
            let hasPrevious = (restarts?.integer ?? 0) > 0
            for isPrevious in hasPrevious ? [false, true] : [false] {
                let what = "the log of \(pod.key), container \(name)\(isPrevious ? ", the run before" : "")"
                let path = ResourceType.pod.path(namespace: pod.namespace, name: pod.name, subresource: "log")
                let query = [
                    ("container", name), ("tailLines", "\(Self.logLines)"), ("limitBytes", "\(Self.logBytes)"),
                    ("timestamps", "true"), ("previous", "\(isPrevious)"),
                ]
                let answer = try await ask(what) { [client] in try await client.request("GET", path, query: query) }
                guard let answer else { continue }
                let log = redaction.redacted(String(decoding: answer.body, as: UTF8.self))
                try add("logs/\(Self.fitting(pod.name))/\(name)\(isPrevious ? ".previous" : "").log", log)
            }
        }
    }

    private mutating func addCluster() async throws {
        try await add(.node, options: ListOptions(), trim: Self.node)
        try await add(.customResourceDefinition, options: ListOptions(), trim: Self.definition)
    }

    private mutating func addEvents() async throws {
        let events = try await ask("events") { [client] in try await client.listAll(.event).items } ?? []
        let ours = events.filter { event in
            let regarding = event["regarding"]
            let key = ObjectKey(
                namespace: regarding?["namespace"]?.string ?? "", name: regarding?["name"]?.string ?? "")
            return collected.contains { $0.kind == regarding?["kind"]?.string && $0.key == key }
        }
        try add(ours, as: "events")
    }

    // MARK: Adding

    /// - Returns: what was found.
    @discardableResult
    private mutating func add(
        _ type: ResourceType, in namespace: String? = nil, options: ListOptions, as name: String? = nil,
        trim: (DynamicObject) -> DynamicObject = { $0 }
    ) async throws -> [DynamicObject] {
        let objects = try await ask(type.qualifiedName) { [client] in
            try await client.listAll(type, namespace: namespace, options: options).items
        }
        guard let objects, !objects.isEmpty else { return [] }
        for object in objects { collected.insert(WrittenObject(type, object.key)) }
        try add(objects.map(trim), as: name ?? type.qualifiedName)
        return objects
    }

    private mutating func add(_ objects: [DynamicObject], as name: String) throws {
        try add("objects/\(name).yaml", YAML.write(objects.compactMap { redaction.redacted($0) }))
    }

    private mutating func add(_ path: String, _ text: String) throws { files.append((path, text)) }

    /// What the server answers; `nil`, and a line in the archive, where it refuses. A type that it does not have is no gap.
    private mutating func ask<Value>(_ what: String, _ question: () async throws -> Value) async throws -> Value? {
        do {
            return try await question()
        } catch let error as CancellationError {
            throw error
        } catch let error as APIError where error.isNotFound {
            return nil
        } catch {
            gaps.append("\(what): \(error)")
            return nil
        }
    }

    // MARK: Parts of objects

    private static func node(_ node: DynamicObject) -> DynamicObject {
        var shown = DynamicObject(["apiVersion": "v1", "kind": "Node"] as JSONObject)
        for path in [
            ["metadata", "name"], ["metadata", "labels"], ["metadata", "annotations", AnnotationKey.claim],
            ["spec", "taints"], ["spec", "unschedulable"], ["status", "conditions"],
            ["status", "nodeInfo", "kubeletVersion"], ["status", "allocatable"],
        ] { Self.copy(path, from: node, to: &shown) }
        return shown
    }

    private static func definition(_ definition: DynamicObject) -> DynamicObject {
        var shown = DynamicObject(
            ["apiVersion": .string(definition.apiVersion), "kind": .string(definition.kind)] as JSONObject)
        copy(["metadata", "name"], from: definition, to: &shown)
        copy(["status", "conditions"], from: definition, to: &shown)
        let versions = (definition[path: "spec", "versions"]?.array ?? []).map { version -> JSONValue in
            var named = JSONObject()
            for field in ["name", "served", "storage"] { named[field] = version[field] }
            return .object(named)
        }
        shown[path: "spec", "versions"] = .array(versions)
        return shown
    }

    private static func copy(_ path: [String], from source: DynamicObject, to target: inout DynamicObject) {
        guard let value = source.json[path: path] else { return }
        var json = target.json
        json[path: path] = value
        target.fields = json.object ?? [:]
    }

    /// What the name of a folder in an archive has room for.
    private static func fitting(_ name: String) -> String { String(name.prefix(100)) }

    private static let readme = """
        What `quartermaster doctor --bundle` has collected. Look through it before you give it away.

          doctor.json    the findings
          version.yaml   the versions of this program and of the API server
          objects/       objects of quartermaster.dev, what the operator has made for them, the operator's own Deployment, pods
                         and Lease, nodes (labels, taints, conditions) and CRDs (versions), and the events of all these
          logs/          the last \(logLines) lines of each container of the operator
          errors.txt     what could not be read, and why

        No Secret is in it. Left out, each with \(TextRedaction.mark) in its place: data of ConfigMaps, values of environment variables,
        commands and arguments of all pods but the operator's, annotations but for known ones, parameters of triggers, and where any of these is
        repeated; in all texts what looks like a password, a token, a key, or the user or query of an address. The names of objects, hosts and images
        are in it. A secret that looks like an ordinary word in a log line is not recognised.

        """
}
