import Support
internal import Testing

@testable import KubeAPI

@Suite struct YAMLWriteTests {
    @Test("Objects are written in block style, in the order of their fields")
    func blockStyle() {
        let document: JSONValue = [
            "kind": "ConfigMap", "apiVersion": "v1", "data": ["script": "set -e\necho hi\n", "last": "a\nb"],
            "list": [1, ["a": "b", "c": [:]], [], ["x", "z"]], "none": nil, "ratio": 0.5, "on": true,
        ]
        let want = """
            kind: ConfigMap
            apiVersion: v1
            data:
              script: |
                set -e
                echo hi
              last: |-
                a
                b
            list:
            - 1
            - a: b
              c: {}
            - []
            - - x
              - z
            none: null
            ratio: 0.5
            "on": true

            """
        #expect(YAML.write(document) == want)
    }

    @Test("Documents are parted by a line of dashes")
    func documents() {
        #expect(YAML.write([["a": 1], ["b": 2]]) == "a: 1\n---\nb: 2\n")
        #expect(YAML.write([]) == "")
    }

    @Test(
        "Strings are quoted where they would mean something else",
        arguments: [
            ("1", "\"1\""), ("1.5", "\"1.5\""), ("yes", "\"yes\""), ("null", "\"null\""), ("~", "\"~\""), ("", "\"\""),
            ("2001-01-01", "\"2001-01-01\""), ("1:30", "\"1:30\""), ("0x1F", "\"0x1F\""), ("1_000", "\"1_000\""),
            ("1e400", "\"1e400\""), ("=", "\"=\""), ("<<", "\"<<\""), (".inf", "\".inf\""), ("a: b", "'a: b'"),
            ("#a", "'#a'"), (" a", "' a'"), ("- a", "'- a'"), ("@a", "'@a'"), ("%a", "'%a'"), ("---", "'---'"),
            ("1.2.3", "1.2.3"), ("a,b", "a,b"), ("10.0.0.0/8", "10.0.0.0/8"), ("500m", "500m"), ("é", "é"),
            ("nginx:1.27", "nginx:1.27"), ("http://a/b?c=d", "http://a/b?c=d"), ("a\tb", "\"a\\tb\""),
            ("a\r\nb", "\"a\\r\\nb\""), ("a \nb", "\"a \\nb\""), ("\na", "\"\\na\""), (" a\nb", "\" a\\nb\""),
            ("a\u{1}b", "\"a\\x01b\""), ("a\u{2028}b", "\"a\\Lb\""),
        ])
    func quoting(text: String, want: String) throws {
        #expect(YAML.write(["k": .string(text)]) == "k: \(want)\n")
        #expect(try YAML.parse(YAML.write(["k": .string(text)])) == [["k": .string(text)]])
    }

    @Test("A long line is not folded")
    func longLine() {
        let words = Array(repeating: "word", count: 100).joined(separator: " ")
        #expect(YAML.write(["k": .string(words)]) == "k: \(words)\n")
    }

    @Test("Whatever is written reads back as the same value", arguments: 0..<40)
    func roundTrip(seed: Int) throws {
        var generator = JSONGenerator(seed: UInt64(seed))
        for _ in 0..<25 {
            let documents = (0..<Int.random(in: 1...3, using: &generator.random)).map { _ in generator.value(depth: 4) }
            let text = YAML.write(documents)
            #expect(try YAML.parse(text) == documents, "\(text)")
            #expect(try YAML.write(YAML.parse(text)) == text)
        }
    }

    @Test("Damaged text is refused or read, and never a crash", arguments: 0..<20)
    func damagedText(seed: Int) {
        var generator = JSONGenerator(seed: UInt64(1000 + seed))
        for _ in 0..<25 {
            var bytes = Array(YAML.write(generator.value(depth: 4)).utf8)
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &generator.random)] = .random(
                    in: 0...255, using: &generator.random)
            }
            guard let read = try? YAML.parse(bytes) else { continue }
            #expect((try? YAML.parse(YAML.write(read))) == read)
        }
    }
}
