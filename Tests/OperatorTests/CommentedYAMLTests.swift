import KubeAPI
import Testing

@testable import Operator

@Suite("YAML with comments")
struct CommentedYAMLTests {
    @Test("A comment stands above what it is about, or above the nearest place that is there")
    func places() throws {
        var yaml = CommentedYAML(["a": [["m": 1, "s": "x: y"], ["m": 2]], "b": [:], "c": "one\ntwo"])
        yaml.comment("the whole", at: [])
        yaml.comment("first", at: ["a", "0"])
        yaml.comment("its s", at: ["a", "0", "s"])
        yaml.comment("second's m", at: ["a", "1", "m"])
        yaml.comment("no such field", at: ["b", "x", "y"])
        #expect(
            yaml.text() == """
                # the whole
                a:
                  # first
                  - m: 1
                    # its s
                    s: 'x: y'
                  # second's m
                  - m: 2
                # no such field
                b: {}
                c: |-
                  one
                  two

                """)
        #expect(try YAML.parse(yaml.text()) == [yaml.document])
    }

    @Test("When an element is removed, its comments go to its list, and those of the others stay with them")
    func removal() {
        var yaml = CommentedYAML(["a": [1, 2, 3]])
        for index in 0..<3 { yaml.comment("number \(index)", at: ["a", "\(index)"]) }
        yaml.remove(at: ["a", "1"])
        #expect(
            yaml.text() == """
                # number 1
                a:
                  # number 0
                  - 1
                  # number 2
                  - 3

                """)
    }

    @Test(
        "What is written reads back as the same value",
        arguments: [
            "text", "- a", "#no", "a\nb\n", "  lead", "yes", "1", "", "é\u{2028}x", "a: b", "*x", "%", "|", "a\tb",
        ])
    func values(text: String) throws {
        let value: JSONValue = [
            "k": .string(text), "l": [.string(text), [.string(text)], ["m": .string(text)]], text: [[:], []],
        ]
        #expect(try YAML.parse(CommentedYAML(value).text()) == [value])
    }
}
