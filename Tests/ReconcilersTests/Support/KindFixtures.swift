import KubeAPI
import Testing

@testable import Reconcilers

/// The manifests of one kind below `Tests`.
struct KindFixtures: Sendable, CustomTestStringConvertible {
    static let all = Kinds.all.map { KindFixtures(kind: $0) }

    /// One manifest of a kind.
    struct Manifest: Sendable, CustomTestStringConvertible {
        let kind: any OwnResource.Type
        let name: String
        let path: String

        var testDescription: String { "\(kind.resourceType.kind) \(name)" }
    }

    let kind: any OwnResource.Type

    /// What every server takes.
    var valid: [Manifest] { manifests(in: "Tests/Fixtures/\(folder)/valid") }
    /// What breaks one rule each.
    var invalid: [Manifest] { manifests(in: "Tests/Fixtures/\(folder)/invalid") }
    /// The children of the valid ones, by name.
    var golden: String { "Tests/ReconcilersTests/Golden/\(folder)" }

    private var folder: String { kind.resourceType.kind.lowercased() }
    var testDescription: String { kind.resourceType.kind }

    private func manifests(in folder: String) -> [Manifest] {
        Repository.cases(in: folder).map { Manifest(kind: kind, name: $0, path: "\(folder)/\($0).yaml") }
    }
}

/// A manifest that breaks one rule; its first lines say which.
struct InvalidFixture {
    let object: DynamicObject
    /// The field that is to blame.
    let field: String
    /// A part of the message of the CEL rule that it breaks; `nil` where it is the schema's matter.
    let rule: String?

    init(_ manifest: KindFixtures.Manifest) throws {
        let text = try Repository.text(manifest.path)
        func comment(_ name: String) -> String? {
            let line = text.split(separator: "\n").first { $0.hasPrefix("# \(name): ") }
            return line.map { String($0.dropFirst(name.count + 4)) }
        }
        object = try DynamicObject(YAML.parseDocument(Array(text.utf8)))
        field = try #require(comment("field"), "\(manifest.path) does not say which field is wrong")
        rule = comment("rule")
    }
}
