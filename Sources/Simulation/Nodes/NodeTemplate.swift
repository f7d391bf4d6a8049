internal import KubeAPI

/// The nodes that the simulation brings into the cluster.
struct NodeTemplate: Sendable, Hashable {
    var name: String
    var region: String
    var zone: String

    /// `perRegion` nodes in every region, over two zones each.
    static func templates(regions: [String], perRegion: Int) -> [NodeTemplate] {
        regions.flatMap { region in
            (0..<max(0, perRegion)).map { index in
                NodeTemplate(
                    name: "\(region)-node-\(index + 1)", region: region, zone: region + (index % 2 == 0 ? "-a" : "-b"))
            }
        }
    }

    /// The node as it registers: its status follows in a write of its own.
    var node: DynamicObject {
        DynamicObject(
            [
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": [
                    "name": .string(name),
                    "labels": [
                        "kubernetes.io/arch": "amd64",
                        "kubernetes.io/hostname": .string(name),
                        "kubernetes.io/os": "linux",
                        "topology.kubernetes.io/region": .string(region),
                        "topology.kubernetes.io/zone": .string(zone),
                    ],
                    "annotations": .object([SimulationAnnotation.node: "true"]),
                ],
                "spec": .object([:]),
            ] as JSONObject)
    }
}
