/// The text of a `Warning` header: `299 - "unknown field \"spec.foo\""`. Source: RFC 7234, 5.5.
///
/// - Returns: `nil` for other codes and for what is no such header; kube-apiserver sends 299 only.
func warningText(_ header: String) -> String? {
    let fields = header.split(separator: " ", maxSplits: 2)
    guard fields.count == 3, fields[0] == "299", fields[2].hasPrefix("\"") else { return nil }
    var text = ""
    var isEscaped = false
    for character in fields[2].dropFirst() {
        if isEscaped {
            text.append(character)
            isEscaped = false
        } else if character == "\\" {
            isEscaped = true
        } else if character == "\"" {
            return APIError.oneLine(text)
        } else {
            text.append(character)
        }
    }
    return nil
}
