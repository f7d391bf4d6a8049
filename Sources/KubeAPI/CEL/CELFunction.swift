/// A function that expressions may call.
///
/// Source: CEL specification, "List of Standard Definitions"; Kubernetes documentation, "Common Expression Language".
enum CELFunction: String, Sendable, CaseIterable {
    case size, matches, startsWith, endsWith, contains
    case lowerAscii, upperAscii, trim, charAt, split, replace, substring, indexOf, lastIndexOf, join, format, find,
        findAll
    case isIP, isCIDR
    case quantity, isQuantity, compareTo, isGreaterThan, isLessThan, add, sub, sign, isInteger, asInteger
    case asApproximateFloat
    case int, uint, double, string, bool, bytes, type, dyn, duration, timestamp
    case getHours, getMinutes, getSeconds, getMilliseconds
    case min, max, sum, isSorted
    case hasValue, value, orValue, or
    case optionalOf = "optional.of"
    case optionalOfNonZeroValue = "optional.ofNonZeroValue"
    case optionalNone = "optional.none"
    case setsContains = "sets.contains"
    case setsEquivalent = "sets.equivalent"
    case setsIntersects = "sets.intersects"

    /// How a function is called: `f(x)`, `x.f()` or both.
    enum Style: Sendable { case function, method, both }

    /// Functions of Kubernetes that are not in this interpreter.
    static let unsupported: Set = [
        "authorizer", "cidr", "containsCIDR", "containsIP", "distinct", "family", "first", "flatten",
        "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getEscapedPath", "getFullYear", "getHost",
        "getHostname", "getMonth", "getPort", "getQuery", "getScheme", "includes", "ip", "ip.isCanonical",
        "isGlobalUnicast", "isLinkLocalMulticast", "isLinkLocalUnicast", "isLoopback", "isSemver", "isURL",
        "isUnspecified", "jsonpatch.escapeKey", "last", "lists.range", "major", "masked", "minor", "patch",
        "prefixLength", "reverse", "semver", "slice", "sort", "sortBy", "strings.quote", "transformList",
        "transformMap", "transformMapEntry", "url", "validate",
    ]

    var style: Style {
        switch self {
        case .size, .matches: .both
        case .isIP, .isCIDR, .quantity, .isQuantity, .sign, .int, .uint, .double, .string, .bool, .bytes, .type, .dyn,
            .duration, .timestamp, .optionalOf, .optionalOfNonZeroValue, .optionalNone, .setsContains,
            .setsEquivalent, .setsIntersects:
            .function
        default: .method
        }
    }

    /// How many arguments it takes, with what it is called on.
    var arguments: ClosedRange<Int> {
        switch self {
        case .optionalNone: 0...0
        case .size, .lowerAscii, .upperAscii, .trim, .isIP, .isCIDR, .quantity, .isQuantity, .sign, .isInteger,
            .asInteger, .asApproximateFloat, .int, .uint, .double, .string, .bool, .bytes, .type, .dyn, .duration,
            .timestamp, .getHours, .getMinutes, .getSeconds, .getMilliseconds, .min, .max, .sum, .isSorted, .hasValue,
            .value, .optionalOf, .optionalOfNonZeroValue:
            1...1
        case .join: 1...2
        case .split, .substring, .indexOf, .lastIndexOf, .findAll: 2...3
        case .replace: 3...4
        case .matches, .startsWith, .endsWith, .contains, .charAt, .format, .find, .compareTo, .isGreaterThan,
            .isLessThan, .add, .sub, .orValue, .or, .setsContains, .setsEquivalent, .setsIntersects:
            2...2
        }
    }

    /// What comes of arguments of these types.
    func result(of arguments: [CELType]) -> CELType {
        switch self {
        case .matches, .startsWith, .endsWith, .contains, .isIP, .isCIDR, .isQuantity, .isGreaterThan, .isLessThan,
            .isInteger, .bool, .isSorted, .hasValue, .setsContains, .setsEquivalent, .setsIntersects:
            .bool
        case .size, .indexOf, .lastIndexOf, .compareTo, .sign, .asInteger, .int, .getHours, .getMinutes, .getSeconds,
            .getMilliseconds:
            .int
        case .lowerAscii, .upperAscii, .trim, .charAt, .replace, .substring, .join, .format, .find, .string: .string
        case .split, .findAll: .list(.string)
        case .quantity, .add, .sub: .quantity
        case .asApproximateFloat, .double: .double
        case .uint: .uint
        case .bytes: .bytes
        case .type: .type
        case .duration: .duration
        case .timestamp: .timestamp
        case .dyn: .dynamic
        case .min, .max, .sum: arguments[0].element ?? .dynamic
        case .optionalNone: .optional(.dynamic)
        case .optionalOf, .optionalOfNonZeroValue: .optional(arguments[0])
        case .value, .orValue: if case .optional(let value) = arguments[0] { value } else { .dynamic }
        case .or: arguments[0]
        }
    }

    /// Whether what it is called on can be of the type.
    func accepts(_ receiver: CELType) -> Bool {
        let wanted: [CELType] =
            switch self {
            case .matches, .startsWith, .endsWith, .contains, .lowerAscii, .upperAscii, .trim, .charAt, .split,
                .replace,
                .substring, .format, .find, .findAll, .isIP, .isCIDR, .quantity, .isQuantity:
                [.string]
            case .indexOf, .lastIndexOf: [.string, .list(.dynamic)]
            case .size: [.string, .bytes, .list(.dynamic), .map(key: .dynamic, value: .dynamic)]
            case .join, .min, .max, .sum, .isSorted, .setsContains, .setsEquivalent, .setsIntersects: [.list(.dynamic)]
            case .compareTo, .isGreaterThan, .isLessThan, .add, .sub, .sign, .isInteger, .asInteger,
                .asApproximateFloat:
                [.quantity]
            case .hasValue, .value, .orValue, .or: [.optional(.dynamic)]
            default: []
            }
        if case .object = receiver, self == .size { return false }
        return wanted.isEmpty || wanted.contains { $0.agrees(with: receiver) }
    }
}
