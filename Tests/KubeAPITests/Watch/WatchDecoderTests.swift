import KubeAPI
import Testing

/// An event with its object, as a decoder gave it.
private struct Decoded: Equatable {
    var event: WatchDecoder.Event
    var object: String?
}

/// Feeds the text in pieces of the given size.
private func decode(
    _ text: String, in size: Int, with decoder: consuming WatchDecoder
) throws -> (events: [Decoded], page: WatchDecoder.Page?) {
    var events: [Decoded] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
        try bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { try decoder.append($0) }
        while let event = try decoder.next() {
            let object =
                if case .change = event { decoder.withObject { String(decoding: $0, as: UTF8.self) } } else {
                    String?.none
                }
            events.append(Decoded(event: event, object: object))
        }
    }
    return (events, try? decoder.finishPage())
}

private func change(
    _ change: WatchDecoder.Change, _ name: String, uid: String? = nil, version: String
) -> WatchDecoder.Event {
    .change(
        change,
        WatchDecoder.Identity(
            key: ObjectKey(namespace: "shop", name: name), uid: uid ?? "uid-\(name)", resourceVersion: version))
}

@Suite struct WatchDecoderTests {
    static let stream =
        WireText.event("ADDED", WireText.pod("a", version: 5))
        + WireText.event("MODIFIED", WireText.pod("a", version: 6))
        + "\n" + WireText.event("DELETED", WireText.pod("b", version: 7)) + WireText.bookmark(8)
        + WireText.bookmark(9, endsInitialEvents: true)

