internal import Glibc

/// Runs an exec plugin and reads its answer.
struct ExecPluginRun: Sendable {
    struct Answer: Sendable {
        var token: Redacted<String>?
        var identity: TLSMaterial.Identity?
        var expiry: Timestamp?
    }

    private struct ExecCredential: Decodable {
        struct Status: Decodable {
            var expirationTimestamp: Timestamp?
            var token: String?
            var clientCertificateData: String?
            var clientKeyData: String?
        }

        var apiVersion: String
        var kind: String
        var status: Status?
    }

    var plugin: ExecPlugin
    var deadline: Duration

    /// - Throws: `ConfigurationError` with code `.plugin`, `CancellationError`.
    func credential() async throws -> Answer {
        let result: ChildProcess.Result
        do {
            result = try await process().run()
        } catch let failure as ChildProcess.Failure {
            switch failure {
            case .notStarted(let code): throw error("can't be started: \(String(cString: strerror(code)))")
            case .timedOut: throw error("gave no answer within \(deadline) and was ended; run it by hand to see why")
            case .tooMuchOutput: throw error("wrote more than 1 MiB; it must write one ExecCredential")
            }
        }
        guard result.exitCode == 0 else {
            throw error("failed with exit code \(result.exitCode): \(Self.excerpt(result.messages))")
        }
        return try answer(result.output)
    }

    private func process() throws(ConfigurationError) -> ChildProcess {
        var environment = plugin.environment.value
        environment["KUBERNETES_EXEC_INFO"] = information.serializedString()
        return ChildProcess(
            path: try executable(), arguments: plugin.arguments.value, environment: environment, deadline: deadline)
    }

    private var information: JSONValue {
        var spec: JSONObject = ["interactive": false]
        if let cluster = plugin.clusterInfo { spec["cluster"] = cluster }
        return ["kind": "ExecCredential", "apiVersion": .string(plugin.version.rawValue), "spec": .object(spec)]
    }

    private func executable() throws(ConfigurationError) -> String {
        let candidates: [String]
        if plugin.command.contains("/") {
            candidates = [plugin.command]
        } else {
            let folders = (plugin.environment.value["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
            // As Go does: a program in the working directory is none of ours.
            candidates = folders.filter { $0.hasPrefix("/") }.map { "\($0)/\(plugin.command)" }
        }
        guard let path = candidates.first(where: Self.isProgram) else {
            let hint = plugin.installHint.map { "; \($0)" } ?? "; install it or correct users[].user.exec.command"
            throw error("is no program that was found\(hint)")
        }
        return path
    }

    private static func isProgram(_ path: String) -> Bool {
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return false }
        return access(path, X_OK) == 0
    }

    private func answer(_ output: [UInt8]) throws(ConfigurationError) -> Answer {
        let credential: ExecCredential
        do {
            credential = try JSONValueDecoder().decode(ExecCredential.self, from: JSONValue.parse(output))
        } catch {
            // The errors of our own readers name fields, never values.
            throw self.error("wrote no ExecCredential: \((error as? JSONError)?.description ?? "unreadable")")
        }
        guard credential.kind == "ExecCredential", credential.apiVersion == plugin.version.rawValue else {
            throw error(
                "wrote \(Self.excerpt(Array(credential.apiVersion.utf8))) and not the \(plugin.version.rawValue) "
                    + "ExecCredential that the kubeconfig asks for")
        }
        guard let status = credential.status else { throw error("wrote an ExecCredential without status") }
        var answer = Answer(token: status.token.nonEmpty.map { Redacted($0) }, expiry: status.expirationTimestamp)
        if let token = answer.token, !token.value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            throw error("wrote a status.token with a character that no token has")
        }
        answer.identity = try identity(status)
        guard answer.token != nil || answer.identity != nil else {
            throw error("wrote neither status.token nor status.clientCertificateData")
        }
        return answer
    }

    private func identity(_ status: ExecCredential.Status) throws(ConfigurationError) -> TLSMaterial.Identity? {
        let certificate = status.clientCertificateData.nonEmpty.map { Array($0.utf8) }
        let key = status.clientKeyData.nonEmpty.map { Array($0.utf8) }
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            guard CertificateInfo.key(key, belongsTo: certificate) else {
                throw error("wrote a status.clientKeyData that is not the key of status.clientCertificateData")
            }
            return TLSMaterial.Identity(certificate: certificate, key: Redacted(key))
        default: throw error("wrote only one of status.clientCertificateData and status.clientKeyData")
        }
    }

    private func error(_ what: String) -> ConfigurationError {
        let name = plugin.command.split(separator: "/").last.map(String.init) ?? plugin.command
        return ConfigurationError(.plugin, "exec plugin \(name) of user \"\(plugin.userName)\" \(what)")
    }

    /// The end of what the plugin said to its user, where the reason stands.
    private static func excerpt(_ messages: [UInt8]) -> String {
        let line = String(decoding: messages, as: UTF8.self).onOneLine
        guard !line.isEmpty else { return "it said nothing" }
        return line.count > 400 ? "…\(line.suffix(400))" : line
    }
}
