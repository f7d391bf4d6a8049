import EmbeddedAPIServer
import Foundation
import KubeAPI
import Support
import Synchronization
import Testing

@testable import Operator

@Suite("Who may get the metrics")
struct MetricsAccessTests {
    /// Answers reviews, and counts them.
    private final class Reviewer: ObjectAPI {
        struct Answers {
            var users: [String: String] = ["good": "prometheus", "weak": "somebody"]
            var allowed: Set = ["prometheus"]
            var isDown = false
            var asked = 0
        }

        let answers = Mutex(Answers())
        var asked: Int { answers.withLock { $0.asked } }

        func create(_ object: DynamicObject, as type: ResourceType, options _: WriteOptions) async throws
            -> DynamicObject
        {
            var object = object
            try answers.withLock { answers in
                if answers.isDown {
                    throw APIError(code: 503, reason: "ServiceUnavailable", message: "down", request: "")
                }
                if type.kind == "TokenReview" {
                    answers.asked += 1
                    let user = answers.users[object[path: "spec", "token"]?.string ?? ""]
                    object["status"] = [
                        "authenticated": .bool(user != nil),
                        "user": ["username": .string(user ?? ""), "groups": ["g"], "extra": ["a": ["b"]]],
                    ]
                } else {
                    #expect(object[path: "spec", "groups"] == ["g"] && object[path: "spec", "extra"] == ["a": ["b"]])
                    #expect(object[path: "spec", "nonResourceAttributes"] == ["path": "/metrics", "verb": "get"])
                    let user = object[path: "spec", "user"]?.string ?? ""
                    object["status"] = ["allowed": .bool(answers.allowed.contains(user))]
                }
            }
            return object
        }

        func get(_: ResourceType, _: ObjectKey) async throws -> DynamicObject { fatalError("nothing is read") }
        func update(
            _: DynamicObject, as _: ResourceType, subresource _: String?, options _: WriteOptions
        ) async throws -> DynamicObject { fatalError("nothing is written") }
        func patch(
            _: ResourceType, _: ObjectKey, _: Patch, subresource _: String?, options _: WriteOptions
        ) async throws -> DynamicObject { fatalError("nothing is written") }
        func delete(_: ResourceType, _: ObjectKey, options _: DeleteOptions) async throws {
            fatalError("nothing is deleted")
        }
    }

    private let reviewer = Reviewer()
    private let clock = ManualClock()
    private let access: MetricsAccess

    init() { access = MetricsAccess(api: reviewer, time: TimeSource(clock)) }

    private func ask(_ header: String?) async -> MetricsAccess.Verdict {
        await access.verdict(
            on: HTTPServerRequest(
                method: "GET", target: "/metrics", headers: header.map { [("authorization", $0)] } ?? []))
    }

    @Test("Without a token, or with one of another scheme, nobody is asked")
    func noToken() async {
        for header in [nil, "", "Bearer ", "Basic Z29vZA==", "Bearer \(String(repeating: "x", count: 20_000))"] {
            #expect(await ask(header) == .unknown)
        }
        #expect(reviewer.asked == 0)
    }

    @Test("The server says whose token it is and what they may, and is asked once a minute")
    func verdicts() async {
        for _ in 0..<3 {
            #expect(await ask("Bearer good") == .allowed)
            #expect(await ask("bearer weak") == .forbidden(user: "somebody"))
            #expect(await ask("Bearer other") == .unknown)
        }
        #expect(reviewer.asked == 3)
        reviewer.answers.withLock { $0.allowed = ["somebody"] }
        clock.advance(by: .seconds(59))
        #expect(await ask("Bearer good") == .allowed)
        clock.advance(by: .seconds(2))
        #expect(await ask("Bearer good") == .forbidden(user: "prometheus"))
        #expect(await ask("Bearer weak") == .allowed)
    }

    @Test("A server that does not answer lets nobody in, and is asked again at once")
    func down() async {
        reviewer.answers.withLock { $0.isDown = true }
        guard case .unanswered(let reason) = await ask("Bearer good") else {
            Issue.record("somebody was let in")
            return
        }
        #expect(reason.contains("down") && !reason.contains("good"))
        reviewer.answers.withLock { $0.isDown = false }
        #expect(await ask("Bearer good") == .allowed)
    }

    @Test(
        "Any number of unknown tokens costs a bounded number of questions, and keeps out nobody who was let in before")
    func flood() async {
        #expect(await ask("Bearer good") == .allowed)
        clock.advance(by: .seconds(61))
        for number in 0..<1000 { _ = await ask("Bearer \(number)") }
        #expect(reviewer.asked == 1 + MetricsAccess.questionsPerLifetime)
        #expect(await ask("Bearer good") == .allowed)
        #expect(await ask("Bearer weak") == .unanswered("too many unknown tokens; try again in a minute"))
        clock.advance(by: .seconds(61))
        #expect(await ask("Bearer weak") == .forbidden(user: "somebody"))
    }
}

