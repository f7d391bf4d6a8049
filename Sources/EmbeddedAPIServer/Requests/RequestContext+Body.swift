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
