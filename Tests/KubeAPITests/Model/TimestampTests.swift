internal import Testing

@testable import KubeAPI

@Suite struct TimestampTests {
    @Test(
        "RFC 3339 is read with any offset and fraction",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0), ("2026-01-31T09:05:00Z", 1_769_850_300, 0),
            ("2026-01-31T10:05:00+01:00", 1_769_850_300, 0), ("2026-01-31T04:35:00-04:30", 1_769_850_300, 0),
            ("2026-01-31T09:05:00.5Z", 1_769_850_300, 500_000_000),
            ("2026-01-31T09:05:00.123456789Z", 1_769_850_300, 123_456_789),
            ("2026-01-31T09:05:00.1234567899Z", 1_769_850_300, 123_456_789),
            ("2024-02-29T23:59:59Z", 1_709_251_199, 0), ("2000-02-29T00:00:00Z", 951_782_400, 0),
            ("1969-12-31T23:59:59Z", -1, 0), ("1969-12-31T23:59:59.25Z", -1, 250_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800, 0), ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
            ("2026-01-31t09:05:00z", 1_769_850_300, 0),
        ] as [(String, Int64, Int32)])
    func reading(text: String, seconds: Int64, nanoseconds: Int32) {
        #expect(Timestamp(rfc3339: text) == Timestamp(secondsSinceEpoch: seconds, nanoseconds: nanoseconds))
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "now", "2026-01-31", "2026-01-31T09:05:00", "2026-01-31 09:05:00Z", "2026-1-31T09:05:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
            "2026-06-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z",
            "2026-01-31T09:05:60Z", "2026-01-31T09:05:00.Z", "2026-01-31T09:05:00.5", "2026-01-31T09:05:00+1:00",
            "2026-01-31T09:05:00+01:0", "2026-01-31T09:05:00+99:00", "2026-01-31T09:05:00+01:60",
            "2026-01-31T09:05:00Zx", "2026-01-31T09:05:00ZZ", "２026-01-31T09:05:00Z", "-026-01-31T09:05:00Z",
        ])
    func refusal(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(
        "Times are written in UTC",
        arguments: [
            (0, 0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
            (1_769_850_300, 123_456_789, "2026-01-31T09:05:00Z", "2026-01-31T09:05:00.123456Z"),
            (-1, 5000, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000005Z"),
            (-62_135_596_800, 0, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
        ] as [(Int64, Int32, String, String)])
    func writing(seconds: Int64, nanoseconds: Int32, want: String, wantMicro: String) {
        let time = Timestamp(secondsSinceEpoch: seconds, nanoseconds: nanoseconds)
        #expect(time.rfc3339 == want)
        #expect(time.rfc3339Micro == wantMicro)
    }

    @Test("Every day of eight centuries reads back", arguments: 0..<8)
    func days(century: Int) {
        for day in stride(from: century * 36525, to: (century + 1) * 36525, by: 1) {
            let time = Timestamp(secondsSinceEpoch: Int64(day - 100_000) * 86400 + 86399)
            guard Timestamp(rfc3339: time.rfc3339) == time else {
                Issue.record("\(time.rfc3339) does not read back")
                return
            }
        }
    }

    @Test(
        "Durations are added and taken across whole seconds",
        arguments: [
            (0, 500_000_000, .milliseconds(600), 1, 100_000_000),
            (0, 100_000_000, .milliseconds(-200), -1, 900_000_000),
            (10, 0, .seconds(-11), -1, 0), (0, 0, .milliseconds(-1), -1, 999_000_000), (5, 7, .zero, 5, 7),
            (0, 0, .milliseconds(-1500), -2, 500_000_000),
        ] as [(Int64, Int32, Duration, Int64, Int32)])
    func arithmetic(seconds: Int64, nanoseconds: Int32, duration: Duration, wantSeconds: Int64, wantNanoseconds: Int32)
    {
        let start = Timestamp(secondsSinceEpoch: seconds, nanoseconds: nanoseconds)
        let end = Timestamp(secondsSinceEpoch: wantSeconds, nanoseconds: wantNanoseconds)
        #expect(start + duration == end)
        #expect(end - start == duration)
        #expect((start < end) == (duration > .zero))
    }

    @Test("In JSON a time has whole seconds and a micro time six decimals")
    func coding() throws {
        let time = Timestamp(secondsSinceEpoch: 1_769_850_300, nanoseconds: 123_456_789)
        #expect(try JSONValueEncoder().encode([time]) == ["2026-01-31T09:05:00Z"])
        #expect(try JSONValueEncoder().encode([MicroTime(time)]) == ["2026-01-31T09:05:00.123456Z"])
        let whole = MicroTime(Timestamp(secondsSinceEpoch: 1_769_850_300))
        #expect(try JSONValueEncoder().encode([whole]) == ["2026-01-31T09:05:00.000000Z"])
        let read = try JSONValueDecoder().decode([MicroTime].self, from: ["2026-01-31T09:05:00.123456Z"])
        #expect(read == [MicroTime(time)])
        let error = #expect(throws: JSONError.self) {
            try JSONValueDecoder().decode([String: [Timestamp]].self, from: ["at": ["soon"]])
        }
        #expect(error?.description == "at[0]: \"soon\" is not a time as in 2026-01-31T09:05:00Z")
    }
}
