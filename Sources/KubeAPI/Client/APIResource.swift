/// A resource of a group version as discovery tells it. Source: Kubernetes API reference, APIResource v1.
package struct APIResource: Sendable, Hashable {
    /// The plural; `deployments/status` for a subresource.
    package var name: String
    package var singularName: String
    package var kind: String
    package var isNamespaced: Bool
    package var verbs: [String]
    package var shortNames: [String]

    package var isSubresource: Bool { name.contains("/") }

    init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let kind = json["kind"]?.string else { return nil }
        self.name = name
        self.kind = kind
        singularName = json["singularName"]?.string ?? ""
        isNamespaced = json["namespaced"]?.bool ?? false
        verbs = json["verbs"]?.array?.compactMap(\.string) ?? []
        shortNames = json["shortNames"]?.array?.compactMap(\.string) ?? []
    }
}

/// A group and its versions, the preferred one first.
package struct APIGroup: Sendable, Hashable {
    package var name: String
    package var versions: [String]

    init?(_ json: JSONValue) {
        guard let name = json["name"]?.string else { return nil }
        self.name = name
        let all = json["versions"]?.array?.compactMap { $0["version"]?.string } ?? []
        let preferred = json["preferredVersion"]?["version"]?.string
        versions = (preferred.map { [$0] } ?? []) + all.filter { $0 != preferred }
    }
}

/// What the server says about itself at `/version`.
package struct ServerVersion: Sendable, Hashable, CustomStringConvertible {
    package var major: Int
    package var minor: Int
    /// As in `v1.36.2+k3s1`.
    package var gitVersion: String

    package var description: String { gitVersion }

    init(_ json: JSONValue) throws(JSONError) {
        guard let gitVersion = json["gitVersion"]?.string else {
            throw JSONError(.missing, "the version of the server", path: "gitVersion")
        }
        self.gitVersion = gitVersion
        major = Self.number(json["major"]?.string)
        // Some vendors write `28+`.
        minor = Self.number(json["minor"]?.string)
    }

    private static func number(_ text: String?) -> Int { Int((text ?? "").prefix { $0.isNumber }) ?? 0 }
}
