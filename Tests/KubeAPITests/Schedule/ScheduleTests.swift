import Testing

@testable import KubeAPI

@Suite("Schedules")
struct ScheduleTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    private func runs(_ schedule: String, _ zone: String, after start: String, _ count: Int) throws -> [String] {
        let schedule = try CronSchedule(schedule)
        let rules = try TimeZoneRules.named(zone)
        var now = try time(start)
        return try (0..<count).map { _ in
            now = try #require(schedule.next(after: now, in: rules))
            return now.rfc3339
        }
    }

    @Test(
        "The next runs are those of the CronJob controller",
        arguments: [
            ("0 2 * * *", "2026-01-31T02:00:00Z", ["2026-02-01T02:00:00Z", "2026-02-02T02:00:00Z"]),
            ("*/20 * * * *", "2026-01-31T23:39:59Z", ["2026-01-31T23:40:00Z", "2026-02-01T00:00:00Z"]),
            ("@hourly", "2026-01-31T23:59:59Z", ["2026-02-01T00:00:00Z", "2026-02-01T01:00:00Z"]),
            ("0 */6 * * *", "2026-01-31T13:00:00Z", ["2026-01-31T18:00:00Z", "2026-02-01T00:00:00Z"]),
            // The 31st of January 2026 is a Saturday.
            ("30 3 * * MON-FRI", "2026-01-31T00:00:00Z", ["2026-02-02T03:30:00Z", "2026-02-03T03:30:00Z"]),
            ("0 0 29 2 *", "2026-01-31T00:00:00Z", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]),
            // Day and weekday both restricted: either of them.
            ("0 0 13 * 5", "2026-02-10T00:00:00Z", ["2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z"]),
            ("5/25 0 1 JAN ?", "2026-02-10T00:00:00Z", ["2027-01-01T00:05:00Z", "2027-01-01T00:30:00Z"]),
            ("@weekly", "2026-01-31T00:00:00Z", ["2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z"]),
        ])
    func next(schedule: String, after: String, want: [String]) throws {
        #expect(try runs(schedule, "Etc/UTC", after: after, 2) == want)
    }

    @Test(
        "A time that summer time skips is not due that day; one that comes twice is due twice",
        arguments: [
            // Berlin, 2026-03-29: 02:00 becomes 03:00.
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]),
            ("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]),
            // Berlin, 2026-10-25: 03:00 becomes 02:00.
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]),
            ("0 4 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T03:00:00Z", "2026-10-26T03:00:00Z"]),
            // Half an hour beside UTC; half an hour of summer time; a day that begins at one o'clock.
            ("0 0 * * *", "Asia/Kolkata", "2026-01-01T00:00:00Z", ["2026-01-01T18:30:00Z", "2026-01-02T18:30:00Z"]),
            (
                "15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z",
                ["2026-10-04T15:15:00Z", "2026-10-05T15:15:00Z"]
            ),
            (
                "0 12 6 9 *", "America/Santiago", "2026-09-01T00:00:00Z",
                ["2026-09-06T15:00:00Z", "2027-09-06T15:00:00Z"]
            ),
            // Long after the last change that the file lists.
            (
                "0 3 * * *", "America/New_York", "2099-03-07T12:00:00Z",
                ["2099-03-08T07:00:00Z", "2099-03-09T07:00:00Z"]
            ),
        ])
    func daylightSaving(schedule: String, zone: String, after: String, want: [String]) throws {
        #expect(try runs(schedule, zone, after: after, 2) == want)
    }

    @Test("A schedule that is never due has no next run")
    func never() throws {
        #expect(try CronSchedule("0 0 31 2 *").next(after: time("2026-01-01T00:00:00Z"), in: .utc) == nil)
    }

    @Test(
        "What is no schedule is refused with the field",
        arguments: [
            ("* * * *", "4 fields"), ("60 * * * *", "minute"), ("* 24 * * *", "hour"),
            ("* * 0 * *", "day of the month"),
            ("* * * 13 *", "month"), ("* * * * 7", "day of the week"), ("5-1 * * * *", "minute"),
            ("*/0 * * * *", "minute"), ("1,,2 * * * *", "minute"), ("a * * * *", "minute"), ("@every 1h", "2 fields"),
        ])
    func refused(schedule: String, word: String) {
        let error = #expect(throws: CronSchedule.ParseError.self) { try CronSchedule(schedule) }
        #expect(error?.message.contains(word) == true)
    }

    @Test("What is no time zone is refused", arguments: ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", ""])
    func zones(name: String) { #expect(throws: TimeZoneRules.LoadError.self) { try TimeZoneRules.named(name) } }

    @Test(
        "The last time that was due is found, over nights, weekends and changes of the clocks",
        arguments: [
            ("0 2 * * 1-5", "UTC", "2026-01-26T01:59:59Z", "2026-01-23T02:00:00Z"),
            ("0 2 * * 1-5", "UTC", "2026-01-26T02:00:00Z", "2026-01-26T02:00:00Z"),
            ("*/15 8-17 * * 1-5", "UTC", "2026-01-26T07:00:00Z", "2026-01-23T17:45:00Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-03-30T00:00:00Z", "2026-03-28T01:30:00Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-10-25T02:00:00Z", "2026-10-25T01:30:00Z"),
            ("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2024-02-29T00:00:00Z"),
            ("0 0 31 2 *", "UTC", "2026-01-01T00:00:00Z", nil),
        ] as [(String, String, String, String?)])
    func last(text: String, zone: String, until: String, want: String?) throws {
        let schedule = try CronSchedule(text)
        #expect(try schedule.last(until: time(until), in: .named(zone))?.rfc3339 == want)
    }
}
