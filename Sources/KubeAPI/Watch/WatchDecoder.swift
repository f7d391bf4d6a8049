/// Turns the bytes of a watch, or of a page of a list, into events as they arrive; split anywhere.
///
/// ```swift
/// try decoder.append(bytes)
/// while let event = try decoder.next() { … }
/// ```
///
/// Not `Sendable`: it belongs to whoever takes the bytes.
package struct WatchDecoder: ~Copyable {
    package enum Change: Sendable, Hashable { case added, modified, deleted }

    /// What tells an object from others. The object itself is read with `withObject`.
    package struct Identity: Sendable, Hashable {
        package var key: ObjectKey
        package var uid: String
        package var resourceVersion: String

        package init(key: ObjectKey, uid: String, resourceVersion: String) {
            self.key = key
            self.uid = uid
            self.resourceVersion = resourceVersion
        }
    }

    package enum Event: Sendable, Hashable {
        case change(Change, Identity)
        /// `endsInitialEvents`: all that WatchList sends first has been sent.
        case bookmark(resourceVersion: String, endsInitialEvents: Bool)
        /// The server ended the watch with a `Status`.
        case failure(StatusSummary)
    }

    /// The end of a page.
    package struct Page: Sendable, Hashable {
        package var resourceVersion: String
        package var continueToken: String?

        package init(resourceVersion: String, continueToken: String? = nil) {
            self.resourceVersion = resourceVersion
            self.continueToken = continueToken
        }
    }

    private var stream: ObjectStream
    private let isList: Bool

    /// - Parameter limit: the largest object in bytes; etcd's own limit leaves objects of a few megabytes.
    package static func watch(_ type: ResourceType, limit: Int = 32 << 20) -> WatchDecoder {
        WatchDecoder(stream: ObjectStream(form: .watch, type: type, limit: limit), isList: false)
    }

    /// Items of the page come as `.added`.
    package static func list(_ type: ResourceType, limit: Int = 32 << 20) -> WatchDecoder {
        WatchDecoder(stream: ObjectStream(form: .list, type: type, limit: limit), isList: true)
    }

    private init(stream: consuming ObjectStream, isList: Bool) {
        self.stream = stream
        self.isList = isList
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(WatchDecodingError) {
        try stream.append(bytes)
    }

    /// The next complete event; `nil` when more bytes are needed.
    package mutating func next() throws(WatchDecodingError) -> Event? {
        guard let record = try stream.next() else { return nil }
        switch record.kind {
        case .added, .item: return .change(.added, try identity(record))
        case .modified: return .change(.modified, try identity(record))
        case .deleted: return .change(.deleted, try identity(record))
        case .bookmark:
            return .bookmark(
                resourceVersion: record.resourceVersion,
                endsInitialEvents: object()["metadata"]?["annotations"]?["k8s.io/initial-events-end"] == "true")
        case .error: return .failure(StatusSummary(object()))
        }
    }

    /// The text of the object of the last `.change`: compact, with its type, without `managedFields`.
    package mutating func withObject<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        stream.withCompactObject(body)
    }

    /// The end of a list's body.
    ///
    /// - Throws: where the list is cut short, or lacks what a list must have.
    package mutating func finishPage() throws(WatchDecodingError) -> Page {
        guard isList, !stream.isPartial else { throw WatchDecodingError(.syntax, "the list is cut short") }
        guard let envelope = try? JSONValue.parse(stream.envelope), let metadata = envelope["metadata"],
            let version = metadata["resourceVersion"]?.string, !version.isEmpty
        else { throw WatchDecodingError(.unexpected, "the answer is no list with a resourceVersion") }
        let token = metadata["continue"]?.string ?? ""
        return Page(resourceVersion: version, continueToken: token.isEmpty ? nil : token)
    }

    private func identity(_ record: ObjectStream.Record) throws(WatchDecodingError) -> Identity {
        guard !record.key.name.isEmpty else { throw WatchDecodingError(.unexpected, "an object has no name") }
        return Identity(key: record.key, uid: record.uid, resourceVersion: record.resourceVersion)
    }

    private mutating func object() -> JSONValue {
        stream.withCompactObject { (try? JSONValue.parse(Array($0))) ?? .null }
    }
}

/// What matters of a `Status`: why a request or a watch failed.
package struct StatusSummary: Sendable, Hashable, CustomStringConvertible {
    package var code: Int
    package var reason: String
    package var message: String
    package var retryAfter: Duration?

    package init(code: Int, reason: String = "", message: String = "", retryAfter: Duration? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
    }

    package init(_ status: JSONValue) {
        code = Int(status["code"]?.integer ?? 0)
        reason = status["reason"]?.string ?? ""
        message = status["message"]?.string ?? ""
        if let seconds = status["details"]?["retryAfterSeconds"]?.integer, seconds > 0 {
            retryAfter = .seconds(seconds)
        }
        // Proxies and older servers name the reason only.
        if code == 0, ["Expired", "Gone"].contains(reason) { code = 410 }
    }

    /// `410 Expired: too old resource version: 5 (900)`.
    package var description: String {
        [reason.isEmpty ? "\(code)" : "\(code) \(reason)", message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
