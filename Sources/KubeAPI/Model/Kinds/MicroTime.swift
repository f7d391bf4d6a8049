/// A time that is always written with six decimals: the API server refuses a `MicroTime` without them.
package struct MicroTime: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package var time: Timestamp

    /// What is finer than a microsecond is cut, so that a time equals itself after it was written.
    package init(_ time: Timestamp) {
        self.time = Timestamp(
            secondsSinceEpoch: time.secondsSinceEpoch, nanoseconds: time.nanoseconds / 1000 * 1000)
    }

    package init(from decoder: any Decoder) throws { self.init(try Timestamp(from: decoder)) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(time.rfc3339Micro)
    }

    package static func < (left: MicroTime, right: MicroTime) -> Bool { left.time < right.time }

    package var description: String { time.rfc3339Micro }
}
