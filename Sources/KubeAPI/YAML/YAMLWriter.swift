internal import CYAML

extension YAML {
    /// The documents as text in block style, separated by `---`; fields keep their order.
    ///
    /// What is written reads back as the same value: strings that would mean something else without quotes have them,
    /// strings of several lines are literal blocks. An infinite number is `null`, as in JSON.
    package static func write(_ documents: [JSONValue]) -> String {
        var writer = YAMLWriter()
        for document in documents { writer.document(document) }
        return writer.finish()
    }

    package static func write(_ document: JSONValue) -> String { write([document]) }
}

/// libyaml's emitter. Its calls fail only without memory: what it is told is always well-formed.
private struct YAMLWriter: ~Copyable {
    private let writer: OpaquePointer
    private var isFirst = true

    init() {
        guard let writer = qm_yaml_writer_create() else { fatalError("out of memory: no YAML writer") }
        self.writer = writer
    }

    deinit { qm_yaml_writer_destroy(writer) }

    mutating func document(_ value: JSONValue) {
        check(qm_yaml_writer_begin_document(writer, isFirst ? 1 : 0))
        isFirst = false
        node(value)
        check(qm_yaml_writer_end_document(writer))
    }

    mutating func finish() -> String {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        check(qm_yaml_writer_finish(writer, &bytes, &count))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    private func node(_ value: JSONValue) {
        switch value {
        case .null, .bool, .integer, .number: scalar(value.serializedString(), QM_YAML_PLAIN)
        case .string(let text): scalar(text, Self.style(of: text))
        case .array(let elements):
            check(qm_yaml_writer_begin_sequence(writer))
            for element in elements { node(element) }
            check(qm_yaml_writer_end_sequence(writer))
        case .object(let fields):
            check(qm_yaml_writer_begin_mapping(writer))
            for (key, value) in fields {
                let style = Self.style(of: key)
                scalar(key, style == QM_YAML_LITERAL ? QM_YAML_DOUBLE_QUOTED : style)
                node(value)
            }
            check(qm_yaml_writer_end_mapping(writer))
        }
    }

    private func scalar(_ text: String, _ style: qm_yaml_style) {
        var text = text
        let result = text.withUTF8 { qm_yaml_writer_scalar(writer, $0.baseAddress, $0.count, Int32(style.rawValue)) }
        check(result)
    }

    /// `PLAIN` leaves single quotes to libyaml, which knows what syntax needs them.
    private static func style(of text: String) -> qm_yaml_style {
        if text.utf8.contains(UInt8(ascii: "\n")) {
            return canBeLiteral(text) ? QM_YAML_LITERAL : QM_YAML_DOUBLE_QUOTED
        }
        return hasForeignBreak(text) || YAMLScalar.needsQuotes(text) ? QM_YAML_DOUBLE_QUOTED : QM_YAML_PLAIN
    }

    /// Only text that every reader gives back unchanged: libyaml's rarer block headers are not understood by all.
    private static func canBeLiteral(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "\n"), first != UInt8(ascii: " "), first != 0x09,
            !hasForeignBreak(text)
        else { return false }
        var previous = first
        for byte in text.utf8 {
            let isControl = byte < 0x20 && byte != UInt8(ascii: "\n") && byte != 0x09
            let endsLineWithSpace = byte == UInt8(ascii: "\n") && (previous == UInt8(ascii: " ") || previous == 0x09)
            if isControl || endsLineWithSpace { return false }
            previous = byte
        }
        return previous != UInt8(ascii: " ") && previous != 0x09
    }

    /// Line breaks of YAML 1.1 that are none in 1.2, and the byte-order mark.
    private static func hasForeignBreak(_ text: String) -> Bool {
        text.unicodeScalars.contains { ["\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}"].contains($0) }
    }

    private func check(_ result: Int32) {
        precondition(result == 1, "libyaml's emitter has failed")
    }
}
