internal import KubeAPI

extension KubeClient {
    /// A client for what this program does: without a limit of its own, since it drives servers that are made for it.
    static func unlimited(_ configuration: ClientConfiguration, fieldManager: String) throws -> KubeClient {
        var options = ClientOptions()
        options.userAgent = ClientOptions.userAgent(product: "devcluster", version: BuildInfo.version)
        options.fieldManager = fieldManager
        options.qps = 0
        return try KubeClient(configuration: configuration, options: options)
    }
}
