import KubeAPI

/// One column of a kind's `Table`. Source: Kubernetes API concepts, "Receiving resources as Tables".
struct TableColumn: Sendable {
    var name: String
    /// `string`, `integer`, `number`, `boolean` or `date`.
    var type: String
    /// `name` for the first column.
    var format = ""
    var text = ""
    /// Columns above 0 are shown by `kubectl get -o wide` only.
    var priority = 0
    var value: @Sendable (_ object: JSONValue, _ now: Timestamp) -> JSONValue
}
