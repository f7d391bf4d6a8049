import KubeAPI

/// One reason why an object is refused, in the words of kube-apiserver.
///
/// Source: k8s.io/apimachinery, validation/field.
struct FieldError: Error, Sendable, Hashable {
    enum Code: String, Sendable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case notSupported = "FieldValueNotSupported"
        case duplicate = "FieldValueDuplicate"
        case forbidden = "FieldValueForbidden"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case typeInvalid = "FieldValueTypeInvalid"
        case notFound = "FieldValueNotFound"

        fileprivate var words: String {
            switch self {
            case .required: "Required value"
            case .invalid, .typeInvalid: "Invalid value"
            case .notSupported: "Unsupported value"
            case .duplicate: "Duplicate value"
            case .forbidden: "Forbidden"
            case .tooLong: "Too long"
            case .tooMany: "Too many"
            case .notFound: "Not found"
            }
        }
    }

    var code: Code
    var path: PathText
    /// The refused value; not shown for codes that name none.
    var value: JSONValue?
    var detail: String

    init(_ code: Code, _ path: PathText, value: JSONValue? = nil, _ detail: String = "") {
        self.code = code
        self.path = path
        self.value = value
        self.detail = detail
    }

    static func required(_ path: PathText, _ detail: String = "") -> FieldError { FieldError(.required, path, detail) }
    static func invalid(_ path: PathText, _ value: JSONValue, _ detail: String) -> FieldError {
        FieldError(.invalid, path, value: value, detail)
    }
    static func forbidden(_ path: PathText, _ detail: String) -> FieldError { FieldError(.forbidden, path, detail) }
    static func duplicate(_ path: PathText, _ value: JSONValue) -> FieldError {
        FieldError(.duplicate, path, value: value)
    }
    static func notSupported(_ path: PathText, _ value: JSONValue, _ supported: [String]) -> FieldError {
        let list = supported.map { JSONValue.string($0).serializedString() }.joined(separator: ", ")
        return FieldError(.notSupported, path, value: value, "supported values: \(list)")
    }
    static func tooLong(_ path: PathText, _ limit: Int) -> FieldError {
        FieldError(.tooLong, path, "may not be more than \(limit) bytes")
    }
    static func tooMany(_ path: PathText, _ count: Int, _ limit: Int) -> FieldError {
        FieldError(
            .tooMany, path, value: .integer(Int64(count)), "must have at most \(limit) item\(limit == 1 ? "" : "s")")
    }

    /// The message without the field: what stands in a cause.
    var body: String {
        var text = code.words
        if let value { text += ": \(value.serializedString())" }
        if !detail.isEmpty { text += ": \(detail)" }
        return text
    }

    var description: String { path.description.isEmpty ? "<nil>: \(body)" : "\(path): \(body)" }
}

extension PathText {
    /// What the real server writes where it knows no field.
    static let unnamed = PathText("<nil>")
}
