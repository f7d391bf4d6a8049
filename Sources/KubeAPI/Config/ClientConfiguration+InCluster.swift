extension ClientConfiguration {
    /// Where Kubernetes mounts the service account of a pod.
    package static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    private static let inClusterOrigin = "in-cluster"

    /// The namespace of the pod that this process is; `nil` where the configuration does not come from one.
    package var serviceAccountNamespace: String? { origin == Self.inClusterOrigin ? namespace : nil }

    /// The cluster that this process runs in as a pod; `nil` where it does not. Source: Kubernetes documentation,
    /// "Accessing the API from within a Pod".
    ///
    /// - Throws: `ConfigurationError` where it does, and the files of its service account are broken.
    package static func inCluster(
        _ environment: [String: String], serviceAccount folder: String = serviceAccountFolder
    ) throws(ConfigurationError) -> ClientConfiguration? {
        let token = "\(folder)/token"
        guard let host = environment["KUBERNETES_SERVICE_HOST"].nonEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"].nonEmpty, FileContents.exists(token)
        else { return nil }
        let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        guard let number = Int(port), (1...65535).contains(number) else {
            throw ConfigurationError(.invalid, "KUBERNETES_SERVICE_PORT=\(port): not a port; the kubelet sets a number")
        }
        var configuration = ClientConfiguration(server: "https://\(bracketed):\(number)", origin: inClusterOrigin)
        let authority = PEMSource.file("\(folder)/ca.crt")
        guard !(try authority.read()).isEmpty else {
            throw ConfigurationError(.invalid, "\(folder)/ca.crt: the file is empty; check the pod's service account")
        }
        configuration.certificateAuthority = authority
        configuration.authentication = .tokenFile(path: token, fallback: nil)
        let namespace = (try? FileContents.read("\(folder)/namespace")).map { String(decoding: $0, as: UTF8.self) }
        configuration.namespace = (namespace?.onOneLine).nonEmpty ?? "default"
        return configuration
    }
}
