/// A field of a manifest that breaks a rule.
package struct Violation: Error, Sendable, Hashable, Encodable, CustomStringConvertible {
    /// Such as `spec.regions[0].name`.
    package var path: String
    package var message: String

    package init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }

    package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

extension String {
    /// The path of a field below this one.
    func field(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }
}
