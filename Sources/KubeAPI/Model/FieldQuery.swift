/// A field selector: `metadata.name=a,spec.nodeName!=b`. In values `\`, `,` and `=` are escaped by a `\`.
///
/// Which fields a kind offers is not known here. Source: k8s.io/apimachinery, `fields.ParseSelector`.
package struct FieldQuery: Sendable, Hashable {
    package struct Requirement: Sendable, Hashable {
        package var field: String
        package var value: String
        /// `false` for `!=`.
        package var isEqual: Bool

        package init(field: String, value: String, isEqual: Bool = true) {
            self.field = field
            self.value = value
            self.isEqual = isEqual
        }
    }

    package var requirements: [Requirement]

    /// Without requirements it matches everything.
    package init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// - Throws: `SelectorError`.
    package init(_ text: String) throws(SelectorError) {
        requirements = []
        for term in Self.terms(of: text) where !term.isEmpty {
            requirements.append(try Self.requirement(term, in: text))
        }
    }

    package var isEmpty: Bool { requirements.isEmpty }

    /// - Parameter value: the text of a field; a field that is not set reads as the empty text.
    package func matches(_ value: (_ field: String) -> String) -> Bool {
        requirements.allSatisfy { (value($0.field) == $0.value) == $0.isEqual }
    }

    private static func terms(of text: String) -> [Substring] {
        var terms: [Substring] = []
        var start = text.startIndex
        var isEscaped = false
        for index in text.indices {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = true
            } else if text[index] == "," {
                terms.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        return terms + [text[start...]]
    }

    private static func requirement(_ term: Substring, in text: String) throws(SelectorError) -> Requirement {
        for index in term.indices {
            // The first operator counts; of those that begin at one place, the longest.
            for symbol in ["!=", "==", "="] where term[index...].hasPrefix(symbol) {
                let value = term[index...].dropFirst(symbol.count)
                return Requirement(
                    field: String(term[..<index]), value: try unescaped(value), isEqual: symbol != "!=")
            }
        }
        throw SelectorError("invalid selector: '\(text)'; can't understand '\(term)'")
    }

    private static func unescaped(_ text: Substring) throws(SelectorError) -> String {
        var value = ""
        var isEscaped = false
        for character in text {
            switch (isEscaped, character) {
            case (true, "\\"), (true, ","), (true, "="):
                value.append(character)
                isEscaped = false
            case (true, _):
                throw SelectorError("invalid field selector: invalid escape sequence: \\\(character)")
            case (false, "\\"): isEscaped = true
            case (false, "="):
                throw SelectorError("invalid field selector: unescaped character in value: \(character)")
            default: value.append(character)
            }
        }
        if isEscaped { throw SelectorError("invalid field selector: invalid escape sequence: \\") }
        return value
    }
}

extension FieldQuery: CustomStringConvertible {
    /// The text that reads back as this query.
    package var description: String {
        requirements.map { requirement in
            let value = requirement.value.reduce(into: "") { text, character in
                if "\\,=".contains(character) { text.append("\\") }
                text.append(character)
            }
            return "\(requirement.field)\(requirement.isEqual ? "=" : "!=")\(value)"
        }.joined(separator: ",")
    }
}
