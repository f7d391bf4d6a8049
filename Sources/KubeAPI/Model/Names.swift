/// What names and labels may look like, with the API server's own words for what is wrong.
///
/// Each function gives one message for each rule that is broken, none where the text is fine. Lengths are in bytes.
/// Source: k8s.io/apimachinery, `util/validation` and `api/validate/content`.
package enum Names {
    package static let labelMaximum = 63
    package static let subdomainMaximum = 253

    /// A label's or annotation's key, a taint's key: `name` or `example.com/name`.
    package static func problems(ofLabelKey key: String) -> [String] {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.last else {
            return [
                "a valid label key \(labelKeyRule) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        var problems: [String] = []
        if parts.count == 2 {
            let prefix = String(parts[0])
            problems +=
                (prefix.isEmpty ? ["must be non-empty"] : self.problems(ofSubdomain: prefix)).map {
                    "prefix part \($0)"
                }
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > labelMaximum {
            problems.append("name part \(tooLong(labelMaximum))")
        }
        if !isWord(name.utf8, extra: "-_.", upperCase: true) { problems.append("name part \(labelKeyRule)") }
        return problems
    }

    /// A label's value; empty is fine.
    package static func problems(ofLabelValue value: String) -> [String] {
        var problems: [String] = []
        if value.utf8.count > labelMaximum { problems.append(tooLong(labelMaximum)) }
        if !value.isEmpty, !isWord(value.utf8, extra: "-_.", upperCase: true) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex "
                    + "used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
        }
        return problems
    }

    /// A name without dots, as of namespaces (RFC 1123 label).
    package static func problems(ofLabel name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > labelMaximum { problems.append(tooLong(labelMaximum)) }
        if !isWord(name.utf8, extra: "-", upperCase: false) {
            problems.append(
                isSubdomain(name)
                    ? "must not contain dots"
                    : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
                        + "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
                        + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
        }
        return problems
    }

    /// The name of most objects (RFC 1123 subdomain).
    package static func problems(ofSubdomain name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > subdomainMaximum { problems.append(tooLong(subdomainMaximum)) }
        if !isSubdomain(name) {
            problems.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
        }
        return problems
    }

    /// A name that begins with a letter (RFC 1035 label), as those in CustomResourceDefinitions.
    package static func problems(ofLabel1035 name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > labelMaximum { problems.append(tooLong(labelMaximum)) }
        let startsWithDigit = name.utf8.first?.isDecimalDigit ?? false
        if startsWithDigit || !isWord(name.utf8, extra: "-", upperCase: false) {
            problems.append(
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                    + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
                    + "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")
        }
        return problems
    }

    /// A key in a ConfigMap or a Secret.
    package static func problems(ofDataKey key: String) -> [String] {
        var problems: [String] = []
        if key.utf8.count > subdomainMaximum { problems.append(tooLong(subdomainMaximum)) }
        if key.isEmpty || !key.utf8.allSatisfy({ isAlphanumeric($0, upperCase: true) || "-_.".utf8.contains($0) }) {
            problems.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                    + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")
        }
        if key == "." || key == ".." {
            problems.append("must not be '\(key)'")
        } else if key.hasPrefix("..") {
            problems.append("must not start with '..'")
        }
        return problems
    }

    /// The names of roles and their like, which may be anything that fits into a path.
    package static func problems(ofPathSegment name: String) -> [String] {
        if name == "." || name == ".." { return ["may not be '\(name)'"] }
        return ["/", "%"].filter { name.contains($0) }.map { "may not contain '\($0)'" }
    }
}

extension Names {
    private static let labelKeyRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    private static func tooLong(_ maximum: Int) -> String { "must be no more than \(maximum) bytes" }

    private static func isAlphanumeric(_ byte: UInt8, upperCase: Bool) -> Bool {
        byte.isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (upperCase && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte))
    }

    /// Begins and ends with a letter or digit; in between the extra characters may stand, too.
    private static func isWord(_ bytes: some BidirectionalCollection<UInt8>, extra: String, upperCase: Bool) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first, upperCase: upperCase),
            isAlphanumeric(last, upperCase: upperCase)
        else { return false }
        return bytes.allSatisfy { isAlphanumeric($0, upperCase: upperCase) || extra.utf8.contains($0) }
    }

    private static func isSubdomain(_ name: String) -> Bool {
        name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { isWord($0, extra: "-", upperCase: false) }
    }
}
