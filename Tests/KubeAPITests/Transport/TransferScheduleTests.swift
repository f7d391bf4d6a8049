import Testing

@testable import KubeAPI

@Suite("Transfer schedule")
struct TransferScheduleTests {
    private let start = ContinuousClock.now

    private func id(_ value: UInt64) -> TransferID { TransferID(value: value) }

    @Test("Exchanges wait for a place in their order, streams never wait")
    func places() {
        var schedule = TransferSchedule(places: 2)
        func add(_ value: UInt64, _ kind: TransferSchedule.Kind) -> Bool {
            schedule.add(id(value), kind: kind, timeout: nil, idleTimeout: nil, now: start)
        }
        #expect(add(1, .exchange))
        #expect(add(2, .exchange))
        #expect(!add(3, .exchange))
        #expect(!add(4, .exchange))
        #expect(!add(5, .exchange))
        #expect(add(6, .stream))
        #expect(schedule.remove(id(6)).isEmpty)
        #expect(schedule.remove(id(4)).isEmpty)
        #expect(schedule.remove(id(1)) == [id(3)])
        #expect(schedule.remove(id(2)) == [id(5)])
        #expect(schedule.remove(id(2)).isEmpty)
        #expect(schedule.ids == [id(3), id(5)])
    }

    @Test("The whole limit counts from the order on, waiting included")
    func wholeLimit() {
        var schedule = TransferSchedule(places: 1)
        for value in 1...2 as ClosedRange<UInt64> {
            _ = schedule.add(id(value), kind: .exchange, timeout: .seconds(10), idleTimeout: nil, now: start)
        }
        #expect(schedule.nextSweep == start + .seconds(10))
        #expect(schedule.expired(now: start + .seconds(9)) { _ in nil }.isEmpty)
        let expired = schedule.expired(now: start + .seconds(10)) { _ in start + .seconds(10) }
        #expect(expired.map(\.0) == [id(1), id(2)])
        #expect(expired.map(\.1) == [.whole, .whole])
    }

    @Test("Bytes put the idle limit off, silence lets it come")
    func idleLimit() {
        var schedule = TransferSchedule(places: 1)
        _ = schedule.add(id(1), kind: .stream, timeout: nil, idleTimeout: .seconds(75), now: start)
        let last = start + .seconds(60)
        #expect(schedule.expired(now: start + .seconds(75)) { _ in last }.isEmpty)
        #expect(schedule.nextSweep == start + .seconds(135))
        #expect(schedule.expired(now: start + .seconds(134)) { _ in last }.isEmpty)
        let expired = schedule.expired(now: start + .seconds(135)) { _ in last }
        #expect(expired.map(\.0) == [id(1)])
        #expect(expired.map(\.1) == [.idle])
    }
}

@Suite("Response head")
struct ResponseHeadTests {
    private func read(_ lines: [String]) -> [(status: Int, headers: HTTPHeaders)] {
        var head = ResponseHead()
        return lines.compactMap { line in Array(line.utf8).withUnsafeBytes { head.read(line: $0) } }
    }

    @Test("The head is complete with its empty line")
    func complete() throws {
        let heads = read(["HTTP/2 404 \r\n", "content-type:  text/plain \r\n", "x-empty:\r\n", "\r\n"])
        let head = try #require(heads.first)
        #expect(heads.count == 1)
        #expect(head.status == 404)
        #expect(head.headers["Content-Type"] == "text/plain")
        #expect(head.headers["X-Empty"]?.isEmpty == true)
    }

    @Test("A second head replaces an interim one, and trailers come after the end")
    func interim() {
        let lines = ["HTTP/1.1 100 Continue\r\n", "A: 1\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "B: 2\r\n", "\r\n"]
        let heads = read(lines + ["Trailer: x\r\n", "\r\n"])
        #expect(heads.map(\.status) == [200])
        #expect(heads.first?.headers["A"] == nil)
    }

    @Test(
        "Broken lines give no head and no crash", arguments: ["", "\r\n", ":", "HTTP/", "HTTP/1.1", "HTTP/1.1 x", "é"])
    func broken(line: String) {
        #expect(read([line, "\r\n"]).isEmpty)
    }
}

@Suite("Server address")
struct ServerAddressTests {
    @Test(
        "A URL is taken apart",
        arguments: [
            ("https://10.0.0.1:6443", true, "10.0.0.1:6443", ""),
            ("https://api.example.org", true, "api.example.org:443", ""),
            ("http://localhost:8080/", false, "localhost:8080", ""), ("https://[::1]:6443", true, "[::1]:6443", ""),
            ("https://h/k8s/clusters/c-1/", true, "h:443", "/k8s/clusters/c-1"), ("HTTPS://h", true, "h:443", ""),
            ("h:6443", true, "h:6443", ""),
        ])
    func parts(url: String, wantTLS: Bool, wantHost: String, wantBase: String) throws {
        let address = try ServerAddress(url)
        #expect(address.usesTLS == wantTLS)
        #expect(address.description == wantHost)
        #expect(address.basePath == wantBase)
    }

    @Test(
        "What is no URL of a server is refused with a reason",
        arguments: [
            "", "https://", "ftp://h", "https://h:0", "https://h:70000", "https://h:x", "https://u:p@h",
            "https://h/?a=b",
            "https://h/#f", "https://[::1", "https://a b", "https://::1:6443",
        ])
    func refused(url: String) {
        let error = #expect(throws: TransportError.self) { try ServerAddress(url) }
        #expect(error?.code == .protocol)
        #expect(error?.message.hasPrefix("server URL: ") == true)
        #expect(error?.message.contains("u:p") == false)
    }
}
