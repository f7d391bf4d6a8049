internal import KubeAPI

/// Where the pods of a region may run. These are edits of a pod's spec.
extension JSONObject {
    /// Adds the region's nodes to what the template requires of a node itself.
    ///
    /// The terms of a node affinity are alternatives, so every one of them gets the region's requirements. A term
    /// without requirements matches nothing; with ours it would match, so it goes.
    mutating func requireNodes(of region: Region) {
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
    mutating func spread(_ region: Region, by spread: RegionalWorkerPool.Spread) {
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
