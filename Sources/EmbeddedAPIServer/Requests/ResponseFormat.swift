internal import KubeAPI

/// The form in which a client wants its answer. Source: Kubernetes API concepts, "Alternate representations".
enum ResponseFormat: Sendable, Hashable {
    case json
    case yaml
    /// `meta.k8s.io/v1` or `v1beta1` `Table`.
    case table(version: String)
    case metadata(version: String)

    /// The first acceptable form of an `Accept` header; JSON without one.
    ///
    /// - Throws: `APIFailure` 406 where none is.
    init(accept: String?, allowsConversion: Bool = true) throws {
        guard let accept, !accept.isEmpty else {
            self = .json
            return
        }
        for type in accept.split(separator: ",").map(MediaType.init) {
            if let format = Self.format(type, allowsConversion: allowsConversion) {
                self = format
                return
            }
        }
        var failure = APIFailure(
            406, "NotAcceptable",
            "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
                + "application/vnd.kubernetes.protobuf, application/json;stream=watch, "
                + "application/vnd.kubernetes.protobuf;stream=watch")
        failure.hasDetails = true
        throw failure
    }

    var contentType: String { self == .yaml ? "application/yaml" : "application/json" }

    private static func format(_ type: MediaType, allowsConversion: Bool) -> ResponseFormat? {
        switch type.name {
        case "*/*", "application/*": return .json
        case "application/yaml": return .yaml
        case "application/json": break
        default: return nil
        }
        guard let kind = type.parameters["as"] else { return .json }
        guard allowsConversion, type.parameters["g"] == "meta.k8s.io", let version = type.parameters["v"],
            ["v1", "v1beta1"].contains(version)
        else { return nil }
        switch kind {
        case "Table": return .table(version: version)
        case "PartialObjectMetadata", "PartialObjectMetadataList": return .metadata(version: version)
        default: return nil
        }
    }
}

/// A media type with its parameters, from `Accept` or `Content-Type`.
struct MediaType: Sendable, Hashable {
    var name: String
    var parameters: [String: String] = [:]

    init(_ text: some StringProtocol) {
        let parts = text.split(separator: ";").map { $0.trimmingSpaces() }
        name = parts.first?.lowercased() ?? ""
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { parameters[pair[0].trimmingSpaces()] = pair[1].trimmingSpaces() }
        }
    }
}

extension StringProtocol {
    func trimmingSpaces() -> String {
        let start = self.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
