package import KubeAPI

extension RegionalWorkerPool {
    /// What the worker starts containers of its own with.
    package struct Runtime: Sendable, Hashable, Codable {
        package enum Kind: String, Sendable, Hashable, Codable {
            case none = "None"
            /// The node's Docker or containerd, by its socket.
            case hostSocket = "HostSocket"
            /// A Docker daemon beside the worker, in the pod.
            case dockerInDocker = "DockerInDocker"
            /// A runtime of the node in which containers can be nested.
            case runtimeClass = "RuntimeClass"
        }

        package struct HostSocket: Sendable, Hashable, Codable {
            package var path: String

            package init(path: String = "/var/run/docker.sock") { self.path = path }
        }

        package struct DockerInDocker: Sendable, Hashable, Codable {
            package var image: String
            /// A quantity of bytes.
            package var storage: JSONValue
            package var resources: JSONObject
        }

        package struct RuntimeClass: Sendable, Hashable, Codable {
            package var name: String
        }

        package var type: Kind
        package var hostSocket: HostSocket?
        package var dockerInDocker: DockerInDocker?
        package var runtimeClass: RuntimeClass?
    }
}
