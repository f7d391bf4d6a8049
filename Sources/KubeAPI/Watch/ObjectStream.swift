internal import CSimdJSON

/// Splits the body of a list or watch into objects, without building JSON values.
///
/// Not `Sendable`: it belongs to whoever takes the bytes.
struct ObjectStream: ~Copyable {
    enum Form { case watch, list }

    enum Kind: Int32 {
        case added = 1
        case modified, deleted, bookmark, error, item
    }

    /// The fields of an object that tell it from others. Empty where they are missing.
    struct Record {
        var kind: Kind
        var key: ObjectKey
        var uid: String
        var resourceVersion: String
    }

    private let stream: OpaquePointer
    private var record = qm_record()
    /// Neighbours mostly share their namespace, so that its text is kept once.
    private var lastNamespace = ""

    init(form: Form, type: ResourceType, limit: Int) {
        var fields = Array("\"apiVersion\":".utf8)
        fields += JSONValue.string(type.apiVersion).serialized()
        fields += Array(",\"kind\":".utf8)
        fields += JSONValue.string(type.kind).serialized()
        let form = Int32(form == .list ? QM_FORM_LIST : QM_FORM_WATCH)
        guard let stream = qm_object_stream_create(form, limit, fields, fields.count) else {
            fatalError("out of memory: no object stream")
        }
        self.stream = stream
    }

    deinit {
        qm_object_stream_destroy(stream)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(WatchDecodingError) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        try check(qm_object_stream_append(stream, base, bytes.count))
    }

    mutating func next() throws(WatchDecodingError) -> Record? {
        let code = qm_object_stream_next(stream, &record)
        try check(code)
        guard code == 1, let kind = Kind(rawValue: record.kind) else { return nil }
        let namespace = text(record.namespace_)
        if namespace != lastNamespace { lastNamespace = namespace }
        return Record(
            kind: kind, key: ObjectKey(namespace: lastNamespace, name: text(record.name)), uid: text(record.uid),
            resourceVersion: text(record.resource_version))
    }

    /// The object of the last record: compact, with its type, without `managedFields`.
    mutating func withCompactObject<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let bytes = qm_object_stream_compact(stream)
        guard bytes.start != nil else { fatalError("out of memory: no room for an object") }
        return body(UnsafeBufferPointer(start: bytes.start, count: bytes.count))
    }

    /// Of a list: everything but its items.
    var envelope: [UInt8] {
        let bytes = qm_object_stream_envelope(stream)
        return Array(UnsafeBufferPointer(start: bytes.start, count: bytes.count))
    }

    /// True while a line, an item or a list has begun and not ended.
    var isPartial: Bool { qm_object_stream_is_partial(stream) == 1 }

    private func text(_ bytes: qm_bytes) -> String {
        let utf8 = UnsafeBufferPointer(start: bytes.start, count: bytes.count)
        guard utf8.contains(UInt8(ascii: "\\")) else { return String(decoding: utf8, as: UTF8.self) }
        // Rare enough (a ClusterRole may be named `a<b`, which Go writes escaped) to take the long way.
        let quoted = [UInt8(ascii: "\"")] + utf8 + [UInt8(ascii: "\"")]
        return (try? JSONValue.parse(quoted))?.string ?? ""
    }

    private func check(_ code: Int32) throws(WatchDecodingError) {
        guard code < 0 else { return }
        switch Int(code) {
        case Int(QM_STREAM_TOO_LARGE): throw WatchDecodingError(.tooLarge, "an object is larger than allowed")
        case Int(QM_STREAM_OUT_OF_MEMORY): throw WatchDecodingError(.tooLarge, "no memory for the stream")
        case Int(QM_STREAM_UNEXPECTED): throw WatchDecodingError(.unexpected, "neither an event nor a list item")
        default:
            throw WatchDecodingError(.syntax, "not JSON: \(String(cString: qm_json_error_message(-code)))")
        }
    }
}

/// Why a stream of objects could not be read on.
package struct WatchDecodingError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable {
        case syntax
        /// JSON of another shape.
        case unexpected
        /// An object beyond the limit.
        case tooLarge
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// Finds single fields in stored documents.
enum JSONFinder {
    /// What must be readable behind a document.
    static let padding = 64

    /// The text of the value at a path of field names; `nil` where there is none.
    ///
    /// `bytes` is valid JSON with `padding` readable bytes behind it.
    static func find(_ path: [StaticString], in bytes: UnsafeBufferPointer<UInt8>) -> UnsafeRawBufferPointer? {
        guard let base = bytes.baseAddress else { return nil }
        let names = path.map { Optional(UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)) }
        var value = qm_bytes()
        guard qm_json_find(base, bytes.count, names, names.count, &value) == 1 else { return nil }
        return UnsafeRawBufferPointer(start: value.start, count: value.count)
    }
}
