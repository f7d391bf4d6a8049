extension ClientConfiguration {
    /// Finds out which cluster is meant: the file that is named, else the files of `$KUBECONFIG`, else the cluster that
    /// this process runs in, else `~/.kube/config`.
    ///
    /// - Parameters:
    ///   - kubeconfig: a path, or `nil`.
    ///   - context: the context's name; `nil` for `current-context`.
    ///   - environment: the variables of this process.
    ///   - allowInsecure: whether `insecure-skip-tls-verify` may be honoured.
    ///   - serviceAccount: the folder with token, CA and namespace inside a cluster.
    /// - Throws: `ConfigurationError`: one line that names file, field and fix.
    package static func load(
        kubeconfig: String? = nil, context: String? = nil, environment: [String: String], allowInsecure: Bool = false,
        serviceAccount: String = serviceAccountFolder
    ) throws(ConfigurationError) -> ClientConfiguration {
        if let path = kubeconfig.nonEmpty {
            return try Kubeconfig(file: path).configuration(
                context: context, environment: environment, allowInsecure: allowInsecure)
        }
        if let list = environment["KUBECONFIG"].nonEmpty {
            return try merged(list).configuration(
                context: context, environment: environment, allowInsecure: allowInsecure)
        }
        // Who names a context means a kubeconfig, also inside a cluster.
        if context.nonEmpty == nil, let configuration = try inCluster(environment, serviceAccount: serviceAccount) {
            return configuration
        }
        let path = environment["HOME"].nonEmpty.map { "\($0)/.kube/config" }
        if let path, FileContents.exists(path) {
            return try Kubeconfig(file: path).configuration(
                context: context, environment: environment, allowInsecure: allowInsecure)
        }
        throw ConfigurationError(
            .missing,
            "no cluster is configured: KUBECONFIG is not set, there is no service account of a cluster here, and "
                + "\(path.map { "\($0) does not exist" } ?? "HOME is not set"); name a file with --kubeconfig")
    }

    /// Files of the list that do not exist are passed over, as kubectl does; one of them must.
    private static func merged(_ list: String) throws(ConfigurationError) -> Kubeconfig {
        var merged: Kubeconfig?
        for path in list.split(separator: ":").map(String.init) where FileContents.exists(path) {
            let next = try Kubeconfig(file: path)
            if merged == nil { merged = next } else { merged?.merge(next) }
        }
        guard let merged else {
            throw ConfigurationError(.missing, "KUBECONFIG=\(list): no such file; correct the variable or unset it")
        }
        return merged
    }
}
