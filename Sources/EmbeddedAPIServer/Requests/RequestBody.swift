internal import KubeAPI

extension RequestContext {
    /// The object of a create or an update.
    ///
    /// - Throws: `APIFailure` 400 and 415.
    func body() throws -> JSONValue {
        let type = MediaType(request.header("Content-Type") ?? "application/json").name
        switch type {
        case "application/json", "": return try json()
        case "application/yaml": return try yaml()
        case "application/vnd.kubernetes.protobuf" where !definition.isCustom: return try request.protobuf()
        default:
            throw APIFailure.unsupportedMediaType(
                accepted: definition.isCustom
                    ? "application/json, application/yaml"
                    : "application/json, application/yaml, application/vnd.kubernetes.protobuf")
        }
    }

    /// The document of a patch.
    func patchDocument() throws -> JSONValue {
        do {
            return try JSONValue.parse(request.body)
        } catch {
            throw APIFailure.badRequest("error decoding patch: \(Self.goMessage(request.body))")
        }
    }

    /// Server-side apply takes YAML, of which JSON is a part.
    func yaml() throws -> JSONValue {
        do {
            return try YAML.parseDocument(request.body)
        } catch {
            throw APIFailure.badRequest("error decoding YAML: \(error)")
        }
    }

    private func json() throws -> JSONValue {
        do {
            let value = try JSONValue.parse(request.body)
            if fieldValidation == .strict, let field = DuplicateField.first(in: request.body) {
                throw APIFailure.badRequest(
                    "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): strict decoding "
                        + "error: duplicate field \"\(field)\"")
            }
            return value
        } catch is JSONError {
            let text = request.body.isEmpty ? "<empty>" : String(decoding: request.body, as: UTF8.self)
            throw APIFailure.badRequest(
                "the object provided is unrecognized (must be of type \(type.kind)): couldn't get version/kind; json "
                    + "parse error: \(Self.goMessage(request.body)) (\(text))")
        }
    }

    /// What Go says of broken JSON, in the two cases that clients meet.
    private static func goMessage(_ body: [UInt8]) -> String {
        switch body.first {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["): "unexpected end of JSON input"
        case let byte?: "invalid character '\(Character(Unicode.Scalar(byte)))' looking for beginning of value"
        }
    }
}

extension HTTPServerRequest {
    /// - Throws: `APIFailure` 415 for kinds and fields that are not read in this form.
    func protobuf() throws -> JSONValue {
        do {
            return try ProtobufObject.parse(body)
        } catch {
            throw APIFailure(415, "UnsupportedMediaType", error.message)
        }
    }
}

/// Finds a key that stands twice in one object; the parser itself keeps the last one.
enum DuplicateField {
    /// The path of the first such key, as `metadata.labels.a`; `nil` for a document without, or that is no JSON.
    static func first(in bytes: [UInt8]) -> String? {
        var scanner = Scanner(bytes: bytes)
        return scanner.value("")
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        mutating func value(_ path: String) -> String? {
            skipSpace()
            switch peek {
            case UInt8(ascii: "{"): return object(path)
            case UInt8(ascii: "["): return array(path)
            case UInt8(ascii: "\""):
                _ = string()
                return nil
            default:
                while let byte = peek, !Self.ends.contains(byte) { position += 1 }
                return nil
            }
        }

        private static let ends = Set(",]}".utf8)

        private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func skipSpace() {
            while let byte = peek, byte <= 0x20 { position += 1 }
        }

        private mutating func object(_ path: String) -> String? {
            var keys: Set<String> = []
            position += 1
            while true {
                skipSpace()
                guard peek == UInt8(ascii: "\""), let key = string() else {
                    position += 1
                    return nil
                }
                let child = path.isEmpty ? key : "\(path).\(key)"
                guard keys.insert(key).inserted else { return child }
                skipSpace()
                position += 1
                if let found = value(child) { return found }
                skipSpace()
                guard peek == UInt8(ascii: ",") else {
                    position += 1
                    return nil
                }
                position += 1
            }
        }

        private mutating func array(_ path: String) -> String? {
            position += 1
            var index = 0
            while let byte = peek, byte != UInt8(ascii: "]") {
                if let found = value("\(path)[\(index)]") { return found }
                skipSpace()
                if peek == UInt8(ascii: ",") { position += 1 }
                skipSpace()
                index += 1
            }
            position += 1
            return nil
        }

        private mutating func string() -> String? {
            position += 1
            let start = position
            while let byte = peek, byte != UInt8(ascii: "\"") {
                position += byte == UInt8(ascii: "\\") ? 2 : 1
            }
            defer { position += 1 }
            guard position <= bytes.count else { return nil }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
    }
}
