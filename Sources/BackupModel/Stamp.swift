package import KubeAPI

/// The name of an artifact: the second in which its run began, in UTC, as in `20260131T020000Z`.
///
/// Stamps sort as the times that they stand for.
package struct Stamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let time: Timestamp
    package let description: String

    /// - Parameter time: its fraction of a second is dropped.
    package init(_ time: Timestamp) {
        self.time = Timestamp(secondsSinceEpoch: time.secondsSinceEpoch)
        description = String(self.time.rfc3339.filter { $0 != "-" && $0 != ":" })
    }

    /// `nil` where the text is no stamp, or names a day that is in no calendar.
    package init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 16, digits[8] == UInt8(ascii: "T"), digits[15] == UInt8(ascii: "Z") else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        let written =
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
        guard let time = Timestamp(rfc3339: written), time.rfc3339 == written else { return nil }
        self.init(time)
    }

    package static func < (left: Stamp, right: Stamp) -> Bool { left.time < right.time }

    /// As programs with a calendar of their own want it: `2026-01-31 02:00:00`.
    package var spoken: String { String(time.rfc3339.dropLast()).replacing("T", with: " ") }
}
