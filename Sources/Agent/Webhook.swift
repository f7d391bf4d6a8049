internal import BackupModel
internal import KubeAPI

/// The address that is told of runs. It is a secret: most of them hold a token.
struct Webhook {
    /// All attempts together are shorter than the time that a pod has to end.
    private static let attempts = 3
    private static let attemptLimit = Duration.seconds(6)
    private static let wholeLimit = Duration.seconds(15)

    private let server: ServerAddress
    private let path: String
    private var headers = [("Content-Type", "application/json"), ("User-Agent", "quartermaster")]

    /// - Throws: where the Secret has no address.
    init() throws {
        let url = try Secrets.required("url")
        let scheme = url.lowercased()
        guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://"), !url.contains(where: \.isWhitespace) else {
            throw AgentFailure(
                "the key url of Secret \(Settings.text("QM_SECRET") ?? "") is no address that begins with https://")
        }
        // The fragment is for those who look at what is there.
        let address = url.prefix { $0 != "#" }
        let authority = address.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        let rest = address[authority.endIndex...]
        do {
            server = try ServerAddress(String(address[..<authority.endIndex]))
        } catch {
            throw AgentFailure("the key url of Secret \(Settings.text("QM_SECRET") ?? "") is no address of a server")
        }
        path = rest.hasPrefix("/") ? String(rest) : "/\(rest)"
        if let authorization = Secrets.text("authorization") { headers.append(("Authorization", authorization)) }
    }

    /// - Throws: where it was told in vain.
    func tell(_ body: JSONValue) throws {
        var configuration = TransportConfiguration(server: server)
        configuration.certificateAuthority = Secrets.bytes("ca.crt")
        configuration.connectTimeout = .seconds(4)
        let transport = try Transport(configuration: configuration)
        let request = HTTPRequest(
            method: "POST", path: path, headers: headers, body: body.serialized(), timeout: Self.attemptLimit)
        let pause = Duration.seconds(try Settings.number("QM_RETRY_DELAY") ?? 2)
        let end = ContinuousClock.now + Self.wholeLimit
        for attempt in 1... {
            let (problem, mayPass) = Self.judge(try Blocking.run { await Self.send(request, by: transport) })
            guard let problem else { return }
            guard mayPass, attempt < Self.attempts, ContinuousClock.now + pause < end else {
                throw AgentFailure("the webhook was not told: \(problem)")
            }
            Log.say("the webhook was not told yet: \(problem)")
            try Stop.sleep(pause)
        }
    }

    private static func send(_ request: HTTPRequest, by transport: Transport) async -> Result<Int, TransportError> {
        do throws(TransportError) {
            return .success(try await transport.send(request).status)
        } catch {
            return .failure(error)
        }
    }

    /// - Returns: what went wrong, and whether another attempt may go well.
    private static func judge(_ answer: Result<Int, TransportError>) -> (problem: String?, mayPass: Bool) {
        switch answer {
        case .success(let status) where (200..<300).contains(status): (nil, false)
        case .success(let status): ("it answered \(status)", status >= 500 || status == 429 || status == 408)
        case .failure(let error):
            (error.message, error.code == .connect || error.code == .timeout || error.code == .closed)
        }
    }
}
