internal import KubeAPI

extension ResolvedPool {
    /// The Deployment of a region. Where somebody else decides how many pods there are, it does not say.
    func deployment(of region: Region, _ plan: ScalerPlan) throws -> DesiredChild? {
        let deployment = Deployment(
            metadata: .child(of: pool, named: region.childName, labels: [LabelKey.region: region.name]),
            spec: .init(
                replicas: plan.replicas,
                selector: .matching(region.podSelector),
                template: .object(podTemplate(of: region))))
        var child = try DesiredChild(deployment, part: region.name)
        if plan.replicas == nil { child.releasedFields = [.replicas] }
        return child
    }

    /// The user's template with what the region adds; every other field passes as it is.
    func podTemplate(of region: Region) -> JSONObject {
        var template = JSONObject([("metadata", spec.template["metadata"] ?? [:])])
        for (key, value) in spec.template { template[key] = value }
        template.edit(object: "metadata") { metadata in
            metadata.edit(object: "labels") { labels in
                for (key, value) in region.podLabels.sorted(by: { $0.key < $1.key }) {
                    // The selector's labels are ours; the others are a courtesy where the user has none.
                    if labels[key] == nil || region.podSelector[key] != nil { labels[key] = .string(value) }
                }
            }
        }
        template.edit(object: "spec") { spec in
            let worker = Self.workerIndex(in: spec)
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
            // What the region's nodes still have, beside what they are to have.
            spec.tolerate((inputs.carriedTaints[region.name] ?? []).sorted { "\($0)" < "\($1)" })
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

/// Where the pods of a region may run, and with which priority. These are edits of a pod's spec.
extension JSONObject {
    /// Gives the pods a PriorityClass where the template names none.
    fileprivate mutating func setPriorityClassIfNone(_ request: RegionalWorkerPool.PriorityClassRequest?) {
        guard let request, self["priorityClassName"]?.string ?? "" == "" else { return }
        self["priorityClassName"] = .string(request.name)
    }

    /// Adds the region's nodes to what the template requires of a node itself.
    ///
    /// The terms of a node affinity are alternatives, so every one of them gets the region's requirements. A term
    /// without requirements matches nothing; with ours it would match, so it goes.
    fileprivate mutating func requireNodes(of region: Region) {
        let requirements = region.nodeRequirements
        edit(object: "affinity") { affinity in
            affinity.edit(object: "nodeAffinity") { nodeAffinity in
                nodeAffinity.edit(object: "requiredDuringSchedulingIgnoredDuringExecution") { required in
                    guard let terms = required["nodeSelectorTerms"] else {
                        required["nodeSelectorTerms"] = [["matchExpressions": .array(requirements)]]
                        return
                    }
                    let matching = terms.elements.filter(\.hasRequirements)
                    guard !matching.isEmpty else { return }
                    required["nodeSelectorTerms"] = .array(matching)
                    required.edit(eachOf: "nodeSelectorTerms") { _, term in
                        term.edit(list: "matchExpressions") { expressions in
                            expressions += requirements.filter { !expressions.contains($0) }
                        }
                    }
                }
            }
        }
    }

    /// Adds a toleration for each taint that the template does not tolerate in the same words.
    mutating func tolerate(_ taints: [Taint]) {
        edit(list: "tolerations") { tolerations in
            for taint in taints {
                let toleration = JSONValue.compact([
                    "key": .string(taint.key),
                    "operator": "Equal",
                    "value": taint.value.flatMap { $0.isEmpty ? nil : .string($0) },
                    "effect": .string(taint.effect.rawValue),
                ])
                if !tolerations.contains(where: { $0.isSameToleration(as: toleration) }) {
                    tolerations.append(toleration)
                }
            }
        }
    }

    /// Spreads the pods of the region. A constraint of the template for the same topology stands.
    fileprivate mutating func spread(_ region: Region, by spread: RegionalWorkerPool.Spread) {
        edit(list: "topologySpreadConstraints") { constraints in
            let isThere = constraints.contains {
                $0["topologyKey"]?.string == spread.topologyKey
                    && $0["whenUnsatisfiable"]?.string == spread.whenUnsatisfiable.rawValue
            }
            guard !isThere else { return }
            constraints.append([
                "maxSkew": .integer(Int64(spread.maxSkew)),
                "topologyKey": .string(spread.topologyKey),
                "whenUnsatisfiable": .string(spread.whenUnsatisfiable.rawValue),
                "nodeTaintsPolicy": "Honor",
                "labelSelector": .compact(["matchLabels": .strings(region.podSelector)]),
                // The pods of a roll-out are spread among themselves: those that they replace are about to go.
                "matchLabelKeys": ["pod-template-hash"],
            ])
        }
    }
}

extension Region {
    /// A node of this region: what the selector asks for, and the labels that only a claimed node has. Without those a
    /// pod could start on a node that another pool holds.
    fileprivate var nodeRequirements: [JSONValue] {
        let labels = (nodeSelector.matchLabels ?? [:]).merging(nodeLabels) { selected, _ in selected }
        let equalities = labels.sorted { $0.key < $1.key }.map { key, value -> JSONValue in
            ["key": .string(key), "operator": "In", "values": [.string(value)]]
        }
        let expressions = (nodeSelector.matchExpressions ?? []).map { requirement in
            JSONValue.compact([
                "key": .string(requirement.key),
                "operator": .string(requirement.operator.rawValue),
                "values": requirement.values.flatMap { $0.isEmpty ? nil : .array($0.map(JSONValue.string)) },
            ])
        }
        return equalities + expressions
    }
}

extension JSONValue {
    fileprivate var hasRequirements: Bool {
        ["matchExpressions", "matchFields"].contains { self[$0]?.array?.isEmpty == false }
    }

    /// `Equal` and an empty value are what a toleration means when it does not say so.
    fileprivate func isSameToleration(as other: JSONValue) -> Bool {
        func parts(_ toleration: JSONValue) -> [String] {
            ["key", "operator", "value", "effect"].map { field in
                toleration[field]?.string ?? (field == "operator" ? "Equal" : "")
            } + [toleration["tolerationSeconds"]?.description ?? ""]
        }
        return parts(self) == parts(other)
    }
}
