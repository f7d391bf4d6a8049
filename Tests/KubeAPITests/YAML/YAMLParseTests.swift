import Support
internal import Testing

@testable import KubeAPI

@Suite struct YAMLParseTests {
    @Test("Documents are read in order; those without content are passed over")
    func documents() throws {
        let text = "# first\na: 1\n---\n---\n# only a comment\n---\n- b\n...\n---\nnull\n--- text\n"
        #expect(try YAML.parse(text) == [["a": 1], ["b"], nil, "text"])
        #expect(try YAML.parse("") == [])
        #expect(try YAML.parse("# nothing\n") == [])
    }

    @Test("Flow style, comments, block scalars and CRLF are read")
    func styles() throws {
        let text = """
            flow: {a: [1, two, "3"], b: {}}
            literal: |
              one
                two
            stripped: |-
              one
            folded: >
              one
              two

              three
            # a comment
            plain: a text
              over two lines
            """
        let want: JSONValue = [
            "flow": ["a": [1, "two", "3"], "b": [:]], "literal": "one\n  two\n", "stripped": "one",
            "folded": "one two\nthree\n", "plain": "a text over two lines",
        ]
        #expect(try YAML.parse(text) == [want])
        let windows = Array(text.replacing("\n", with: "\r\n").utf8)
        #expect(try YAML.parse(windows) == [want])
    }

    @Test(
        "Keys become strings as in kubectl",
        arguments: [
            ("1", "1"), ("010", "8"), ("0x10", "16"), ("1e3", "1000"), ("2.5", "2.5"), ("true", "true"), ("y", "true"),
            ("no", "false"), ("2001-01-01", "2001-01-01"), ("\"y\"", "y"), ("? a", "a"),
        ])
    func keys(text: String, want: String) throws {
        #expect(try YAML.parse("\(text)\(text.hasPrefix("?") ? "\n" : ""): v\n") == [.object([want: "v"])])
    }

    @Test("Anchors and aliases share a value; a later anchor of the same name replaces the earlier")
    func aliases() throws {
        let text = "a: &x {k: 1}\nb: *x\nc: &x 2\nd: *x\ne: &k key\n*k : 3\n"
        #expect(try YAML.parse(text) == [["a": ["k": 1], "b": ["k": 1], "c": 2, "d": 2, "e": "key", "key": 3]])
    }

    @Test(
        "A merge key adds what the mapping does not write itself",
        arguments: [
            ("{<<: {a: 1, b: 2}, b: 3}", ["b": 3, "a": 1]),
            ("{b: 3, <<: {a: 1, b: 2}}", ["a": 1, "b": 3]),
            ("{<<: [{a: 1, b: 2}, {a: 3, c: 4}]}", ["a": 1, "b": 2, "c": 4]),
            ("{\"<<\": {a: 1}}", ["<<": ["a": 1]]),
            ("{!!merge <<: {a: 1}}", ["a": 1]),
        ] as [(String, JSONValue)])
    func merge(text: String, want: JSONValue) throws {
        #expect(try YAML.parse(text) == [want])
    }

    @Test(
        "What can't be read is refused with line and column",
        arguments: [
            ("a: [1, 2\nb: 3\n", .syntax, "line 2, column 2"),
            ("a: b: c\n", .syntax, "line 1, column 5: mapping values are not allowed in this context"),
            ("a:\n\t- b\n", .syntax, "line 2, column 1"),
            ("a: 'open\n", .syntax, "line 2, column 1"),
            ("a: @x\n", .syntax, "line 1, column 4"),
            ("a: \"\\q\"\n", .syntax, "line 1, column 5"),
            ("x:\n  a: 1\n  b: 2\n  a: 3\n", .value, "line 4, column 3: the key \"a\" stands here a second time"),
            ("1: a\n\"1\": b\n", .value, "line 2, column 1: the key \"1\" stands here a second time"),
            ("a: *b\n", .value, "line 1, column 4: there is no anchor &b before this alias"),
            ("a: &b\n  c: [*b]\n", .value, "line 2, column 7: the anchor &b contains itself"),
            ("a: &b 1\n---\na: *b\n", .value, "line 3, column 4: there is no anchor &b before this alias"),
            ("{<<: 1}", .value, "line 1, column 6: a merge key (<<) takes a mapping or a list of mappings"),
            ("{<<: [{a: 1}, 2]}", .value, "line 1, column 6: a merge key"),
            ("? {a: 1}\n: b\n", .value, "line 1, column 3: a key must be a string, a number or a boolean"),
            ("? [a]\n: b\n", .value, "line 1, column 3: a key must be"),
            ("~: b\n", .value, "line 1, column 1: a key must not be null"),
            ("%YAML 9.9\n---\na: 1\n", .syntax, "line 1, column 1: found incompatible YAML document"),
        ] as [(String, JSONError.Code, String)])
    func refusals(text: String, code: JSONError.Code, prefix: String) {
        let error = #expect(throws: JSONError.self) { try YAML.parse(text) }
        #expect(error?.code == code)
        #expect(error?.message.hasPrefix(prefix) == true, "\(error?.message ?? "")")
    }

    @Test("Bytes that are no UTF-8 are refused with their position")
    func invalidUTF8() {
        let error = #expect(throws: JSONError.self) { try YAML.parse([0x61, 0x3A, 0x20, 0xFF, 0x0A]) }
        #expect(error?.message == "byte 4: invalid leading UTF-8 octet")
    }

    @Test("Aliases that multiply a document beyond all measure are refused")
    func aliasBomb() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: JSONError.self) { try YAML.parse(text) }
        #expect(error?.message.contains("aliases expand the document beyond 16 MiB") == true)
    }

    @Test("Nesting is bounded")
    func nesting() throws {
        let bound = YAML.maximumDepth
        let within = String(repeating: "[", count: bound) + String(repeating: "]", count: bound)
        #expect(try YAML.parse(within).count == 1)
        let beyond = String(repeating: "[", count: bound + 1) + String(repeating: "]", count: bound + 1)
        let error = #expect(throws: JSONError.self) { try YAML.parse(beyond) }
        #expect(error?.message == "line 1, column \(bound + 1): nested more than \(bound) levels deep")
    }

    @Test("JSON is read, also where libyaml's grammar is narrower")
    func json() throws {
        #expect(try YAML.parse(#"{"a": [1, "\u00e9\/"], "b": null}"#) == [["a": [1, "é/"], "b": nil]])
        #expect(try YAML.parse(#"{"a": "\ud83d\ude00"}"#) == [["a": "😀"]])
    }

    @Test("A text for one document says how many it holds")
    func oneDocument() {
        let two = #expect(throws: JSONError.self) { try YAML.parseDocument(Array("a: 1\n---\nb: 2\n".utf8)) }
        #expect(two?.message == "expected one YAML document, found 2 documents")
        let none = #expect(throws: JSONError.self) { try YAML.parseDocument([]) }
        #expect(none?.message == "expected one YAML document, found no document")
    }
}
