internal import Glibc

/// IP addresses and ranges as Kubernetes takes them in new fields: without leading zeros, zones, and IPv4 inside of IPv6.
///
/// Source: k8s.io/apiserver, `pkg/cel/library/ip.go` and `cidr.go`.
package enum AddressText {
    /// `203.0.113.1` or `2001:db8::1`.
    package static func isAddress(_ text: String) -> Bool { bits(of: text) != nil }

    /// An address of either family with a prefix length: `203.0.113.0/24`, `2001:db8::/32`.
    package static func isRange(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = UInt8(parts[1]), String(length) == parts[1] else { return false }
        return bits(of: String(parts[0])).map { length <= $0 } ?? false
    }

    /// The length of an address; `nil` for what is none.
    private static func bits(of text: String) -> UInt8? {
        // C would take the text for ended there.
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return 32 }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? nil : 128
    }
}
