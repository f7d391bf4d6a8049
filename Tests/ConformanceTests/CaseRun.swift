import EmbeddedAPIServer
import Foundation
import KubeAPI
import Support

/// Puts one case to one server.
///
/// Each run has a namespace of its own (`$ns`) and a word of its own for the names of cluster-scoped objects (`$id`).
final class CaseRun {
    private let endpoint: Endpoint
    private var variables: [String: JSONValue]
    private var watches: [String: (recorder: WatchRecorder, seen: Int)] = [:]
    /// Cluster-scoped objects that the case made.
    private var made: [String] = []

    init(endpoint: Endpoint) {
        self.endpoint = endpoint
        let id = String((0..<8).map { _ in "bcdfghjklmnpqrstvwxz".randomElement() ?? "x" })
        variables = ["ns": .string("conformance-\(id)"), "id": .string(id)]
    }

    /// - Returns: What went otherwise than the case says: the first step that did.
    func run(_ test: ConformanceCase) async -> String? {
        let namespace = variables["ns"]?.string ?? ""
        var failure: String?
        do {
            let created = try await exchange(
                "POST", "/api/v1/namespaces", body: Array(#"{"metadata":{"name":"\#(namespace)"}}"#.utf8))
            guard created.status == 201 else { throw CaseError("no namespace: \(created.text)") }
            for (index, step) in test.steps.enumerated() {
                do {
                    try await perform(Step(substitute(step), namespace: namespace))
                } catch {
                    throw CaseError("step \(index + 1): \(error)")
                }
            }
        } catch {
            failure = "\(error)"
        }
        for watch in watches.values { watch.recorder.cancel() }
        for path in made.reversed() { _ = try? await exchange("DELETE", path) }
        _ = try? await exchange("DELETE", "/api/v1/namespaces/\(namespace)")
        return failure
    }

    private func perform(_ step: Step) async throws {
        switch step.action {
        case .request: try await request(step)
        case .watch: try await watch(step)
        case .events: try await events(step)
        case .different(let values):
            guard Set(values).count == values.count else { throw CaseError("these are not different: \(values)") }
        case .compact: try await compact()
        case .broken(let reason): throw CaseError(reason)
        }
    }

    /// Lets the server forget its first versions. A real one does that by itself: each `--etcd-compaction-interval`, five
    /// minutes where nobody says otherwise, it forgets what is older than that.
    private func compact() async throws {
        guard endpoint.server == nil else { return endpoint.server?.compact() ?? () }
        let path = "/api/v1/namespaces?limit=1&resourceVersion=1&resourceVersionMatch=Exact"
        try await eventually("the server forgets version 1", within: .seconds(660), every: .seconds(1)) {
            try await exchange("GET", path).status == 410
        }
    }

    private func request(_ step: Step) async throws {
        var last = ""
        func attempt() async throws -> Bool {
            let reply = try await exchange(
                step.method, step.path, headers: step.headers, body: step.body, user: step.user)
            let problems = step.problems(of: reply)
            last = "\(step.method) \(step.path): \(problems.joined(separator: "; ")) in \(reply.status) \(reply.text)"
            guard problems.isEmpty else { return false }
            try keep(step.keep, of: reply.json)
            note(step, reply)
            return true
        }
        guard step.isEventual else {
            guard try await attempt() else { throw CaseError(last) }
            return
        }
        do {
            try await eventually(step.path, within: .seconds(90), every: .milliseconds(30)) { try await attempt() }
        } catch is ConditionTimeout {
            throw CaseError("never came true: \(last)")
        }
    }

    /// What stays when the namespace goes is deleted at the end.
    private func note(_ step: Step, _ reply: Reply) {
        guard reply.status == 201, !step.path.contains("dryRun"), !step.path.contains("/namespaces/"),
            let name = reply.json[path: ["metadata", "name"]]?.string, !name.isEmpty
        else { return }
        let path = step.path.split(separator: "?").first.map(String.init) ?? ""
        made.append(step.method == "POST" ? "\(path)/\(name)" : path)
    }

    private func keep(_ wanted: [(name: String, path: String)], of json: JSONValue) throws {
        for (name, path) in wanted {
            var value: JSONValue? = json
            for key in path.split(separator: ".") where key != "" {
                value = Int(key).map { value?[$0] } ?? value?[String(key)]
            }
            guard let value else { throw CaseError("nothing at \(path) to keep, in \(json)") }
            variables[name] = value
        }
    }

    private func watch(_ step: Step) async throws {
        let recorder = WatchRecorder()
        let transport = step.user == "nobody" ? endpoint.nobody : endpoint.administrator
        recorder.attach(
            transport.stream(
                HTTPRequest(path: step.path, headers: endpoint.headers + step.headers), into: recorder))
        watches[step.watchName] = (recorder, 0)
        try await eventually("the head of the watch \(step.path)", every: .milliseconds(5)) {
            recorder.status != 0 || recorder.isEnded
        }
        guard recorder.status == step.wantedStatus ?? 200 else {
            throw CaseError("watch \(step.path): status \(recorder.status), wanted \(step.wantedStatus ?? 200)")
        }
    }

    /// Compares the events that came since the last look; bookmarks count only where the step speaks of them.
    private func events(_ step: Step) async throws {
        guard let watch = watches[step.watchName] else { throw CaseError("there is no watch \(step.watchName)") }
        let wanted = step.events
        let countsBookmarks = wanted.contains { $0.serializedString().contains("BOOKMARK") }
        func fresh() -> [JSONValue] {
            watch.recorder.events.dropFirst(watch.seen).filter { countsBookmarks || $0["type"] != "BOOKMARK" }
        }
        try? await eventually("the events", within: .seconds(30), every: .milliseconds(10)) {
            fresh().count >= wanted.count || watch.recorder.isEnded
        }
        if step.endsWatch {
            try await eventually("the end of the watch", every: .milliseconds(10)) { watch.recorder.isEnded }
        }
        let found = fresh()
        let all = watch.recorder.events
        let taken = step.endsWatch ? found : Array(found.prefix(wanted.count))
        let shown = taken.map { event -> JSONValue in
            // An event may be written as "ADDED name".
            let name = event[path: ["object", "metadata", "name"]]?.string
            return .string([event["type"]?.string ?? "?", name ?? ""].filter { !$0.isEmpty }.joined(separator: " "))
        }
        guard taken.count == wanted.count else {
            throw CaseError("\(taken.count) events instead of \(wanted.count): \(JSONValue.array(all))")
        }
        for (index, pattern) in wanted.enumerated() {
            let value = pattern.string == nil ? taken[index] : shown[index]
            let problems = Expectation.differences(pattern, value)
            guard problems.isEmpty else {
                throw CaseError("event \(index + 1): \(problems.joined(separator: "; ")), all: \(JSONValue.array(all))")
            }
        }
        if let last = taken.last {
            try keep(step.keep, of: last)
            let position = all.lastIndex(of: last) ?? all.count - 1
            watches[step.watchName] = (watch.recorder, position + 1)
        }
    }

    private func exchange(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil, user: String = ""
    ) async throws -> Reply {
        var headers = headers
        func has(_ name: String) -> Bool { headers.contains { $0.0.lowercased() == name } }
        if body != nil, !has("content-type") { headers.append(("Content-Type", "application/json")) }
        if !has("user-agent") { headers.append(("User-Agent", "conformance")) }
        if user != "nobody" { headers += endpoint.headers }
        if !user.isEmpty, user != "nobody" { headers.append(("Impersonate-User", user)) }
        let transport = user == "nobody" ? endpoint.nobody : endpoint.administrator
        let request = HTTPRequest(method: method, path: path, headers: headers, body: body, timeout: .seconds(60))
        do {
            return Reply(try await transport.send(request))
        } catch {
            // A real server closes HTTP/2 connections on which nobody has told who he is; that meets the next request.
            guard user == "nobody" else { throw error }
            return Reply(try await transport.send(request))
        }
    }

    /// Puts variables in place: a text that is one variable becomes its value, of any type.
    private func substitute(_ json: JSONValue) -> JSONValue {
        switch json {
        case .string(let text):
            if text.hasPrefix("$"), let value = variables[String(text.dropFirst())] { return value }
            return .string(substitute(text))
        case .array(let elements): return .array(elements.map(substitute))
        case .object(let fields): return .object(JSONObject(fields.map { (substitute($0.key), substitute($0.value)) }))
        default: return json
        }
    }

    private func substitute(_ text: String) -> String {
        guard text.contains("$") else { return text }
        // The longest name first: `$rv2` is not `$rv`.
        return variables.sorted { $0.key.count > $1.key.count }.reduce(text) { text, variable in
            let value = variable.value.string ?? variable.value.serializedString()
            return text.replacingOccurrences(of: "$\(variable.key)", with: value)
        }
    }
}

/// An answer, its body read as JSON where it is some.
struct Reply: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var json: JSONValue
    var text: String

    init(_ response: HTTPResponse) {
        status = response.status
        headers = response.headers
        json = (try? JSONValue.parse(response.body)) ?? .null
        text = String(decoding: response.body, as: UTF8.self)
    }
}
