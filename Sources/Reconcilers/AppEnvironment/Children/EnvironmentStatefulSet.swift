internal import KubeAPI

extension ResolvedEnvironment {
    /// Their claims are children of their own, by the names under which a StatefulSet looks for them: so they grow, and stay, as
    /// those of Deployments do.
    func statefulSets() throws -> [DesiredChild] {
        try components.filter { $0.kind == .statefulSet }.map { component in
            let live = inputs.statefulSets[component.name]
            let wanted = component.fixedFields(sized: live)
            var child = try workload(
                .statefulSet, of: component,
                [
                    "serviceName": .string(wanted.serviceName),
                    "podManagementPolicy": .string(wanted.podManagementPolicy),
                    "persistentVolumeClaimRetentionPolicy": ["whenDeleted": "Retain", "whenScaled": "Retain"],
                    "volumeClaimTemplates": .array(wanted.claims.map(\.template)),
                ])
            if wanted.claims.isEmpty { child.object[path: "spec", "volumeClaimTemplates"] = nil }
            // The API server would refuse all of it.
            if let live, live != wanted { child.isHeld = true }
            return child
        }
    }
}

/// The fields of a StatefulSet's spec that can't be changed.
struct FixedFields: Sendable, Hashable {
    struct Claim: Sendable, Hashable {
        var name: String
        var size: JSONValue?
        var storageClass: String?
        var accessMode: String
    }

    var serviceName: String
    var podManagementPolicy: String
    var claims: [Claim]
}

extension FixedFields {
    /// As a StatefulSet has them.
    ///
    /// - Parameter spec: its own.
    init(_ spec: JSONValue?) {
        serviceName = spec?["serviceName"]?.string ?? ""
        podManagementPolicy = spec?["podManagementPolicy"]?.string ?? "OrderedReady"
        claims = (spec?["volumeClaimTemplates"]?.elements ?? []).map { template in
            Claim(
                name: template["metadata"]?["name"]?.string ?? "",
                size: template["spec"]?["resources"]?["requests"]?["storage"],
                storageClass: template["spec"]?["storageClassName"]?.string,
                accessMode: template["spec"]?["accessModes"]?[0]?.string ?? "")
        }
    }
}

extension FixedFields.Claim {
    fileprivate var template: JSONValue {
        [
            "metadata": ["name": .string(name)],
            "spec": .compact([
                "accessModes": [.string(accessMode)], "storageClassName": storageClass.map(JSONValue.string),
                "resources": .compact(["requests": .compact(["storage": size])]),
            ]),
        ]
    }
}

extension Component {
    /// The headless Service by which the pods of a StatefulSet have names.
    var governingServiceName: String { "\(name)-pods" }

    /// What the StatefulSet of the component should have.
    ///
    /// - Parameter live: where a volume is in it already its size there: the claims themselves grow, their template does not.
    fileprivate func fixedFields(sized live: FixedFields?) -> FixedFields {
        FixedFields(
            serviceName: governingServiceName,
            podManagementPolicy: (spec.statefulSet?.podManagementPolicy ?? .orderedReady).rawValue,
            claims: ownVolumes.map { volume in
                let known = live?.claims.first { $0.name == volume.name }
                return FixedFields.Claim(
                    name: volume.name, size: known?.size ?? volume.size,
                    // The cluster's default may have been filled in.
                    storageClass: volume.storageClass ?? known?.storageClass, accessMode: volume.accessMode.rawValue)
            })
    }

    /// Why the StatefulSet stays as it is, with the way out; `nil` where it can become what the component says.
    func fixedFinding(_ live: FixedFields?, in namespace: String) -> Finding? {
        guard let live else { return nil }
        let wanted = fixedFields(sized: live)
        guard live != wanted else { return nil }
        let place = "spec.components[\(name)]"
        let fields = [
            live.claims == wanted.claims
                ? nil
                : "\(place).volumes (it has \(live.claims.isEmpty ? "none" : live.claims.map(\.name).joined(separator: ", ")))",
            live.podManagementPolicy == wanted.podManagementPolicy
                ? nil : "\(place).statefulSet.podManagementPolicy (it has \(live.podManagementPolicy))",
            live.serviceName == wanted.serviceName ? nil : "its Service (it has \(live.serviceName))",
        ].compactMap(\.self)
        let known = Set(live.claims.map(\.name))
        let empty = wanted.claims.map(\.name).filter { !known.contains($0) }
        let warning =
            empty.isEmpty
            ? ""
            : " (\(empty.joined(separator: ", ")) will be empty; claims of before stay with their data)"
        return Finding(
            .childRefused,
            """
            StatefulSet \(namespace)/\(name) is left as it is, since Kubernetes does not let it change \
            \(fields.joined(separator: " and ")); set that back, or have it made anew around its pods and claims\(warning): kubectl \
            delete statefulset \(name) -n \(namespace) --cascade=orphan
            """, .edit)
    }
}
