internal import KubeAPI

// Keys of the configuration that the container finds as files.
extension Component {
    /// Longer than any volume of the user's may be called.
    private static let filesVolume = "component-configuration"

    private var files: [AppEnvironment.File] { spec.files ?? [] }

    var fileVolumes: [JSONValue] {
        guard !files.isEmpty, let configMapName else { return [] }
        let keys = Set(files.map(\.key)).sorted()
        return [
            [
                "name": .string(Self.filesVolume),
                "configMap": [
                    "name": .string(configMapName),
                    "items": .array(keys.map { ["key": .string($0), "path": .string($0)] }),
                ],
            ]
        ]
    }

    /// Each at its own path, beside whatever else the image has in that folder. Such a mount does not follow the ConfigMap; that
    /// never changes, and another one comes with new pods.
    var fileMounts: [JSONValue] {
        files.map { file in
            [
                "name": .string(Self.filesVolume), "mountPath": .string(file.path), "subPath": .string(file.key),
                "readOnly": true,
            ]
        }
    }
}
