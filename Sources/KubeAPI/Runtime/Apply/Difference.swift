/// A field whose live value is not the desired one.
package struct Difference: Sendable, Hashable, CustomStringConvertible {
    package var path: FieldPath
    /// `nil` where the field should not be there.
    package var desired: JSONValue?
    /// `nil` where the field is missing.
    package var live: JSONValue?

    package init(path: FieldPath, desired: JSONValue?, live: JSONValue?) {
        self.path = path
        self.desired = desired
        self.live = live
    }

    /// `spec.replicas: 3, want 5`. Values of Secrets are not shown, long ones are cut.
    package var description: String { "\(path): \(Self.text(live)), want \(Self.text(desired))" }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "nothing" }
        let text = value.serializedString()
        return text.count > 80 ? text.prefix(77) + "..." : text
    }
}

/// A difference that somebody else has made to an object of ours.
package struct Drift: Sendable, Hashable, CustomStringConvertible {
    package var path: FieldPath
    /// The field manager, as managedFields names it; `nil` where nobody can be named.
    package var manager: String?

    /// Who wrote the object last, where the field is gone and belongs to nobody.
    package var suspect: String?

    package init(path: FieldPath, manager: String? = nil, suspect: String? = nil) {
        self.path = path
        self.manager = manager
        self.suspect = suspect
    }

    /// Never holds a value of the field: it may be part of a Secret.
    package var description: String {
        if let manager { return "\(path) was changed by \(manager)" }
        return "\(path) was removed by \(suspect.map { "somebody, perhaps \($0)" } ?? "a manager that left no trace")"
    }
}
