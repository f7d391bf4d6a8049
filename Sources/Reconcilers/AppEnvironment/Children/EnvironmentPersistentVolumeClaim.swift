internal import KubeAPI

extension ResolvedEnvironment {
    /// The claims of the volumes. They are in no inventory: a claim that is not wanted any more stays, unless it says
    /// itself that it is to go.
    func claims() throws -> [DesiredChild] {
        try components.flatMap { component in
            try component.ownVolumes.flatMap { volume in
                try component.claimNames(volume).map { name in
                    try child(
                        .persistentVolumeClaim, named: name, of: component,
                        annotations: [AnnotationKey.onRemove: volume.onRemove.rawValue],
                        [
                            "spec": .compact([
                                "accessModes": [.string(volume.accessMode.rawValue)],
                                "storageClassName": volume.storageClass.map(JSONValue.string),
                                "resources": .compact(["requests": .compact(["storage": volume.size])]),
                            ])
                        ])
                }
            }
        }
    }
}
