internal import Glibc
internal import Synchronization

/// What a time zone's clocks show, out of the system's zoneinfo. Source: RFC 9636, TZif.
package struct TimeZoneRules: Sendable, Hashable {
    package struct LoadError: Error, Sendable, Hashable { package var message: String }

    /// A stretch of time with one offset.
    package struct Period: Sendable, Hashable {
        /// Seconds east of UTC.
        package var offset: Int64
        /// When it ends; `nil`: never.
        package var end: Int64?
    }

    package static let utc = TimeZoneRules(transitions: [], offsets: [], first: 0, rule: nil)

    let transitions: [Int64]
    /// Beginning with each transition.
    let offsets: [Int64]
    /// Before the first transition.
    let first: Int64
    /// After the last one.
    let rule: PosixTimeZone?

    package func period(at time: Int64) -> Period {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= time { low = middle + 1 } else { high = middle }
        }
        if low == transitions.count, let rule { return rule.period(at: time) }
        return Period(
            offset: low == 0 ? first : offsets[low - 1], end: low < transitions.count ? transitions[low] : nil)
    }
}

extension TimeZoneRules {
    private static let folder = "/usr/share/zoneinfo"
    private static let known = Mutex<[String: TimeZoneRules]>([:])

    /// A zone by its name; files are read once.
    ///
    /// - Throws: `LoadError` that says what to do.
    package static func named(_ name: String) throws(LoadError) -> TimeZoneRules {
        if ["Etc/UTC", "UTC", "Etc/GMT", "GMT"].contains(name) { return utc }
        if let rules = known.withLock({ $0[name] }) { return rules }
        guard !name.contains(".."), !name.hasPrefix("/") else {
            throw LoadError(message: "\"\(name)\" is no time zone; name one such as Europe/Berlin")
        }
        guard let bytes = contents(of: "\(folder)/\(name)") else {
            throw LoadError(
                message: access(folder, F_OK) == 0
                    ? "\"\(name)\" is no time zone; name one such as Europe/Berlin"
                    : "the operator has no time zones (package tzdata); install it or use Etc/UTC")
        }
        guard let rules = TimeZoneRules(tzif: bytes) else {
            throw LoadError(message: "the time zone \"\(name)\" can't be read")
        }
        known.withLock { $0[name] = rules }
        return rules
    }

    private static func contents(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while bytes.count < 1 << 20 {
            let count = read(file, &chunk, chunk.count)
            if count < 0 { return nil }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
        return nil
    }
}

extension TimeZoneRules {
    /// Reads the second, 64-bit block of a TZif file and its footer; `nil` where it is none.
    package init?(tzif bytes: [UInt8]) {
        guard bytes.count >= 44, bytes.starts(with: Array("TZif".utf8)), bytes[4] >= UInt8(ascii: "2") else {
            return nil
        }
        func number(_ at: Int, _ size: Int) -> Int64? {
            guard at >= 0, at + size <= bytes.count else { return nil }
            let raw = bytes[at..<at + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return size == 4 ? Int64(Int32(truncatingIfNeeded: raw)) : Int64(bitPattern: raw)
        }
        // Counts of: UT indicators, standard indicators, leap seconds, transitions, types, characters.
        func counts(_ header: Int) -> [Int]? {
            let numbers = (0..<6).compactMap { number(header + 20 + 4 * $0, 4) }
            guard numbers.count == 6, numbers.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
            return numbers.map(Int.init)
        }
        guard let old = counts(0) else { return nil }
        let header = 44 + old[3] * 5 + old[4] * 6 + old[5] + old[2] * 8 + old[1] + old[0]
        guard let sizes = counts(header), sizes[4] > 0 else { return nil }
        let times = header + 44
        let indices = times + sizes[3] * 8
        let types = indices + sizes[3]
        let end = types + sizes[4] * 6 + sizes[5] + sizes[2] * 12 + sizes[1] + sizes[0]
        guard end <= bytes.count else { return nil }
        let kinds = (0..<sizes[4]).compactMap { number(types + 6 * $0, 4) }
        let which = (0..<sizes[3]).map { Int(bytes[indices + $0]) }
        guard kinds.count == sizes[4], which.allSatisfy(kinds.indices.contains) else { return nil }
        transitions = (0..<sizes[3]).compactMap { number(times + 8 * $0, 8) }
        offsets = which.map { kinds[$0] }
        first = kinds[0]
        let footer = bytes[end...].split(separator: UInt8(ascii: "\n")).first.map {
            String(decoding: $0, as: UTF8.self)
        }
        rule = footer.flatMap(PosixTimeZone.init)
    }
}
