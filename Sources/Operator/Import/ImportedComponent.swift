internal import KubeAPI

/// What is said about a place of the result.
struct Remark: Sendable, Hashable {
    /// Below what the remark belongs to; where nothing is there, the nearest place that is.
    var path: CommentedYAML.Path
    var text: String
    /// Whether something could not be taken: then somebody has to do something.
    var isLoss: Bool
}

/// A component as it is put together from what was found.
struct ImportedComponent: Sendable {
    var name: String
    var fields: JSONObject = [:]
    private(set) var remarks: [Remark] = []
    /// Of the pods, beside what the component's own fields make.
    var podFields: JSONObject = [:]
    var containerFields: JSONObject = [:]
    var podAnnotations: JSONObject = [:]
    var podLabels: JSONObject = [:]
    var otherContainers: [JSONValue] = []
    private(set) var templateVolumes: [JSONValue] = []
    private(set) var templateMounts: [JSONValue] = []

    init(_ name: String) { self.name = name }

    /// Says what could not be taken, why, and what to do instead.
    mutating func leaveOut(_ text: String, at path: String...) {
        remarks.append(Remark(path: path, text: text, isLoss: true))
    }

    mutating func note(_ text: String, at path: String...) {
        remarks.append(Remark(path: path, text: text, isLoss: false))
    }

    mutating func append(_ value: JSONValue, to field: String) {
        fields[field] = .array((fields[field]?.array ?? []) + [value])
    }

    func list(_ field: String) -> [JSONValue] { fields[field]?.array ?? [] }

    /// Mounts something that is no volume of the component's own.
    mutating func mount(_ mount: JSONValue, of volume: JSONValue) {
        add(volume: volume)
        self.mount(mount)
    }

    mutating func add(volume: JSONValue) {
        if !templateVolumes.contains(where: { $0["name"] == volume["name"] }) { templateVolumes.append(volume) }
    }

    mutating func mount(_ mount: JSONValue) { templateMounts.append(mount) }

    mutating func connect(to component: String) {
        let peer: JSONValue = ["component": .string(component)]
        if component != name, !list("connectsTo").contains(peer) { append(peer, to: "connectsTo") }
    }

    /// The entry of `spec.components`.
    var json: JSONValue {
        var all = fields
        all["name"] = .string(name)
        all["template"] = template
        return .object(JSONObject(Self.order.compactMap { key in all[key].map { (key, $0) } }))
    }

    private var template: JSONValue? {
        var container = containerFields
        if !templateMounts.isEmpty { container["volumeMounts"] = .array(templateMounts) }
        var containers = otherContainers
        if !container.isEmpty {
            containers.insert(
                .object(JSONObject([("name", .string(name))] + container.map { ($0.key, $0.value) })), at: 0)
        }
        var spec = podFields
        if !containers.isEmpty { spec["containers"] = .array(containers) }
        if !templateVolumes.isEmpty { spec["volumes"] = .array(templateVolumes) }
        var template = JSONObject()
        var metadata = JSONObject()
        if !podLabels.isEmpty { metadata["labels"] = .object(podLabels) }
        if !podAnnotations.isEmpty { metadata["annotations"] = .object(podAnnotations) }
        if !metadata.isEmpty { template["metadata"] = .object(metadata) }
        if !spec.isEmpty { template["spec"] = .object(spec) }
        return template.isEmpty ? nil : .object(template)
    }

    private static let order = [
        "name", "kind", "image", "command", "args", "replicas", "statefulSet", "cronJob", "job", "autoscaling", "ports",
        "service",
        "config", "secrets", "env", "envFrom",
        "resources", "probes", "metrics", "volumes", "securityContext", "placement", "nodeFailureSeconds", "pdb",
        "priorityClassName", "connectsTo", "template",
    ]
}
