internal import CYAML

/// A place in a text, counted from 1.
struct YAMLMark: Sendable, Hashable {
    var line: Int
    var column: Int

    func error(_ code: JSONError.Code, _ message: String) -> JSONError {
        JSONError(code, "line \(line), column \(column): \(message)")
    }
}

/// What stands at one place of the text.
enum YAMLEvent {
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(text: String, tag: String?, isPlain: Bool, anchor: String?)
    case sequenceStart(anchor: String?)
    case sequenceEnd
    case mappingStart(anchor: String?)
    case mappingEnd
}

/// libyaml's parser. The text that it is given must outlive it.
struct YAMLReader: ~Copyable {
    private let reader: OpaquePointer

    init(_ text: UnsafeBufferPointer<UInt8>) {
        // libyaml wants an address also for no bytes; it reads none of them.
        let base = text.baseAddress.map { UnsafePointer($0) } ?? UnsafePointer(bitPattern: 1)
        guard let reader = qm_yaml_reader_create(base, text.count) else { fatalError("out of memory: no YAML reader") }
        self.reader = reader
    }

    deinit { qm_yaml_reader_destroy(reader) }

    mutating func next() throws(JSONError) -> (event: YAMLEvent, mark: YAMLMark) {
        var event = qm_yaml_event()
        var problem = qm_yaml_problem()
        guard qm_yaml_reader_next(reader, &event, &problem) == 1 else { throw Self.error(problem) }
        let mark = YAMLMark(line: event.line, column: event.column)
        let anchor = event.anchor.map { String(cString: $0) }
        switch event.kind {
        case Int32(QM_YAML_DOCUMENT_START.rawValue): return (.documentStart, mark)
        case Int32(QM_YAML_DOCUMENT_END.rawValue): return (.documentEnd, mark)
        case Int32(QM_YAML_ALIAS.rawValue): return (.alias(anchor ?? ""), mark)
        case Int32(QM_YAML_SCALAR.rawValue):
            let bytes = UnsafeBufferPointer(start: event.value, count: event.value_length)
            let tag = event.tag.map { String(cString: $0) }
            let text = String(decoding: bytes, as: UTF8.self)
            return (.scalar(text: text, tag: tag, isPlain: event.is_plain != 0, anchor: anchor), mark)
        case Int32(QM_YAML_SEQUENCE_START.rawValue): return (.sequenceStart(anchor: anchor), mark)
        case Int32(QM_YAML_SEQUENCE_END.rawValue): return (.sequenceEnd, mark)
        case Int32(QM_YAML_MAPPING_START.rawValue): return (.mappingStart(anchor: anchor), mark)
        case Int32(QM_YAML_MAPPING_END.rawValue): return (.mappingEnd, mark)
        default: return (.streamEnd, mark)
        }
    }

    /// libyaml's messages name no content of the text.
    private static func error(_ problem: qm_yaml_problem) -> JSONError {
        let what = [problem.context, problem.problem].compactMap { $0.map { String(cString: $0) } }
            .joined(separator: ": ")
        guard problem.line > 0 else { return JSONError(.syntax, "byte \(problem.offset + 1): \(what)") }
        return YAMLMark(line: problem.line, column: problem.column).error(.syntax, what)
    }
}
