internal import KubeAPI

extension JSONValue {
    /// An object in the order given; what is `nil` is left out.
    static func compact(_ fields: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(JSONObject(fields.compactMap { key, value in value.map { (key, $0) } }))
    }

    /// An object of strings, sorted so that equal maps give equal text.
    static func strings(_ map: [String: String]) -> JSONValue {
        .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    /// The elements of an array, none where it is something else.
    var elements: [JSONValue] { array ?? [] }
}
