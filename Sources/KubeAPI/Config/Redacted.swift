/// A value that no description, debug output or mirror shows: tokens, keys, passwords.
package struct Redacted<Value: Sendable & Hashable>: Sendable, Hashable {
    package var value: Value

    package init(_ value: Value) { self.value = value }
}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
