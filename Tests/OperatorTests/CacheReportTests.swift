import Testing

@testable import Operator

@Suite("What is told of caches that are behind")
struct CacheReportTests {
    @Test(
        "A server that is back between two looks is no news; one that stays away is told in one line, and its return in one"
    )
    func restart() {
        var report = CacheReport()
        let down = Dictionary(uniqueKeysWithValues: (1...25).map { ("kind\($0)", "connection refused") })
        #expect(report.look(at: down) == nil)
        #expect(report.look(at: [:]) == nil)
        #expect(report.look(at: down) == nil)
        #expect(
            report.look(at: down)
                == .behind(
                    count: 25,
                    words: "kind1: connection refused; kind10: connection refused; kind11: connection refused; …"))
        #expect(report.look(at: down) == nil)
        #expect(report.look(at: ["kind3": "403 Forbidden"]) == nil)
        #expect(report.look(at: [:]) == .recovered)
        #expect(report.look(at: [:]) == nil)
    }

    @Test("What is wrong with one cache is told beside what was told of others, and again where it comes again")
    func another() {
        var report = CacheReport()
        _ = report.look(at: ["a": "403"])
        #expect(report.look(at: ["a": "403"]) == .behind(count: 1, words: "a: 403"))
        #expect(report.look(at: ["a": "403", "b": "404"]) == nil)
        #expect(report.look(at: ["a": "403", "b": "404"]) == .behind(count: 2, words: "a: 403; b: 404"))
        #expect(report.look(at: ["a": "403"]) == nil)
        #expect(report.look(at: ["a": "403", "b": "404"]) == nil)
        #expect(report.look(at: ["a": "403", "b": "404"]) == .behind(count: 2, words: "a: 403; b: 404"))
    }
}
