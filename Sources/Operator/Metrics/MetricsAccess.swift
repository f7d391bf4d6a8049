internal import KubeAPI
internal import Synchronization

/// Whether whoever asks for the metrics may have them. The API server knows: whose token it is, by a TokenReview, and whether they may
/// get the path, by a SubjectAccessReview. Answers are believed for a minute.
final class MetricsAccess: Sendable {
    enum Verdict: Sendable, Hashable {
        case allowed
        /// There is no token, or the server does not know it.
        case unknown
        case forbidden(user: String)
        /// The server could not be asked, or has been asked too often.
        case unanswered(String)
    }

    private struct State {
        /// By the digest of the token and the path.
        var verdicts: [String: (verdict: Verdict, until: Duration)] = [:]
        /// When questions went out.
        var asked: [Duration] = []
    }

    static let lifetime: Duration = .seconds(60)
    /// How much longer it is known who was let in.
    private static let memory: Duration = .seconds(600)
    /// Anybody who reaches the port can send tokens that nobody has seen: they must not use up the requests that the operator needs.
    static let questionsPerLifetime = 120

    private let api: any ObjectAPI
    private let time: TimeSource
    private let state = Mutex(State())

    /// - Parameter api: one that may ask whether or not this process leads.
    init(api: any ObjectAPI, time: TimeSource = TimeSource()) {
        self.api = api
        self.time = time
    }

    func verdict(on request: HTTPServerRequest) async -> Verdict {
        guard let token = Self.token(request.header("Authorization")) else { return .unknown }
        let key = sha256Hex(Array("\(token)\n\(request.path)".utf8))
        let now = time.now
        enum Known {
            case verdict(Verdict)
            case tooMany, unasked
        }
        let known = state.withLock { state -> Known in
            if let known = state.verdicts[key], known.until > now { return .verdict(known.verdict) }
            state.asked.removeAll { $0 + Self.lifetime <= now }
            // Who was let in a while ago is not kept out by others who are not known.
            let wasAllowed = state.verdicts[key]?.verdict == .allowed
            guard wasAllowed || state.asked.count < Self.questionsPerLifetime else { return .tooMany }
            state.asked.append(now)
            return .unasked
        }
        switch known {
        case .verdict(let verdict): return verdict
        case .tooMany: return .unanswered("too many unknown tokens; try again in a minute")
        case .unasked: break
        }
        do {
            let verdict = try await ask(token, path: request.path)
            state.withLock { state in
                // Bounded by the number of questions.
                state.verdicts = state.verdicts.filter { _, known in
                    known.until + (known.verdict == .allowed ? Self.memory : .zero) > now
                }
                state.verdicts[key] = (verdict, now + Self.lifetime)
            }
            return verdict
        } catch {
            return .unanswered("the API server could not be asked: \(error)")
        }
    }

    private static func token(_ header: String?) -> String? {
        guard let header, header.prefix(7).lowercased() == "bearer " else { return nil }
        let token = header.dropFirst(7).drop { $0 == " " }
        return token.isEmpty || token.utf8.count > 16 << 10 ? nil : String(token)
    }

    /// - Throws: `APIError` or what the transport has.
    private func ask(_ token: String, path: String) async throws -> Verdict {
        let review = try await create(
            "authentication.k8s.io", "TokenReview", ["token": .string(token)])
        guard review["authenticated"]?.bool == true, let user = review["user"]?.object else { return .unknown }
        let name = user["username"]?.string ?? ""
        var question: JSONObject = [
            "user": .string(name), "nonResourceAttributes": ["path": .string(path), "verb": "get"],
        ]
        for field in ["groups", "uid", "extra"] { if let value = user[field] { question[field] = value } }
        let answer = try await create("authorization.k8s.io", "SubjectAccessReview", .object(question))
        return answer["allowed"]?.bool == true ? .allowed : .forbidden(user: name)
    }

    private func create(_ group: String, _ kind: String, _ spec: JSONValue) async throws -> JSONValue {
        let type = ResourceType(
            group: group, version: "v1", kind: kind, plural: kind.lowercased() + "s", isNamespaced: false)
        let review: JSONObject = [
            "apiVersion": .string(type.apiVersion), "kind": .string(kind), "metadata": [:], "spec": spec,
        ]
        return try await api.create(DynamicObject(review), as: type, options: WriteOptions())["status"] ?? .null
    }
}
