internal import CommandLineInterface

/// Where an endpoint listens.
struct BindAddress: Sendable, Hashable {
    var host: String
    var port: UInt16

    /// `nil` where the flag says `off`.
    static func read(_ arguments: Arguments, _ name: String) throws(UsageError) -> BindAddress? {
        let text = arguments.string(name) ?? "off"
        if text == "off" { return nil }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw UsageError("flag --\(name): \"\(text)\" is no address; write it as 127.0.0.1:8080, :8080 or off")
        }
        let host = text[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
        return BindAddress(host: host.isEmpty ? "0.0.0.0" : String(host), port: port)
    }
}
