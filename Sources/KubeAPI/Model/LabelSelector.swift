/// A selector of objects by their labels. An empty selector matches everything.
package struct LabelSelector: Sendable, Hashable, Codable {
    package struct Requirement: Sendable, Hashable, Codable {
        package enum Operator: String, Sendable, Codable {
            case `in` = "In"
            case notIn = "NotIn"
            case exists = "Exists"
            case doesNotExist = "DoesNotExist"
        }

        package var key: String
        package var `operator`: Operator
        package var values: [String]?

        package init(key: String, operator: Operator, values: [String]? = nil) {
            self.key = key
            self.operator = `operator`
            self.values = values
        }

        package func matches(_ labels: [String: String]) -> Bool {
            switch `operator` {
            case .in: labels[key].map { values?.contains($0) ?? false } ?? false
            // As in Kubernetes, an object without the label is "not in".
            case .notIn: labels[key].map { !(values?.contains($0) ?? false) } ?? true
            case .exists: labels[key] != nil
            case .doesNotExist: labels[key] == nil
            }
        }
    }

    package var matchLabels: [String: String]?
    package var matchExpressions: [Requirement]?

    package init(matchLabels: [String: String]? = nil, matchExpressions: [Requirement]? = nil) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }

    package static func matching(_ labels: [String: String]) -> LabelSelector { LabelSelector(matchLabels: labels) }

    package var isEmpty: Bool { (matchLabels ?? [:]).isEmpty && (matchExpressions ?? []).isEmpty }

    package func matches(_ labels: [String: String]) -> Bool {
        (matchLabels ?? [:]).allSatisfy { labels[$0.key] == $0.value }
            && (matchExpressions ?? []).allSatisfy { $0.matches(labels) }
    }

    /// Every label key that the selector looks at.
    package var keys: Set<String> {
        Set((matchLabels ?? [:]).keys).union((matchExpressions ?? []).map(\.key))
    }
}

extension LabelSelector {
    /// The selector as a query's `labelSelector`: `a=b,c in (d,e),!f`.
    package var queryString: String {
        let equalities = (matchLabels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let expressions = (matchExpressions ?? []).map { requirement in
            let values = (requirement.values ?? []).joined(separator: ",")
            switch requirement.operator {
            case .in: return "\(requirement.key) in (\(values))"
            case .notIn: return "\(requirement.key) notin (\(values))"
            case .exists: return requirement.key
            case .doesNotExist: return "!\(requirement.key)"
            }
        }
        return (equalities + expressions).joined(separator: ",")
    }
}
