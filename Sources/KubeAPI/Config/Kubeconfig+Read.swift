extension Kubeconfig {
    private struct File: Decodable {
        struct NamedCluster: Decodable {
            var name: String
            var cluster: Cluster?
        }

        struct NamedContext: Decodable {
            var name: String
            var context: Context?
        }

        struct NamedUser: Decodable {
            var name: String
            var user: User?
        }

        var kind: String?
        var currentContext: String?
        var clusters: [NamedCluster]?
        var contexts: [NamedContext]?
        var users: [NamedUser]?

        enum CodingKeys: String, CodingKey {
            case kind, clusters, contexts, users
            case currentContext = "current-context"
        }
    }

    /// Reads one file.
    ///
    /// - Throws: `ConfigurationError` that names the file and, for a wrong type, the field.
    package init(file path: String) throws(ConfigurationError) {
        try self.init(text: FileContents.read(path), file: path)
    }

    /// - Parameter file: the file's path, for messages and for what is relative to it.
    package init(text: [UInt8], file path: String) throws(ConfigurationError) {
        files = [path]
        let documents: [JSONValue]
        let contents: File
        do {
            documents = try YAML.parse(text)
            guard documents.count <= 1 else {
                throw JSONError(.syntax, "holds \(documents.count) YAML documents; a kubeconfig is one")
            }
            guard let document = documents.first, !document.isNull else { return }
            contents = try JSONValueDecoder().decode(File.self, from: document)
        } catch {
            // The errors of our own readers name places and fields, never values.
            let reason = (error as? JSONError)?.description ?? "can't be read"
            throw ConfigurationError(.invalid, "\(path): not a kubeconfig: \(reason)")
        }
        if let kind = contents.kind, !kind.isEmpty, kind != "Config" {
            throw ConfigurationError(.invalid, "\(path): kind: is \"\(kind)\"; a kubeconfig has kind Config")
        }
        let folder = FileContents.folder(of: path)
        currentContext = contents.currentContext.nonEmpty
        clusters = (contents.clusters ?? []).map {
            Entry(name: $0.name, value: ($0.cluster ?? Cluster()).resolved(in: folder), file: path)
        }
        contexts = (contents.contexts ?? []).map { Entry(name: $0.name, value: $0.context ?? Context(), file: path) }
        users = (contents.users ?? []).map {
            Entry(name: $0.name, value: ($0.user ?? User()).resolved(in: folder), file: path)
        }
    }

    /// Joins the files of a list: of what stands in several, the first counts.
    package mutating func merge(_ other: Kubeconfig) {
        currentContext = currentContext ?? other.currentContext
        clusters += other.clusters
        contexts += other.contexts
        users += other.users
        files += other.files
    }
}

extension String? {
    /// In a kubeconfig an empty text is the same as a missing one.
    var nonEmpty: String? { flatMap { $0.isEmpty ? nil : $0 } }
}

extension Kubeconfig.Cluster {
    fileprivate func resolved(in folder: String) -> Self {
        var cluster = self
        cluster.certificateAuthority = certificateAuthority.nonEmpty.map { FileContents.resolve($0, in: folder) }
        return cluster
    }
}

extension Kubeconfig.User {
    fileprivate func resolved(in folder: String) -> Self {
        var user = self
        user.clientCertificate = clientCertificate.nonEmpty.map { FileContents.resolve($0, in: folder) }
        user.clientKey = clientKey.nonEmpty.map { FileContents.resolve($0, in: folder) }
        user.tokenFile = tokenFile.nonEmpty.map { FileContents.resolve($0, in: folder) }
        if let command = exec?.command, command.contains("/") {
            user.exec?.command = FileContents.resolve(command, in: folder)
        }
        return user
    }
}
