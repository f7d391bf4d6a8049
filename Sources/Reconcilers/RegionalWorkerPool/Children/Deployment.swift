internal import KubeAPI

extension RegionalWorkerPool {
    /// The Deployment of a region.
    ///
    /// - Parameters:
    ///   - replicas: `nil` where somebody else decides how many.
    ///   - carriedTaints: what the region's nodes still have, beside what they are to have.
    static func deployment(
        for region: Region, of pool: RegionalWorkerPool, replicas: Int?, carriedTaints: Set<Taint>
    ) -> Deployment {
        Deployment(
            metadata: .child(of: pool, named: region.childName, labels: [LabelKey.region: region.name]),
            spec: .init(
                replicas: replicas,
                selector: .matching(region.podSelector),
                template: .object(podTemplate(for: region, of: pool, carriedTaints: carriedTaints))))
    }

    /// The user's template with what the region adds; every other field passes as it is.
    static func podTemplate(
        for region: Region, of pool: RegionalWorkerPool, carriedTaints: Set<Taint> = []
    ) -> JSONObject {
        var template = JSONObject([("metadata", pool.spec.template["metadata"] ?? [:])])
        for (key, value) in pool.spec.template { template[key] = value }
        template.edit(object: "metadata") { metadata in
            metadata.edit(object: "labels") { labels in
                for (key, value) in region.podLabels.sorted(by: { $0.key < $1.key }) {
                    // The selector's labels are ours; the others are a courtesy where the user has none.
                    if labels[key] == nil || region.podSelector[key] != nil { labels[key] = .string(value) }
                }
            }
        }
        template.edit(object: "spec") { spec in
            let worker = workerIndex(in: spec)
            spec.edit(eachOf: "initContainers") { _, container in
                container.setEnvironment(pool.spec.regionEnvName, to: region.name)
            }
            spec.edit(eachOf: "containers") { index, container in
                container.setEnvironment(pool.spec.regionEnvName, to: region.name)
                guard index == worker else { return }
                container.override(environment: region.env)
                container.setResourcesIfNone(pool.spec.resources)
            }
            spec.provide(region.runtime, toContainer: worker)
            spec.requireNodes(of: region)
            spec.tolerate(region.taints)
            spec.tolerate(carriedTaints.sorted { "\($0)" < "\($1)" })
            spec.spread(region, by: pool.spec.placement.spread)
            spec.setPriorityClassIfNone(pool.spec.placement.priorityClass)
        }
        return template
    }

    /// The container named `worker`, else the first one.
    private static func workerIndex(in podSpec: JSONObject) -> Int? {
        guard let containers = podSpec["containers"]?.array, !containers.isEmpty else { return nil }
        return containers.firstIndex { $0["name"]?.string == "worker" } ?? 0
    }
}

/// Edits of one container.
extension JSONObject {
    /// Sets a variable as the first one, so that the variables after it can refer to it.
    fileprivate mutating func setEnvironment(_ name: String, to value: String) {
        edit(list: "env") { variables in
            variables.removeAll { $0["name"]?.string == name }
            variables.insert(["name": .string(name), "value": .string(value)], at: 0)
        }
    }

    /// Variables of the same name are replaced where they stand, the others follow.
    fileprivate mutating func override(environment overrides: [JSONObject]) {
        edit(list: "env") { variables in
            for override in overrides {
                if let index = variables.firstIndex(where: { $0["name"] == override["name"] }) {
                    variables[index] = .object(override)
                } else {
                    variables.append(.object(override))
                }
            }
        }
    }

    fileprivate mutating func setResourcesIfNone(_ resources: JSONObject) {
        let isEmpty = ["requests", "limits"].allSatisfy { self["resources"]?[$0]?.object?.isEmpty ?? true }
        guard isEmpty, !resources.isEmpty else { return }
        edit(object: "resources") { own in
            for (key, value) in resources { own[key] = value }
        }
    }
}
