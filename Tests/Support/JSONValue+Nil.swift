package import KubeAPI

/// In tests `nil` may stand for JSON's null. Not in the sources: there `isGone ? nil : value` would quietly become
/// `.null` where a missing field is meant.
extension JSONValue: ExpressibleByNilLiteral {
    package init(nilLiteral: ()) { self = .null }
}
