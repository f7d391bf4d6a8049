/// An IP address, or a block of them in the notation of NetworkPolicies (`10.0.0.0/8`, `fd00::/8`).
package struct AddressBlock: Sendable, Hashable {
    private let isIPv6: Bool
    private let bits: UInt128
    private let length: Int

    /// - Returns: `nil` for what is neither an address nor a block. An address is the block of itself.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = parts.first else { return nil }
        isIPv6 = address.contains(":")
        guard let bits = isIPv6 ? Self.ipv6(address) : Self.ipv4(address) else { return nil }
        let width = isIPv6 ? 128 : 32
        guard parts.count == 1 || Int(parts[1]).map({ (0...width).contains($0) }) == true else { return nil }
        self.bits = bits
        length = parts.count == 1 ? width : Int(parts[1]) ?? width
    }

    /// Whether all of the other block is in this one. Addresses of the two families never are in each other's blocks.
    package func contains(_ other: AddressBlock) -> Bool {
        let shift = (isIPv6 ? 128 : 32) - length
        // A shift by the whole width of the type gives zero: a block of length 0 has everything.
        return isIPv6 == other.isIPv6 && length <= other.length && bits >> shift == other.bits >> shift
    }

    private static func ipv4(_ text: String) -> UInt128? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, !parts.contains(nil) else { return nil }
        return parts.compactMap(\.self).reduce(0) { $0 << 8 | UInt128($1) }
    }

    private static func ipv6(_ text: String) -> UInt128? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
            .map { $0.split(separator: ":").map { UInt16($0, radix: 16) } }
        let count = halves.joined().count
        guard halves.count == 2 ? count < 8 : halves.count == 1 && count == 8, !halves.joined().contains(nil) else {
            return nil
        }
        let gap = [UInt16?](repeating: 0, count: 8 - count)
        let groups = halves.count == 2 ? halves[0] + gap + halves[1] : halves[0]
        return groups.compactMap(\.self).reduce(0) { $0 << 16 | UInt128($1) }
    }
}
