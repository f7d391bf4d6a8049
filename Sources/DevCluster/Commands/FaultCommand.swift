internal import CommandLineInterface
internal import KubeAPI

/// `devcluster fault`.
struct FaultCommand: Command {
    static let name = "fault"
    static let summary = "Make the API server of a running devcluster misbehave, to see what its clients do"
    static let usage = "ACTION [--kubeconfig FILE] [flags]"
    static let flags = [
        Flag("kubeconfig", "FILE", default: "devcluster.kubeconfig", help: "the devcluster, as its administrator"),
        Flag("status", "CODE", default: "500", help: "refuse: the HTTP status, such as 409, 410, 429, 500 or 503"),
        Flag("retry-after", "TIME", help: "refuse: when the client is to try again, in whole seconds"),
        Flag("delay", "TIME", default: "1s", help: "delay: how long a request waits"),
        Flag("after-bytes", "N", default: "1", help: "cut: how much of the answer comes through"),
        Flag("verb", "VERB", help: "only such requests: get, list, watch, create, update, patch, delete"),
        Flag("resource", "PLURAL", help: "only requests for this resource, such as pods"),
        Flag("namespace", "NAME", short: "n", help: "only requests in this namespace"),
        Flag("name", "NAME", help: "only requests for the object of this name"),
        Flag("user", "NAME", help: "only requests of this user"),
        Flag("probability", "P", default: "1", help: "how likely a request is met, from 0 to 1"),
        Flag("count", "N", help: "how many requests are met before the fault is gone; all without"),
    ]

    /// What the fault does to a request, or what else is to be done.
    private static let effects = ["drop", "loseAnswer", "hang", "delay", "refuse", "cut"]
    private static let actions = effects + ["list", "clear", "compact", "disconnect"]

    private let kubeconfig: String
    private let action: String
    private let rule: JSONValue

    init(_ arguments: Arguments) throws(UsageError) {
        let actions = Self.actions.joined(separator: ", ")
        guard let action = arguments.positional.first, Self.actions.contains(action) else {
            throw UsageError("name what is to happen, one of \(actions)")
        }
        if arguments.positional.count > 1 {
            throw UsageError("\"\(arguments.positional[1])\" is one argument too many")
        }
        self.action = action
        kubeconfig = arguments.string("kubeconfig") ?? ""
        rule = try Self.rule(action, arguments)
    }

    func run() async throws -> CommandStatus {
        let configuration = try ClientConfiguration.load(kubeconfig: kubeconfig, environment: [:])
        let client = try KubeClient.unlimited(configuration, fieldManager: "devcluster")
        switch action {
        case "list": try await list(client)
        case "clear": _ = try await client.request("DELETE", "/embedded/faults")
        case "compact", "disconnect": _ = try await client.request("POST", "/embedded/\(action)")
        default:
            let response = try await client.request(
                "POST", "/embedded/faults", headers: [("Content-Type", "application/json")], body: rule.serialized())
            let id = try JSONValue.parse(response.body)["id"]?.integer ?? 0
            say("fault \(id) is set: \(rule)")
        }
        await client.shutdown()
        return .fine
    }

    private func list(_ client: KubeClient) async throws {
        let faults = try JSONValue.parse(try await client.request("GET", "/embedded/faults").body)
        var table = TextTable("ID", "HITS", "EFFECT")
        for fault in faults.array ?? [] {
            table.add(
                String(fault["id"]?.integer ?? 0), String(fault["hits"]?.integer ?? 0), fault["effect"]?.string ?? "")
        }
        for line in table.lines() { say(line) }
    }

    private static func rule(_ effect: String, _ arguments: Arguments) throws(UsageError) -> JSONValue {
        guard effects.contains(effect) else { return .null }
        var rule: JSONValue = ["effect": .string(effect)]
        switch effect {
        case "refuse":
            rule["status"] = .integer(Int64(try arguments.integer("status", in: 400...599)))
            if arguments.string("retry-after") != nil {
                rule["retryAfterSeconds"] = .integer(try arguments.duration("retry-after").components.seconds)
            }
        case "delay": rule["milliseconds"] = .integer(Int64(try arguments.duration("delay") / .milliseconds(1)))
        case "cut": rule["afterBytes"] = .integer(Int64(try arguments.integer("after-bytes", in: 0...1 << 30)))
        default: break
        }
        for field in ["verb", "resource", "namespace", "name", "user"] {
            rule[field] = arguments.string(field).map(JSONValue.string)
        }
        rule["probability"] = .number(try arguments.number("probability", in: 0...1))
        if arguments.string("count") != nil {
            rule["count"] = .integer(Int64(try arguments.integer("count", in: 1...1_000_000)))
        }
        return rule
    }
}
