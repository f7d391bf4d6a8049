/// Sizes for people.
package enum ByteCount {
    /// `512`, `1.5Ki`, `12.0Mi`.
    package static func text(_ bytes: Int64) -> String {
        var value = Double(bytes)
        var unit = ""
        for next in ["Ki", "Mi", "Gi", "Ti", "Pi"] where value >= 1024 {
            value /= 1024
            unit = next
        }
        guard !unit.isEmpty else { return "\(bytes)" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)\(unit)"
    }
}

extension Int {
    /// `1 node`, `2 nodes`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension [String] {
    /// The first few of them: a message has an end.
    var listed: String { count > 5 ? prefix(5).joined(separator: ", ") + ", …" : joined(separator: ", ") }
}
