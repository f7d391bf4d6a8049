/// Names of children that stay within the limits of what is derived from them.
package enum ChildName {
    /// The longest name of a child of a pool: KEDA's autoscaler `keda-hpa-<name>` must fit 63 characters.
    package static let limit = 54
    /// The longest value of a label.
    package static let labelValueLimit = 63

    /// `<owner>-<part>`; where that is too long, the owner is cut and a hash of both ends the name, so that the same
    /// pair always gives the same name and different pairs give different ones.
    ///
    /// - Parameters:
    ///   - part: Must leave room for some of the owner: at most 32 characters.
    ///   - limit: the longest name; that of a pool's child where nothing is said.
    package static func joined(_ owner: String, _ part: String, limit: Int = limit) -> String {
        let whole = "\(owner)-\(part)"
        // A slash cannot be in a name: "a-b" + "c" and "a" + "b-c" get different hashes.
        return whole.utf8.count <= limit
            ? whole : "\(cut(owner, to: limit - part.utf8.count - 10))-\(part)-\(stableHash("\(owner)/\(part)"))"
    }

    /// A name as the value of a label: the name itself wherever it fits.
    package static func labelValue(_ name: String) -> String {
        name.utf8.count <= labelValueLimit ? name : "\(cut(name, to: labelValueLimit - 9))-\(stableHash(name))"
    }

    static func cut(_ name: String, to length: Int) -> Substring {
        var head = name.prefix(length)
        // Names of objects may hold dots; a dot or a dash before the next dash would be no name.
        while let last = head.last, last == "-" || last == "." { head.removeLast() }
        return head
    }

    /// Eight characters that depend on nothing but the text: FNV-1a, 64 bits folded to 40, in base 32.
    static func stableHash(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = Array("abcdefghijklmnopqrstuvwxyz234567")
        var folded = (hash ^ (hash >> 40)) & 0xff_ffff_ffff
        var result = ""
        for _ in 0..<8 {
            result.append(digits[Int(folded & 31)])
            folded >>= 5
        }
        return result
    }
}

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
