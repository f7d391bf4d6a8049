/// Why a text is no selector, in the API server's words.
package struct SelectorError: Error, Sendable, Hashable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
