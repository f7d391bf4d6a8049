/// A label selector as queries and command lines carry it: `app=web,tier in (a,b),!old,level>3`.
///
/// Beyond `LabelSelector` it compares numbers. Source: k8s.io/apimachinery, `labels.Parse`.
package struct LabelQuery: Sendable, Hashable {
    package struct Requirement: Sendable, Hashable {
        package enum Test: Sendable, Hashable {
            case exists
            case doesNotExist
            case isIn(Set<String>)
            /// Also true for objects without the label.
            case notIn(Set<String>)
            case greaterThan(Int64)
            case lessThan(Int64)
        }

        package var key: String
        package var test: Test

        package init(key: String, test: Test) {
            self.key = key
            self.test = test
        }

        package func matches(_ labels: [String: String]) -> Bool {
            let value = labels[key]
            return switch test {
            case .exists: value != nil
            case .doesNotExist: value == nil
            case .isIn(let values): value.map(values.contains) ?? false
            case .notIn(let values): !(value.map(values.contains) ?? false)
            case .greaterThan(let bound): value.flatMap { Int64($0) }.map { $0 > bound } ?? false
            case .lessThan(let bound): value.flatMap { Int64($0) }.map { $0 < bound } ?? false
            }
        }
    }

    package var requirements: [Requirement]

    /// Without requirements it matches everything.
    package init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// - Throws: `SelectorError` for broken text, and for keys and values that no label can have.
    package init(_ text: String) throws(SelectorError) {
        var parser = LabelQueryParser(text)
        requirements = try parser.requirements()
    }

    package var isEmpty: Bool { requirements.isEmpty }

    package func matches(_ labels: [String: String]) -> Bool { requirements.allSatisfy { $0.matches(labels) } }
}

extension LabelQuery: CustomStringConvertible {
    /// The text that reads back as this query, values sorted.
    package var description: String {
        requirements.map { requirement in
            switch requirement.test {
            case .exists: return requirement.key
            case .doesNotExist: return "!\(requirement.key)"
            case .isIn(let values): return "\(requirement.key) in (\(values.sorted().joined(separator: ",")))"
            case .notIn(let values): return "\(requirement.key) notin (\(values.sorted().joined(separator: ",")))"
            case .greaterThan(let bound): return "\(requirement.key)>\(bound)"
            case .lessThan(let bound): return "\(requirement.key)<\(bound)"
            }
        }.joined(separator: ",")
    }
}
