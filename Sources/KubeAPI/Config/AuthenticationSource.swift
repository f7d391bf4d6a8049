/// Where the `Authorization` header of requests comes from. A client certificate comes in addition.
package enum AuthenticationSource: Sendable, Hashable {
    case none
    case token(Redacted<String>)
    /// A file that is read again each minute. The fallback is used until it was read for the first time.
    case tokenFile(path: String, fallback: Redacted<String>?)
    case basic(username: String, password: Redacted<String>)
    case exec(ExecPlugin)
}

/// A program that gives credentials. Source: Kubernetes documentation, "client-go credential plugins".
package struct ExecPlugin: Sendable, Hashable {
    package enum Version: String, Sendable {
        case v1 = "client.authentication.k8s.io/v1"
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    /// A name to be found in `PATH`, or a path that is absolute by now.
    package var command: String
    /// Hidden: some plugins take secrets here.
    package var arguments: Redacted<[String]>
    /// The whole environment of the program: that of this process and what the kubeconfig adds.
    package var environment: Redacted<[String: String]>
    package var version: Version
    /// What to tell a user who lacks the command.
    package var installHint: String?
    /// The cluster for `KUBERNETES_EXEC_INFO`, where `provideClusterInfo` is set.
    package var clusterInfo: JSONValue?
    /// The user entry that this belongs to, for messages.
    package var userName: String

    package init(
        command: String, arguments: [String] = [], environment: [String: String] = [:], version: Version = .v1,
        installHint: String? = nil, clusterInfo: JSONValue? = nil, userName: String = ""
    ) {
        self.command = command
        self.arguments = Redacted(arguments)
        self.environment = Redacted(environment)
        self.version = version
        self.installHint = installHint
        self.clusterInfo = clusterInfo
        self.userName = userName
    }
}

/// Requests are made in the name of somebody else. Source: Kubernetes documentation, "User impersonation".
package struct Impersonation: Sendable, Hashable {
    package var user: String
    package var uid: String?
    package var groups: [String]
    package var extra: [String: [String]]

    package init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// The headers of each request, in a stable order.
    package var headers: [(String, String)] {
        var headers = [("Impersonate-User", user)]
        if let uid { headers.append(("Impersonate-Uid", uid)) }
        headers += groups.map { ("Impersonate-Group", $0) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            headers += values.map { ("Impersonate-Extra-\(key.percentEncoded)", $0) }
        }
        return headers
    }
}
