/// The contents of one or more kubeconfig files. Source: Kubernetes reference, kubeconfig v1.
///
/// Unknown fields are passed over, as kubectl does. Relative paths are made absolute when a file is read.
package struct Kubeconfig: Sendable {
    /// An entry of one of the three lists, with the file that it came from.
    struct Entry<Value: Sendable>: Sendable {
        var name: String
        var value: Value
        var file: String
    }

    struct Cluster: Decodable, Sendable {
        var server: String?
        var tlsServerName: String?
        var insecureSkipTLSVerify: Bool?
        var certificateAuthority: String?
        var certificateAuthorityData: String?
        var proxyURL: String?
        var extensions: [Extension]?

        enum CodingKeys: String, CodingKey {
            case server
            case tlsServerName = "tls-server-name"
            case insecureSkipTLSVerify = "insecure-skip-tls-verify"
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case proxyURL = "proxy-url"
            case extensions
        }
    }

    struct Extension: Decodable, Sendable {
        var name: String
        var `extension`: JSONValue?
    }

    struct Context: Decodable, Sendable {
        var cluster: String?
        var user: String?
        var namespace: String?
    }

    struct User: Decodable, Sendable {
        var clientCertificate: String?
        var clientCertificateData: String?
        var clientKey: String?
        var clientKeyData: String?
        var token: String?
        var tokenFile: String?
        var username: String?
        var password: String?
        var impersonate: String?
        var impersonateUID: String?
        var impersonateGroups: [String]?
        var impersonateUserExtra: [String: [String]]?
        var exec: Exec?
        var authProvider: AuthProvider?

        enum CodingKeys: String, CodingKey {
            case clientCertificate = "client-certificate"
            case clientCertificateData = "client-certificate-data"
            case clientKey = "client-key"
            case clientKeyData = "client-key-data"
            case token, tokenFile, username, password, exec
            case impersonate = "as"
            case impersonateUID = "as-uid"
            case impersonateGroups = "as-groups"
            case impersonateUserExtra = "as-user-extra"
            case authProvider = "auth-provider"
        }
    }

    struct AuthProvider: Decodable, Sendable {
        var name: String?
    }

    struct Exec: Decodable, Sendable {
        struct Variable: Decodable, Sendable {
            var name: String
            var value: String
        }

        var apiVersion: String?
        var command: String?
        var args: [String]?
        var env: [Variable]?
        var installHint: String?
        var provideClusterInfo: Bool?
        var interactiveMode: String?
    }

    var currentContext: String?
    var clusters: [Entry<Cluster>] = []
    var contexts: [Entry<Context>] = []
    var users: [Entry<User>] = []
    /// The files that were read, for messages.
    var files: [String] = []

    var origin: String { files.joined(separator: ":") }
}
