internal import KubeAPI

/// What the pods of a region need to start containers of their own. These are edits of a pod's spec.
extension JSONObject {
    /// - Parameter worker: the position of the worker among the containers.
    mutating func provide(_ runtime: RegionalWorkerPool.Runtime, toContainer worker: Int?) {
        switch runtime.type {
        case .none: break
        case .hostSocket:
            provide(hostSocket: runtime.hostSocket ?? RegionalWorkerPool.Runtime.defaultSocket, toContainer: worker)
        case .dockerInDocker: provide(daemon: runtime.daemon, toContainer: worker)
        case .runtimeClass: self["runtimeClassName"] = (runtime.runtimeClass?.name).map(JSONValue.string)
        }
    }

    private mutating func provide(hostSocket: RegionalWorkerPool.Runtime.HostSocket, toContainer worker: Int?) {
        let path = hostSocket.path
        // As a socket: where there is none the kubelet says so, and does not make a directory of that name.
        add(volume: "runtime-socket", ["hostPath": ["path": .string(path), "type": "Socket"]])
        edit(container: worker) { container in
            container.mount("runtime-socket", at: path)
            container.setIfMissing(hostSocket.variable)
        }
    }

    /// A sidecar that has to have started before the worker's container does, and outlives it when the pod ends.
    /// Source: Kubernetes, "Sidecar Containers".
    private mutating func provide(daemon: RegionalWorkerPool.Runtime.DockerInDocker, toContainer worker: Int?) {
        let address = JSONValue.string("unix://\(DockerDaemon.folder)/docker.sock")
        // Named in full: with flags alone the image's entry point would open a TCP port too.
        var command: [JSONValue] = ["dockerd", .string("--host=unix://\(DockerDaemon.folder)/docker.sock")]
        // A worker that is not root reaches the socket by the group that the pod's volumes have.
        if let group = self["securityContext"]?["fsGroup"]?.integer { command.append(.string("--group=\(group)")) }
        add(volume: "docker-socket", ["emptyDir": ["sizeLimit": "16Mi"]])
        add(volume: "docker-storage", ["emptyDir": ["sizeLimit": daemon.storage]])
        let sidecar = JSONValue.compact([
            "name": .string(DockerDaemon.container),
            "image": .string(daemon.image),
            "args": .array(command),
            "restartPolicy": "Always",
            "env": [["name": "DOCKER_HOST", "value": address]],
            "securityContext": ["privileged": true, "runAsUser": 0, "runAsNonRoot": false],
            "startupProbe": [
                "exec": ["command": ["docker", "version"]],
                "periodSeconds": 2, "timeoutSeconds": 5, "failureThreshold": 60,
            ],
            "resources": .object(daemon.reservedResources),
            "volumeMounts": [
                ["name": "docker-socket", "mountPath": .string(DockerDaemon.folder)],
                ["name": "docker-storage", "mountPath": "/var/lib/docker"],
            ],
        ])
        edit(list: "initContainers") { containers in
            containers.removeAll { $0["name"]?.string == DockerDaemon.container }
            containers.insert(sidecar, at: 0)
        }
        edit(container: worker) { container in
            container.mount("docker-socket", at: DockerDaemon.folder)
            container.setIfMissing(["name": "DOCKER_HOST", "value": address])
        }
    }

    private mutating func edit(container position: Int?, _ change: (inout JSONObject) -> Void) {
        edit(eachOf: "containers") { index, container in
            if index == position { change(&container) }
        }
    }

    private mutating func add(volume name: String, _ source: JSONObject) {
        edit(list: "volumes") { volumes in
            volumes.removeAll { $0["name"]?.string == name }
            var volume = JSONObject([("name", .string(name))])
            for (key, value) in source { volume[key] = value }
            volumes.append(.object(volume))
        }
    }

    /// A mount of the template at the same place stands.
    private mutating func mount(_ volume: String, at path: String) {
        edit(list: "volumeMounts") { mounts in
            guard !mounts.contains(where: { $0["mountPath"]?.string == path }) else { return }
            mounts.append(["name": .string(volume), "mountPath": .string(path)])
        }
    }

    private mutating func setIfMissing(_ variable: JSONValue) {
        edit(list: "env") { variables in
            guard !variables.contains(where: { $0["name"] == variable["name"] }) else { return }
            variables.append(variable)
        }
    }
}

private enum DockerDaemon {
    static let container = "docker"
    /// Of the socket. Not /var/run, which images have files of their own in.
    static let folder = "/run/docker-daemon"
}

extension RegionalWorkerPool.Runtime {
    /// The settings of the sidecar, the CRD's defaults where the pool has none.
    fileprivate var daemon: DockerInDocker { dockerInDocker ?? Self.defaultDaemon }

    private static let defaultDaemon: DockerInDocker = defaults(of: "dockerInDocker")
    fileprivate static let defaultSocket: HostSocket = defaults(of: "hostSocket")

    /// The settings as the CRD has them for an object that is left out: it has defaults for the fields alone.
    private static func defaults<Settings: Decodable>(of name: String) -> Settings {
        let schema = ["spec", "runtime", name].reduce(RegionalWorkerPool.definition.structure) { $0?.field($1) }
        guard let values = schema?.applyingDefaults(to: [:]),
            let settings = try? JSONValueDecoder().decode(Settings.self, from: values)
        else { fatalError("the built-in CRD has no defaults for runtime.\(name)") }
        return settings
    }
}

extension RegionalWorkerPool.Runtime.HostSocket {
    /// What leads a client to the socket: nerdctl looks at another variable than docker.
    fileprivate var variable: JSONValue {
        path.hasSuffix("/containerd.sock")
            ? ["name": "CONTAINERD_ADDRESS", "value": .string(path)]
            : ["name": "DOCKER_HOST", "value": .string("unix://\(path)")]
    }
}

extension RegionalWorkerPool.Runtime.DockerInDocker {
    /// With the storage reserved on the node; the volume's own limit bounds it.
    fileprivate var reservedResources: JSONObject {
        var reserved = resources
        reserved.edit(object: "requests") { requests in
            if requests["ephemeral-storage"] == nil { requests["ephemeral-storage"] = storage }
        }
        return reserved
    }
}
