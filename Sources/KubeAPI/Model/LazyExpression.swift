internal import Synchronization

/// A regular expression that is compiled when it is needed first: schemas have hundreds, of which few ever are.
package final class LazyExpression: Sendable {
    package let pattern: String
    private let compiled = Mutex<RegularExpression?>(nil)

    package init(_ pattern: String) { self.pattern = pattern }

    /// Whether the expression is found anywhere in the text. One that is none stands in nothing's way.
    package func isFound(in text: String) -> Bool {
        let expression = compiled.withLock { compiled in
            if compiled == nil { compiled = try? RegularExpression(pattern) }
            return compiled
        }
        return expression?.isFound(in: text) ?? true
    }
}
