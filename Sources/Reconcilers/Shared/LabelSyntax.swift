/// The grammar of label and annotation keys. Source: Kubernetes, "Labels and Selectors", Syntax.
enum LabelSyntax {
    static let maximumKeyLength = 317

    /// `name` or `domain/name`.
    static func isKey(_ key: String) -> Bool {
        guard key.utf8.count <= maximumKeyLength else { return false }
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return isName(parts[0])
        case 2: return isDomain(parts[0]) && isName(parts[1])
        default: return false
        }
    }

    /// Keys that Kubernetes keeps for itself: under `kubernetes.io` and `k8s.io`.
    static func isReserved(_ key: String) -> Bool { isUnder(["kubernetes.io", "k8s.io"], key) }

    /// Keys that the operator keeps for itself: under `quartermaster.dev`.
    static func isOwn(_ key: String) -> Bool { isUnder(["quartermaster.dev"], key) }

    private static func isUnder(_ domains: [String], _ key: String) -> Bool {
        let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        return domains.contains { parts[0] == $0 || parts[0].hasSuffix(".\($0)") }
    }

    private static func isName(_ text: Substring) -> Bool {
        isWord(text, isInner: { isAlphanumeric($0) || $0 == "-" || $0 == "_" || $0 == "." }, isOuter: isAlphanumeric)
            && text.utf8.count <= 63
    }

    private static func isDomain(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            isWord(label, isInner: { isLowercase($0) || $0 == "-" }, isOuter: isLowercase)
        }
    }

    private static func isWord(
        _ text: Substring, isInner: (Unicode.Scalar) -> Bool, isOuter: (Unicode.Scalar) -> Bool
    ) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        return isOuter(first) && isOuter(last) && text.unicodeScalars.allSatisfy(isInner)
    }

    private static func isLowercase(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
    }

    private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        isLowercase(scalar) || ("A"..."Z").contains(scalar)
    }
}
