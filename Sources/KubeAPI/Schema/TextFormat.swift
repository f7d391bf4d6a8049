/// The formats and patterns of texts. Source: OpenAPI, "Formats"; those that Kubernetes checks.
enum TextFormat {
    /// Whether the text has the format; formats that are not known let everything pass.
    static func isValid(_ text: String, format: String) -> Bool {
        switch format {
        case "date-time": Timestamp(rfc3339: text) != nil
        case "date": Timestamp(rfc3339: text + "T00:00:00Z") != nil
        case "duration": duration.isFound(in: text)
        case "byte": Base64.firstInvalid(text) == nil
        case "ipv4": !text.contains(":") && AddressText.isAddress(text)
        case "ipv6": text.contains(":") && AddressText.isAddress(text)
        case "cidr": AddressText.isRange(text)
        case "hostname": hostname.isFound(in: text)
        case "email": email.isFound(in: text)
        case "uuid", "uuid4", "uuid3", "uuid5": uuid.isFound(in: text)
        case "uri": uri.isFound(in: text)
        default: true
        }
    }

    private static let hostname = LazyExpression(
        #"^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$"#)
    private static let email = LazyExpression(#"^[^@\s]+@[^@\s]+$"#)
    private static let uuid = LazyExpression(
        "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$")
    private static let uri = LazyExpression("^[a-zA-Z][a-zA-Z0-9+.-]*:|^/")
    /// Go's durations, `1h30m`, as well as `1 day`'s kin.
    private static let duration = LazyExpression(
        #"^[-+]?(0|(\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w|days?|hours?|minutes?|seconds?|weeks?))+$"#)
}
