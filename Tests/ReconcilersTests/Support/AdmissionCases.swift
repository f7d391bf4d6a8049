import KubeAPI
import Testing

@testable import Reconcilers

/// Changes of the preview sample, and what the API server says of them to the preview bot.
struct AdmissionCase: Sendable, CustomTestStringConvertible {
    let at: [String]
    let value: JSONValue
    /// A field that goes, since the CRD's own rules would refuse the change for it.
    let without: [String]
    /// A part of the refusal.
    let says: String

    static let refused = load("refused")
    static let allowed = load("allowed")

    var testDescription: String { "\(at.joined(separator: ".")): \(value)" }

    private static func load(_ name: String) -> [AdmissionCase] {
        let list = (try? Repository.yaml("Tests/Fixtures/admission/\(name).yaml").first?.elements) ?? []
        return list.map { entry in
            func path(_ key: String) -> [String] {
                (entry[key]?.string ?? "").split(separator: ".").map(String.init)
            }
            return AdmissionCase(
                at: path("at"), value: entry["value"] ?? .null, without: path("without"),
                says: entry["says"]?.string ?? "")
        }
    }

    /// The sample, changed.
    func object() throws -> DynamicObject {
        let sample = try #require(Repository.yaml("config/samples/appenvironment-preview.yaml").first)
        let whole = without.isEmpty ? sample : Self.setting(without[...], to: nil, in: sample)
        return try DynamicObject(Self.setting(at[...], to: value, in: whole))
    }

    /// Whether the case is about a field of the spec.
    func isAbout(_ field: [String]) -> Bool {
        let path = ["spec"] + field
        if at.starts(with: path) { return true }
        guard path.count == at.count + 1, path.starts(with: at), let name = path.last else { return false }
        return value[name] != nil
    }

    private static func setting(_ path: ArraySlice<String>, to value: JSONValue?, in json: JSONValue) -> JSONValue {
        guard let first = path.first else { return value ?? .null }
        let rest = path.dropFirst()
        var json = json
        if let index = Int(first) {
            var elements = json.elements
            if !elements.indices.contains(index) { elements.append([:]) }
            let place = min(index, elements.count - 1)
            elements[place] = setting(rest, to: value, in: elements[place])
            return .array(elements)
        }
        json[first] = rest.isEmpty ? value : setting(rest, to: value, in: json[first] ?? [:])
        return json
    }
}
