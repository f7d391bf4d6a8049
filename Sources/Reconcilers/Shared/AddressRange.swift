internal import Glibc

/// Address ranges in a spec: `203.0.113.0/24`, `2001:db8::/32`.
enum AddressRange {
    static let message = "an address range such as 203.0.113.0/24 or 2001:db8::/32"

    /// Whether the text is an address of either family with a prefix length, as CEL's `isCIDR` has it.
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = UInt8(parts[1]), String(length) == parts[1] else { return false }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, String(parts[0]), &bytes) == 1 { return length <= 32 }
        return inet_pton(AF_INET6, String(parts[0]), &bytes) == 1 && length <= 128
    }
}
