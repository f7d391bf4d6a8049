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
