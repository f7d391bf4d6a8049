import CommandLineInterface
import Foundation
import KubeAPI
import Reconcilers
import Testing

@testable import Operator

/// The files under `Tests/Fixtures/import`.
enum ImportFixtures {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let folder = root.appending(path: "Tests/Fixtures/import")

    static let compose = names("compose")
    static let namespaces = names("namespace")
    static let samples = [
        "appenvironment-api", "appenvironment-preview", "appenvironment-production", "appenvironment-staging",
        "kinds",
    ]

    static func path(_ kind: String, _ name: String) -> String { folder.appending(path: "\(kind)/\(name).yaml").path }

    static func sample(_ name: String) throws -> [JSONValue] {
        let folder = name == "kinds" ? "Tests/Fixtures/appenvironment/valid" : "config/samples"
        return try YAML.parse(String(contentsOf: root.appending(path: "\(folder)/\(name).yaml"), encoding: .utf8))
    }

    private static func names(_ kind: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: kind).path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// Compares a text with a golden file, or writes it under `make golden`.
    static func expect(_ text: String, isGolden name: String) throws {
        let file = folder.appending(path: "golden/\(name).yaml")
        if ProcessInfo.processInfo.environment["QM_GOLDEN"] == "rewrite" {
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let golden = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(text == golden, "Tests/Fixtures/import/golden/\(name).yaml differs; look at it after QM_GOLDEN=rewrite")
    }

    /// What `validate` and `render` say of a manifest.
    static func expectUsable(_ text: String, _ what: String) throws {
        let documents = try YAML.parse(text)
        let report = try ValidationReport(documents)
        #expect(report.exitStatus == .fine, "\(what): \(report.lines(TextStyle()).joined(separator: "\n"))")
        #expect(throws: Never.self) { try Rendering.children(of: documents) }
    }

    /// The value with some of its fields and elements changed to something else.
    static func changed(_ value: JSONValue, _ random: inout some RandomNumberGenerator) -> JSONValue {
        let others: [JSONValue] = [.null, "", "x y:z/é", -1, 99_999, true, [], [:], ["a": ["b"]], "${A:-${B}}"]
        if Int.random(in: 0..<30, using: &random) == 0, let other = others.randomElement(using: &random) {
            return other
        }
        switch value {
        case .object(let fields):
            return .object(JSONObject(fields.map { ($0.key, changed($0.value, &random)) }))
        case .array(let elements): return .array(elements.map { changed($0, &random) })
        default: return value
        }
    }
}
