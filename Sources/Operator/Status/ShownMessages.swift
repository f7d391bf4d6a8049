/// Messages that are on the screen already: a long one is shown once, and referred to after that.
struct ShownMessages {
    /// By the message.
    private var owners: [String: String] = [:]

    /// - Parameter owner: what the message is of; `above` where it stands alone.
    /// - Returns: the message, or `as OWNER` where that is shorter.
    mutating func text(_ message: String, of owner: String) -> String {
        guard let first = owners[message] else {
            owners[message] = owner
            return message
        }
        let reference = "as \(first)"
        return reference.count < message.count ? reference : message
    }
}
