/// How the server treats fields that it does not know, or that stand twice.
package enum FieldValidation: String, Sendable {
    case strict = "Strict"
    case warn = "Warn"
    case ignore = "Ignore"
}

/// How an object is written.
package struct WriteOptions: Sendable, Hashable {
    /// `nil`: the client's.
    package var fieldManager: String?
    /// Everything is checked and answered, nothing is stored.
    package var dryRun: Bool
    /// `.warn` drops unknown fields and tells the client's observer. It is the default because an operator and the
    /// definitions in the cluster are not updated in the same instant: with `.strict` each write would fail in
    /// between. Server-side apply refuses fields that are not in the schema at any setting.
    package var fieldValidation: FieldValidation

    package init(fieldManager: String? = nil, dryRun: Bool = false, fieldValidation: FieldValidation = .warn) {
        self.fieldManager = fieldManager
        self.dryRun = dryRun
        self.fieldValidation = fieldValidation
    }

    func query(fieldManager fallback: String) -> [(String, String)] {
        compactQuery([
            ("fieldManager", fieldManager ?? fallback), ("fieldValidation", fieldValidation.rawValue),
            ("dryRun", dryRun ? "All" : nil),
        ])
    }
}
