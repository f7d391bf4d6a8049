// Names of children that are not in the place, or not of the form, of their owner's.
extension ChildName {
    /// As `joined`, for a child that is not in its owner's namespace: objects of two namespaces can have one name, so
    /// both and a hash of both are in it.
    package static func outside(_ namespace: String, _ owner: String, _ part: String) -> String {
        let hash = stableHash("\(namespace)/\(owner)/\(part)")
        return "\(cut("\(namespace)-\(owner)", to: labelValueLimit - part.utf8.count - 10))-\(part)-\(hash)"
    }

    /// As `joined`, as the name of a Service: without dots, and with a letter first. Source: RFC 1035.
    package static func service(_ owner: String, _ part: String) -> String {
        let name = joined(owner, part)
        let isLabel = name.first?.isNumber == false && !name.contains(".")
        guard !isLabel else { return name }
        let plain = owner.split(separator: ".").joined(separator: "-")
        return "s-\(cut(plain, to: limit - part.utf8.count - 12))-\(part)-\(stableHash("\(owner)/\(part)"))"
    }
}
