internal import KubeAPI
internal import Synchronization

/// Documents about the served kinds, made anew only when a kind comes or goes.
final class DocumentCache: Sendable {
    struct Document: Sendable {
        var revision: Int
        var bytes: [UInt8]
        /// Quoted, for `ETag`.
        var tag: String
    }

    private let documents = Mutex<[String: Document]>([:])

    func document(_ name: String, revision: Int, _ make: () -> [UInt8]) -> Document {
        if let known = documents.withLock({ $0[name] }), known.revision == revision { return known }
        let bytes = make()
        let document = Document(revision: revision, bytes: bytes, tag: "\"\(sha256Hex(bytes).uppercased())\"")
        documents.withLock { $0[name] = document }
        return document
    }
}
