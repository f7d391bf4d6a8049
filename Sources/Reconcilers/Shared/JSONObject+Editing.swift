internal import KubeAPI

// Edits of what a user wrote and the API server has yet to check. A field that is not of the type that it should be is
// left as it is: the API server's refusal says it better than a guess would.
extension JSONObject {
    /// Changes an object below `key`, which is made where there is none.
    mutating func edit(object key: String, _ change: (inout JSONObject) -> Void) {
        switch self[key] ?? .null {
        case .null:
            var fields = JSONObject()
            change(&fields)
            if !fields.isEmpty { self[key] = .object(fields) }
        case .object(var fields):
            change(&fields)
            self[key] = .object(fields)
        default: break
        }
    }

    /// Changes a list below `key`, which is made where there is none and something is added.
    mutating func edit(list key: String, _ change: (inout [JSONValue]) -> Void) {
        switch self[key] ?? .null {
        case .null:
            var elements: [JSONValue] = []
            change(&elements)
            if !elements.isEmpty { self[key] = .array(elements) }
        case .array(var elements):
            change(&elements)
            self[key] = .array(elements)
        default: break
        }
    }

    /// Changes every object of a list below `key`; the list is not made.
    mutating func edit(eachOf key: String, _ change: (Int, inout JSONObject) -> Void) {
        guard self[key]?.array != nil else { return }
        edit(list: key) { elements in
            for index in elements.indices {
                guard var element = elements[index].object else { continue }
                change(index, &element)
                elements[index] = .object(element)
            }
        }
    }
}
