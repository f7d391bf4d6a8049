internal import KubeAPI

/// The text of a node's ledger as it was read: a claim, and a code that says whether the operator wrote it.
package struct SealedClaim: Sendable {
    private static let field = "seal"
    private static let purpose = "node-claim"

    package let claim: NodeClaim
    /// `nil` in the ledgers of operators that knew no seals.
    package let code: String?
    /// Everything that the code is about.
    private let content: String

    /// `nil` where the text is no ledger at all.
    package init?(annotation text: String) {
        guard let fields = try? JSONValue.parse(text).object,
            let claim = try? JSONValueDecoder().decode(NodeClaim.self, from: .object(fields))
        else { return nil }
        self.claim = claim
        code = fields[Self.field]?.string
        var rest = fields
        rest[Self.field] = nil
        // As it stands there, with fields that a newer operator may have added.
        content = Self.text(of: rest)
    }

    /// - Parameter node: UID of the node that the text stands on: a ledger of one node is none of another.
    package func isValid(on node: String, _ seal: Seal) -> Bool {
        code.map { seal.isValid($0, Self.purpose, [node, content]) } ?? false
    }

    /// The annotation's value: equal claims give equal text.
    package static func annotation(_ claim: NodeClaim, on node: String, _ seal: Seal) throws -> String {
        var fields = try JSONValueEncoder().encode(claim).object ?? JSONObject()
        fields[field] = .string(seal.code(purpose, [node, text(of: fields)]))
        return text(of: fields)
    }

    private static func text(of fields: JSONObject) -> String {
        String(decoding: JSONValue.object(fields).canonicalBytes(), as: UTF8.self)
    }
}
