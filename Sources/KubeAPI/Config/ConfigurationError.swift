/// Why no connection can be set up: one line that names file, field and what to do.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Nothing that says which cluster is meant.
        case missing
        /// A file that can't be read.
        case unreadable
        /// A file or a field that says something impossible.
        case invalid
        /// Possible, but not safe, and nobody asked for it.
        case refused
        /// An exec plugin that gave no credential.
        case plugin
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message.onOneLine
    }

    package var description: String { message }
}

extension String {
    /// Line breaks and other control characters become spaces, so that a message of others can't break a log line.
    var onOneLine: String {
        var line = ""
        for scalar in unicodeScalars {
            let isControl =
                scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
            line.unicodeScalars.append(isControl ? " " : scalar)
        }
        return line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}