    @Test("Events come out the same however the bytes are split", arguments: [1, 2, 3, 7, 64, 100, 333, 100_000])
    func split(size: Int) throws {
        let (events, _) = try decode(Self.stream, in: size, with: .watch(.pod))
        #expect(
            events.map(\.event) == [
                change(.added, "a", version: "5"), change(.modified, "a", version: "6"),
                change(.deleted, "b", version: "7"), .bookmark(resourceVersion: "8", endsInitialEvents: false),
                .bookmark(resourceVersion: "9", endsInitialEvents: true),
            ])
        for object in events.compactMap(\.object) {
            #expect(!object.contains("managedFields"))
            #expect(try JSONValue.parse(object)["spec"]?["nodeName"] == "node-1")
        }
    }

    @Test(
        "managedFields go wherever they stand, and nothing else does",
        arguments: [
            (#"{"name":"a","managedFields":[{"x":"}]"}],"uid":"u"}"#, #"{"name":"a","uid":"u"}"#),
            (#"{"managedFields":[],"name":"a"}"#, #"{"name":"a"}"#),
            (#"{"name":"a","managedFields":null}"#, #"{"name":"a"}"#),
            (
                #"{"name":"a","annotations":{"managedFields":"x"}}"#,
                #"{"name":"a","annotations":{"managedFields":"x"}}"#
            ),
        ])
    func managedFields(metadata: String, wanted: String) throws {
        let object = #"{"apiVersion":"v1","kind":"Pod","metadata":\#(metadata),"spec":{"managedFields":1}}"#
        let (events, _) = try decode(WireText.event("ADDED", object), in: 50, with: .watch(.pod))
        #expect(
            events.first?.object
                == #"{"apiVersion":"v1","kind":"Pod","metadata":\#(wanted),"spec":{"managedFields":1}}"#)
    }

    @Test("Indented objects are kept compact, text and numbers as they were")
    func indented() throws {
        let object = """
            { "apiVersion": "v1", "kind": "Pod", "metadata": { "name" : "a" , "managedFields": [ 1 ] ,
             "uid": "u" }, "spec": { "text": "a  \\" b\\u003c", "number": 1.50e3 } }
            """
        let line = #"{"type": "ADDED", "object": \#(object.split(separator: "\n").joined())}"# + "\n"
        let (events, _) = try decode(line, in: 11, with: .watch(.pod))
        #expect(
            events.first?.object == """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","uid":"u"},\
                "spec":{"text":"a  \\" b\\u003c","number":1.50e3}}
                """)
    }

    @Test("Escaped names are read as they are meant")
    func escapedName() throws {
        let object = #"{"metadata":{"name":"a\u003cb\"","namespace":"shop","uid":"u","resourceVersion":"1"}}"#
        let (events, _) = try decode(WireText.event("ADDED", object), in: 9, with: .watch(.pod))
        #expect(events.first?.event == change(.added, "a<b\"", uid: "u", version: "1"))
    }

    @Test(
        "An ERROR event brings the Status",
        arguments: [
            (
                WireText.status(410, "Expired", "too old"),
                StatusSummary(code: 410, reason: "Expired", message: "too old")
            ),
            (
                WireText.status(429, "TooManyRequests", "later", retryAfter: 3),
                StatusSummary(code: 429, reason: "TooManyRequests", message: "later", retryAfter: .seconds(3))
            ),
            (#"{"kind":"Status","reason":"Expired"}"#, StatusSummary(code: 410, reason: "Expired")),
        ])
    func errors(status: String, wanted: StatusSummary) throws {
        let (events, _) = try decode(WireText.event("ERROR", status), in: 17, with: .watch(.pod))
        #expect(events.map(\.event) == [.failure(wanted)])
    }

    @Test(
        "Broken lines are errors",
        arguments: [
            "{\"type\":\"ADDED\",\n", "[]\n", "{}\n", "null\n", "{\"type\":\"OTHER\",\"object\":{}}\n",
            "{\"type\":\"ADDED\",\"object\":[]}\n", "{\"type\":\"ADDED\",\"object\":{\"metadata\":{}}}\n", "\u{0}\n",
            "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}}\n",
            String(repeating: "[", count: 5000) + "\n",
        ])
    func broken(line: String) throws {
        #expect(throws: WatchDecodingError.self) { _ = try decode(line, in: 1000, with: .watch(.pod)) }
    }

    @Test("Invalid UTF-8 is an error")
    func invalidUTF8() throws {
        var decoder = WatchDecoder.watch(.pod)
        var bytes = Array(WireText.event("ADDED", WireText.pod("a", version: 1)).utf8)
        if let place = bytes.firstIndex(of: UInt8(ascii: "1")) { bytes[place] = 0xFF }
        try bytes.withUnsafeBytes { try decoder.append($0) }
        var error: WatchDecodingError?
        do { _ = try decoder.next() } catch let thrown { error = thrown }
        #expect(error?.code == .syntax)
    }

    @Test("An object beyond the limit ends the stream before it is whole", arguments: [true, false])
    func tooLarge(isList: Bool) throws {
        let name = String(repeating: "x", count: 3000)
        let pod = WireText.pod(name, version: 1)
        let text = isList ? WireText.page([pod], version: 2) : WireText.event("ADDED", pod)
        var error: WatchDecodingError?
        do {
            let head = String(text.prefix(2000))
            _ = try decode(head, in: 100, with: isList ? .list(.pod, limit: 1000) : .watch(.pod, limit: 1000))
        } catch let thrown as WatchDecodingError { error = thrown }
        #expect(error?.code == .tooLarge)
    }
}

@Suite struct ListDecoderTests {
    @Test("Items come out the same however the page is split", arguments: [1, 2, 3, 7, 64, 100, 333, 100_000])
    func split(size: Int) throws {
        let items = (1...3).map { WireText.pod("p\($0)", version: $0, labels: ["a": "}]{"], hasType: false) }
        let text = WireText.page(items, version: 40, continueToken: "next\\\"")
        let (events, page) = try decode(text, in: size, with: .list(.pod))
        #expect(events.map(\.event) == (1...3).map { change(.added, "p\($0)", version: "\($0)") })
        #expect(page == WatchDecoder.Page(resourceVersion: "40", continueToken: "next\""))
        for object in events.compactMap(\.object) {
            #expect(object.hasPrefix(#"{"apiVersion":"v1","kind":"Pod","metadata":"#))
            #expect(!object.contains("managedFields"))
        }
    }

    @Test("Lists of custom resources have their items first, and their type in each")
    func itemsFirst() throws {
        let item = WireText.pod("a", version: 1)
        let text =
            #"{"apiVersion":"v1","items": [ \#(item) , {"metadata":{"name":"b"}} ] ,"kind":"List","#
            + #""metadata":{"continue":"","remainingItemCount":0,"resourceVersion":"7"}}"#
        let (events, page) = try decode(text, in: 5, with: .list(.pod))
        #expect(events.count == 2)
        #expect(events[0].object?.contains("apiVersion\":\"v1\",\"metadata") == true)
        #expect(page == WatchDecoder.Page(resourceVersion: "7", continueToken: nil))
    }

    @Test(
        "A list may be empty",
        arguments: [
            #"{"metadata":{"resourceVersion":"7"},"items":[]}"#, #"{"metadata":{"resourceVersion":"7"},"items":null}"#,
            #"{ "metadata" : { "resourceVersion" : "7", "items": [1] }, "items" : [ ] } "#,
            #"{"metadata":{"resourceVersion":"7"}}"#,
        ])
    func empty(text: String) throws {
        let (events, page) = try decode(text, in: 4, with: .list(.pod))
        #expect(events.isEmpty)
        #expect(page == WatchDecoder.Page(resourceVersion: "7", continueToken: nil))
    }

    @Test(
        "What is cut short or no list has no page",
        arguments: [
            "", "{", #"{"metadata":{"resourceVersion":"7"},"items":[]"#,
            #"{"metadata":{"resourceVersion":"7"},"items":["#,
            #"{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}"#, #"{"items":[]}"#,
            #"{"metadata":{"resourceVersion":""},"items":[]}"#, "[]", #"{"metadata":{"resourceVersion":"7"}]"#,
        ])
    func cutShort(text: String) throws {
        let (_, page) = try decode(text, in: 6, with: .list(.pod))
        #expect(page == nil)
    }

    @Test("Items that are no objects are an error", arguments: ["1", "\"a\"", "[]", "{}", "{\"metadata\":{}}", "{]}"])
    func notObjects(item: String) throws {
        let text = #"{"metadata":{"resourceVersion":"7"},"items":[\#(item)]}"#
        #expect(throws: WatchDecodingError.self) { _ = try decode(text, in: 1000, with: .list(.pod)) }
    }
}

@Suite struct ResourceVersionTests {
    @Test(
        "Versions are compared as integers of any length",
        arguments: [
            ("9", "10", true), ("10", "9", false), ("10", "10", false),
            ("99999999999999999999", "100000000000000000000", true),
            ("0", "1", true), ("a", "b", false), ("", "1", false), ("007", "8", false),
        ])
    func order(version: String, other: String, isOlder: Bool) {
        #expect(ResourceVersion.isOlder(version, than: other) == isOlder)
    }

    @Test(
        "What is no integer only reaches itself",
        arguments: [
            ("10", "9", true), ("9", "9", true), ("9", "10", false), ("abc", "abc", true), ("abc", "abd", false),
            ("5", "x", false),
        ])
    func reaches(version: String, other: String, wanted: Bool) {
        #expect(ResourceVersion.reaches(version, other) == wanted)
    }
}
