import KubeAPI

/// The formats and patterns of texts. Source: OpenAPI, "Formats"; those that Kubernetes checks.
enum TextFormat {
    /// Whether the text has the format; formats that are not known let everything pass.
    static func isValid(_ text: String, format: String) -> Bool {
        switch format {
        case "date-time": Timestamp(rfc3339: text) != nil
        case "date": Timestamp(rfc3339: text + "T00:00:00Z") != nil
        case "duration": duration.isFound(in: text)
        case "byte": Base64.isValid(text)
        case "ipv4": isIPv4(text)
        case "ipv6": text.contains(":") && AddressText.isAddress(text)
        case "cidr": isCIDR(text)
        case "hostname": hostname.isFound(in: text)
        case "email": email.isFound(in: text)
        case "uuid", "uuid4", "uuid3", "uuid5": uuid.isFound(in: text)
        case "uri": uri.isFound(in: text)
        default: true
        }
    }

    static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.allSatisfy(\.isASCII) && UInt8(part) != nil && (part.count == 1 || part.first != "0")
            }
    }

    /// An address with a prefix length: `10.0.0.0/8`, `fd00::/8`.
    static func isCIDR(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(parts[1]), length >= 0 else { return false }
        let address = String(parts[0])
        return isIPv4(address) ? length <= 32 : isIPv6(address) && length <= 128
    }

    static func isIPv6(_ text: String) -> Bool {
        guard text.contains(":") else { return false }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        let groups = halves.flatMap { $0.split(separator: ":", omittingEmptySubsequences: true) }
        let isHex = groups.allSatisfy { $0.count <= 4 && $0.allSatisfy(\.isHexDigit) }
        return isHex && (halves.count == 2 ? groups.count < 8 : groups.count == 8)
    }

    private static let hostname = expression(
        #"^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$"#)
    private static let email = expression(#"^[^@\s]+@[^@\s]+$"#)
    private static let uuid = expression(
        "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$")
    private static let uri = expression("^[a-zA-Z][a-zA-Z0-9+.-]*:|^/")
    /// Go's durations, `1h30m`, as well as `1 day`'s kin.
    private static let duration = expression(
        #"^[-+]?(0|(\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w|days?|hours?|minutes?|seconds?|weeks?))+$"#)

    private static func expression(_ pattern: String) -> RegularExpression {
        do {
            return try RegularExpression(pattern)
        } catch {
            fatalError("\(pattern): \(error.reason)")
        }
    }
}
