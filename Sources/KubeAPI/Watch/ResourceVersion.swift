/// The order of resourceVersions.
///
/// Within one resource they are decimal integers of any length that grow with every write; two that are not both
/// integers can only be told apart. Source: Kubernetes API concepts, resource versions; KEP-5504.
package enum ResourceVersion {
    /// True where `version` is known to be older than `other`.
    package static func isOlder(_ version: String, than other: String) -> Bool {
        guard isInteger(version), isInteger(other) else { return false }
        let (left, right) = (version.utf8.count, other.utf8.count)
        return left == right ? version < other : left < right
    }

    /// True where whoever has seen `version` has seen `other` too.
    package static func reaches(_ version: String, _ other: String) -> Bool {
        guard isInteger(version), isInteger(other) else { return version == other }
        return !isOlder(version, than: other)
    }

    private static func isInteger(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "0") || text.utf8.count == 1 else { return false }
        return text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
