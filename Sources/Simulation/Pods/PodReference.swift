internal import KubeAPI

/// A Secret or ConfigMap without which a container does not start.
struct PodReference: Sendable, Hashable {
    var type: ResourceType
    var name: String
    /// The container that takes it as environment; `nil` where it is mounted.
    var container: String?

    /// A missing volume holds the whole pod back, a missing variable only its container.
    var isMounted: Bool { container == nil }

    /// The kubelet's words.
    var complaint: String { "\(type.kind.lowercased()) \"\(name)\" not found" }

    /// All that the pod refers to and does not call optional.
    static func references(of pod: PodFacts) -> [PodReference] {
        let volumes = (pod.spec["volumes"]?.array ?? []).flatMap { volume in
            [
                reference(.secret, volume["secret"], nameField: "secretName", container: nil),
                reference(.configMap, volume["configMap"], nameField: "name", container: nil),
            ]
        }
        let variables = (pod.initContainers + pod.containers).flatMap { container in
            let name = container["name"]?.string ?? ""
            let whole = (container["envFrom"]?.array ?? []).flatMap { source in
                [
                    reference(.secret, source["secretRef"], nameField: "name", container: name),
                    reference(.configMap, source["configMapRef"], nameField: "name", container: name),
                ]
            }
            let keys = (container["env"]?.array ?? []).flatMap { variable in
                [
                    reference(
                        .secret, variable[path: ["valueFrom", "secretKeyRef"]], nameField: "name", container: name),
                    reference(
                        .configMap, variable[path: ["valueFrom", "configMapKeyRef"]], nameField: "name",
                        container: name),
                ]
            }
            return whole + keys
        }
        return (volumes + variables).compactMap { $0 }
    }

    private static func reference(
        _ type: ResourceType, _ source: JSONValue?, nameField: String, container: String?
    ) -> PodReference? {
        guard let source, source["optional"]?.bool != true, let name = source[nameField]?.string else { return nil }
        return PodReference(type: type, name: name, container: container)
    }
}
