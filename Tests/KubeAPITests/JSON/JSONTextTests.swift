import Support
internal import Testing

@testable import KubeAPI

@Suite struct JSONTextTests {
    @Test(
        "JSON text is read",
        arguments: [
            ("null", nil), (" true ", true), ("-1", -1), ("1.5", .number(1.5)), ("1.0", .number(1)),
            ("1e3", .number(1000)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("18446744073709551616", .number(18_446_744_073_709_551_616)),
            ("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
            (
                #"[100000000000000000000, "100000000000000000000\"1", 1]"#,
                [.number(1e20), "100000000000000000000\"1", 1]
            ),
            (#""é\u00e9\ud83d\ude00\n\/""#, "éé😀\n/"), (#"{"a":{"b":[]},"c":[{}]}"#, ["a": ["b": []], "c": [[:]]]),
            (#"{"a":1,"a":2}"#, ["a": 2]), (#""\u0000""#, "\u{0}"),
        ] as [(String, JSONValue)])
    func reading(text: String, want: JSONValue) throws {
        #expect(try JSONValue.parse(text) == want)
    }

    @Test(
        "Broken text is refused",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\"}", "nul", "01", "1 2", "'a'", "{\"a\":1,}", "[1e999]", "\"\u{1}\"", "[\"a",
            "100000000000000000000x", "{\"a\":100000000000000000000",
        ])
    func refusal(text: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
        #expect(error?.code == .syntax)
    }

    @Test("Text that is no UTF-8 and nesting without end are refused")
    func bounds() throws {
        #expect(throws: JSONError.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
        let deep = String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)
        #expect(throws: JSONError.self) { try JSONValue.parse(deep) }
    }

    @Test("A parser is good for another document after a broken one")
    func reuse() throws {
        var parser = JSONParser()
        for text in ["{\"a\":", "{\"a\": [1, 2, {\"b\": \"c\"}]}", "[", "[true]"] {
            let bytes = Array(text.utf8)
            let value = bytes.withUnsafeBytes { try? parser.parse($0) }
            #expect(value == (try? JSONValue.parse(text)))
        }
    }

    @Test(
        "JSON is written compactly",
        arguments: [
            (nil, "null"), (.number(1), "1"), (.number(0.1), "0.1"), (.number(1e300), "1e+300"),
            (.number(.nan), "null"),
            (.integer(.min), "-9223372036854775808"), ("a\"\\\n\r\t\u{1}\u{7F}é", #""a\"\\\n\r\t\u0001\#u{7F}é""#),
            (["b": 1, "a": [true, nil]], #"{"b":1,"a":[true,null]}"#), ([:], "{}"), ([], "[]"),
        ] as [(JSONValue, String)])
    func writing(value: JSONValue, want: String) {
        #expect(value.serializedString() == want)
    }

    @Test("Canonical bytes do not depend on the order of fields")
    func canonical() {
        let one: JSONValue = ["b": ["y": 1, "x": 2], "a": 1]
        let other: JSONValue = ["a": 1, "b": ["x": 2, "y": 1]]
        #expect(one.canonicalBytes() == other.canonicalBytes())
        #expect(String(decoding: one.canonicalBytes(), as: UTF8.self) == #"{"a":1,"b":{"x":2,"y":1}}"#)
    }

    @Test("Whatever is written reads back as the same value", arguments: 0..<40)
    func roundTrip(seed: Int) throws {
        var generator = JSONGenerator(seed: UInt64(seed))
        for _ in 0..<25 {
            let value = generator.value(depth: 5)
            #expect(try JSONValue.parse(value.serialized()) == value)
        }
    }

    @Test("Damaged text is refused or read, and never a crash", arguments: 0..<20)
    func damagedText(seed: Int) {
        var generator = JSONGenerator(seed: UInt64(2000 + seed))
        for _ in 0..<25 {
            var bytes = generator.value(depth: 5).serialized()
            for _ in 0..<2 {
                bytes[Int.random(in: bytes.indices, using: &generator.random)] = .random(
                    in: 0...255, using: &generator.random)
            }
            guard let read = try? JSONValue.parse(bytes) else { continue }
            #expect((try? JSONValue.parse(read.serialized())) == read)
        }
    }

    @Test(
        "Base64 is read and written",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("\u{0}ÿ?>", "AMO/Pz4="),
        ])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decode(encoded.map { "\($0)\n" }.joined()) == Array(text.utf8))
    }

    @Test(
        "What is not base64 is refused",
        arguments: ["Z", "Zg", "Zg=", "Z===", "Zm9v!", "Zg==Zg==", "=", "====", "Zm-_"])
    func notBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
