import Support
import Testing

@testable import KubeAPI

/// Input whose size is the point; what is in it is for the fuzz targets.
@Suite("Large input", .serialized, .onTheBusyThread, .timeLimit(.minutes(20)))
struct LargeInputTests {
    private static let megabytes = 100 << 20

    private func repeated(_ text: String, count: Int) -> [UInt8] {
        var bytes = Array(text.utf8)
        let total = bytes.count * count
        bytes.reserveCapacity(total)
        while bytes.count < total { bytes += bytes[..<min(bytes.count, total - bytes.count)] }
        return bytes
    }

    @Test("A JSON document of 100 MB is read")
    func json() throws {
        let item = "\"" + String(repeating: "x", count: 1 << 20) + "\","
        var text = Array("[".utf8) + repeated(item, count: 100)
        text[text.count - 1] = UInt8(ascii: "]")
        let value = try JSONValue.parse(text)
        #expect(value.array?.count == 100 && value.array?.last?.string?.utf8.count == 1 << 20)
    }

    @Test("100 MB of open brackets are refused, as JSON and as YAML", arguments: ["[", "{\"a\":", "- "])
    func nested(bracket: String) {
        let text = repeated(bracket, count: Self.megabytes / bracket.utf8.count)
        #expect(throws: (any Error).self) { try JSONValue.parse(text) }
        #expect(throws: (any Error).self) { try YAML.parse(text) }
    }

    @Test("A YAML text of 100 MB is read")
    func yaml() throws {
        let text = Array("a: |\n".utf8) + repeated("  " + String(repeating: "x", count: 997) + "\n", count: 100_000)
        #expect(try YAML.parseDocument(text)["a"]?.string?.utf8.count == 99_800_000)
    }

    @Test("An event of 100 MB is refused at the limit, not kept to its end")
    func event() {
        var decoder = WatchDecoder.watch(.pod, limit: 1 << 20)
        let head = Array(#"{"type":"ADDED","object":{"metadata":{"name":""#.utf8)
        let piece = repeated("x", count: 64 << 10)
        var taken = 0
        #expect(throws: WatchDecodingError.self) {
            for bytes in [head] + Array(repeating: piece, count: Self.megabytes / piece.count) {
                try bytes.withUnsafeBytes { try decoder.append($0) }
                _ = try decoder.next()
                taken += bytes.count
            }
        }
        #expect(taken < 2 << 20)
    }

    @Test("A list of 100 MB is read piece by piece")
    func list() throws {
        var decoder = WatchDecoder.list(.pod, limit: 1 << 20)
        let item =
            #"{"metadata":{"name":"a","namespace":"b","uid":"c","resourceVersion":"1"},"x":""#
            + String(repeating: "x", count: 10_000) + "\"}"
        var text = Array(#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":["#.utf8)
        text += repeated(item + ",", count: 9_999) + Array((item + "]}").utf8)
        var count = 0
        for start in stride(from: 0, to: text.count, by: 64 << 10) {
            let piece = text[start..<min(text.count, start + 64 << 10)]
            try piece.withUnsafeBytes { try decoder.append($0) }
            while try decoder.next() != nil { count += 1 }
        }
        #expect(count == 10_000)
        #expect(try decoder.finishPage().resourceVersion == "9")
    }

    @Test("Values of 1 MB are read or refused like short ones")
    func values() {
        let digits = String(repeating: "9", count: 1 << 20)
        // As the API server reads it: cut at what 128 bits hold.
        #expect(Quantity(digits) != nil)
        #expect(Timestamp(rfc3339: digits) == nil)
        #expect(throws: (any Error).self) { try LabelQuery("a in (\(digits))") }
        #expect((try? FieldQuery("metadata.name=\(digits)")) != nil)
        #expect(throws: (any Error).self) { try Kubeconfig(text: Array(digits.utf8), file: "/k") }
    }

    @Test(
        "Bytes that are no UTF-8 are refused wherever they stand",
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func utf8(bytes: [UInt8]) {
        #expect(throws: (any Error).self) { try JSONValue.parse(Array("{\"a\":\"".utf8) + bytes + Array("\"}".utf8)) }
        #expect(throws: (any Error).self) { try JSONValue.parse(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) }
        #expect(throws: (any Error).self) { try YAML.parse(Array("a: ".utf8) + bytes + Array("\n".utf8)) }
        #expect(throws: (any Error).self) {
            try Kubeconfig(text: Array("kind: Config # ".utf8) + bytes + Array("\n".utf8), file: "/k")
        }
    }
}
