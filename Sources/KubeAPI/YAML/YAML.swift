/// YAML text to and from JSON values, with the meaning that it has for kubectl.
package enum YAML {
    /// Deeper documents are refused: they come from no human and cost stack.
    static let maximumDepth = 512
    /// How much aliases may add to a document, in bytes of text and eight for each node (a "billion laughs" bound).
    static let maximumAliasExpansion = 16 << 20

    /// Which words without quotes are booleans.
    package enum Booleans: Sendable, Hashable {
        /// Those of YAML 1.1, as for kubectl: `yes`, `no`, `on`, `off`, `y` and `n`, too.
        case kubectl
        /// Those of YAML 1.2, as for Docker Compose: `true` and `false` alone. Source: YAML 1.2.2, 10.3.2.
        case core
    }

    /// Reads all documents of a text.
    ///
    /// Documents without content (comments only, or nothing between two `---`) are passed over, as `kubectl apply` does.
    /// JSON is read as well. Fields that come in by a merge key (`<<`) stand behind those that a mapping writes itself.
    ///
    /// - Throws: `JSONError` whose message begins with line and column. `.syntax` for broken text; `.value` for a key
    ///   that stands twice, a key that is no scalar, an infinite number, or a document beyond the bounds of nesting
    ///   (512 levels) and of what aliases expand to (16 MiB).
    package static func parse(_ text: [UInt8], booleans: Booleans = .kubectl) throws(JSONError) -> [JSONValue] {
        let result = text.withUnsafeBufferPointer { buffer in
            Result<[JSONValue], JSONError> { () throws(JSONError) in
                var composer = YAMLComposer(YAMLReader(buffer), booleans: booleans)
                return try composer.documents()
            }
        }
        switch result {
        case .success(let documents): return documents
        case .failure(let error):
            // A few spellings of JSON are none of libyaml's: surrogate pairs as \u escapes, tabs for indentation.
            guard error.code == .syntax, isJSON(text), let document = try? JSONValue.parse(text) else { throw error }
            return [document]
        }
    }

    package static func parse(_ text: String) throws(JSONError) -> [JSONValue] { try parse(Array(text.utf8)) }

    /// Reads a text that holds one document.
    ///
    /// - Throws: as `parse`, and where there is none or more than one.
    package static func parseDocument(_ text: [UInt8]) throws(JSONError) -> JSONValue {
        let documents = try parse(text)
        guard let document = documents.first, documents.count == 1 else {
            let found = documents.isEmpty ? "no document" : "\(documents.count) documents"
            throw JSONError(.syntax, "expected one YAML document, found \(found)")
        }
        return document
    }

    private static func isJSON(_ text: [UInt8]) -> Bool {
        guard let first = text.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}