@Suite("The metrics of a process, by TLS")
struct SecureMetricsTests {
    /// Asks as a scraper does.
    ///
    /// - Returns: the status, `000` where there is no TLS, and what came.
    private func scrape(_ address: String, _ arguments: [String]) throws -> (status: String, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/curl")
        process.arguments =
            ["--silent", "--max-time", "20", "--write-out", "\n%{http_code}"] + arguments + [
                "https://\(address)/metrics"
            ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n")
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    private func token(_ client: KubeClient, _ account: String) async throws -> String {
        let owner: JSONValue = [
            "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": ["name": .string(account), "namespace": "default"],
        ]
        let made = try await client.create(DynamicObject(owner), as: .serviceAccount)
        let request: JSONValue = [
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": ["audiences": []],
        ]
        let answer = try await client.create(
            DynamicObject(request), subresource: "token", of: .serviceAccount, made.key)
        return try #require(answer[path: "status", "token"]?.string)
    }

    @Test("401 without a token, 403 without rights, 200 with them, also from the replica that does not lead")
    func rights() async throws {
        let options = EmbeddedAPIServerOptions(authorization: .rbac)
        try await OperatorProgram.run(options) { server, client in
            let programs = try (0..<2).map {
                try OperatorProgram(on: server, as: "operator-\($0)", ["--metrics-secure=true"])
            }
            defer { for program in programs { program.end() } }
            let (scraper, stranger) = (try await token(client, "scraper"), try await token(client, "stranger"))
            for manifest in try YAML.parse(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: scraper}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: quartermaster-metrics-reader}
                subjects: [{kind: ServiceAccount, name: scraper, namespace: default}]
                """) + YAML.parse(Self.shippedRole())
            {
                let object = try DynamicObject(manifest)
                _ = try await client.create(
                    object,
                    as: ResourceType(
                        group: "rbac.authorization.k8s.io", version: "v1", kind: object.kind,
                        plural: object.kind.lowercased() + "s", isNamespaced: false))
            }
            for program in programs {
                let address = try await program.address(of: "metrics")
                #expect(try scrape(address, []).status == "000", "its certificate is its own")
                #expect(try scrape(address, ["--insecure"]).status == "401")
                for (token, status) in [("rubbish", "401"), (stranger, "403"), (scraper, "200")] {
                    let answer = try scrape(
                        address, ["--insecure", "--header", "Authorization: Bearer \(token)"])
                    #expect(answer.status == status, "\(answer.text.prefix(300))")
                    #expect(answer.text.contains("process_cpu_seconds_total") == (status == "200"))
                    if status == "403" { #expect(answer.text.contains("quartermaster-metrics-reader")) }
                }
                #expect(!program.output.contains(scraper))
            }
        }
    }

    @Test("With files it shows their certificate")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let authority = try CertificateAuthority(commonName: "metrics")
        let pair = try authority.server(commonName: "metrics", names: ["127.0.0.1"])
        for (name, text) in [
            ("ca", authority.pair.certificate), ("crt", pair.certificate), ("key", pair.privateKey),
        ] {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        try await OperatorProgram.run { server, _ in
            let program = try OperatorProgram(
                on: server,
                [
                    "--metrics-secure=true", "--metrics-cert-file=\(folder.path)/crt",
                    "--metrics-key-file=\(folder.path)/key",
                ])
            defer { program.end() }
            let address = try await program.address(of: "metrics")
            #expect(try scrape(address, ["--cacert", "\(folder.path)/ca"]).status == "401")
        }
    }

    @Test("A certificate that was renewed is shown to who connects next; one that can't be read changes nothing")
    func renewal() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ authority: CertificateAuthority, _ name: String) throws {
            let pair = try authority.server(commonName: name, names: ["127.0.0.1"])
            for (file, text) in [
                ("ca", authority.pair.certificate), ("crt", pair.certificate), ("key", pair.privateKey),
            ] {
                try text.write(to: folder.appending(path: file), atomically: true, encoding: .utf8)
            }
        }
        try write(CertificateAuthority(commonName: "first"), "first")
        let clock = ManualClock()
        let certificate = MetricsCertificate(
            source: .files(certificate: "\(folder.path)/crt", key: "\(folder.path)/key"), name: "m",
            time: TimeSource(clock))
        let first = try certificate.current()
        let server = try HTTPServer(options: HTTPServerOptions(tls: first)) { $1.respond(status: 204) }
        let address = "127.0.0.1:\(try server.start())"
        let renewal = Task { try await certificate.renew(server, first: first, logger: .disabled) }
        func status() throws -> String { try scrape(address, ["--cacert", "\(folder.path)/ca"]).status }
        #expect(try status() == "204")

        try "rubbish".write(to: folder.appending(path: "crt"), atomically: true, encoding: .utf8)
        try await clock.waitUntilSleeping()
        clock.advance(by: MetricsCertificate.interval)
        try await clock.waitUntilSleeping()
        #expect(try status() == "204")

        try write(CertificateAuthority(commonName: "second"), "second")
        #expect(try status() == "000")
        clock.advance(by: MetricsCertificate.interval)
        try await eventually("the second is shown") { try status() == "204" }
        renewal.cancel()
        _ = await renewal.result
        await server.stop()
    }

    private static func shippedRole() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "config/rbac/metrics-reader.yaml"), encoding: .utf8)
    }
}
