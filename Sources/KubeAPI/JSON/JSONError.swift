/// Why a text is not the JSON (or YAML, or typed value) that was expected.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The text itself is broken.
        case syntax
        /// The text is fine, a field has another type than the reader wants.
        case type
        /// A required field is missing.
        case missing
        /// A value is of the right type and yet not allowed.
        case value
    }

    package var code: Code
    package var message: String
    /// The field, as `spec.regions[0].name`; empty where the whole document is meant.
    package var path: String

    package init(_ code: Code, _ message: String, path: String = "") {
        self.code = code
        self.message = message
        self.path = path
    }

    package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
