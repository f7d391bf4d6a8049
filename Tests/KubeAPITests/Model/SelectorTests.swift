internal import Testing

@testable import KubeAPI

@Suite struct SelectorTests {
    @Test(
        "A label query selects what Kubernetes selects",
        arguments: [
            ("", [:], true), ("a", ["a": ""], true), ("a", [:], false), ("!a", [:], true), ("! a", ["a": "1"], false),
            ("a=1", ["a": "1"], true), ("a==1", ["a": "2"], false), ("a = 1 , b != 2", ["a": "1"], true),
            ("a!=1", [:], true), ("a!=1", ["a": "1"], false), ("a=", ["a": ""], true),
            ("a=,b", ["a": "", "b": "x"], true),
            ("a in (1,2)", ["a": "2"], true), ("a in (1, 2)", ["a": "3"], false), ("a in ()", ["a": ""], true),
            ("a in (,1)", ["a": ""], true), ("a notin (1)", [:], true), ("a notin (1)", ["a": "1"], false),
            ("a>3", ["a": "4"], true), ("a>3", ["a": "3"], false), ("a<3", ["a": "-1"], true),
            ("a<3", ["a": "x"], false),
            ("a>3", [:], false), ("x.io/a in (in, notin)", ["x.io/a": "in"], true), ("in in (in)", ["in": "in"], true),
            ("a=1,b in (2),!c,d", ["a": "1", "b": "2", "d": ""], true),
        ] as [(String, [String: String], Bool)])
    func labelQuery(text: String, labels: [String: String], want: Bool) throws {
        let query = try LabelQuery(text)
        #expect(query.matches(labels) == want)
        #expect(try LabelQuery(query.description) == query)
    }

    @Test(
        "A broken label query is refused in Kubernetes' words",
        arguments: [
            (",", "found ',', expected: !, identifier, or 'end of string'"),
            ("a,", "found '', expected: identifier after ','"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            ("!a=b", "found '=', expected: ',' or 'end of string'"),
            ("a=b=c", "found '=', expected: ',' or 'end of string'"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"),
            ("a>=3", "unable to parse requirement: found '=', expected: identifier"),
            (
                "a>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"
            ),
        ])
    func brokenLabelQuery(text: String, want: String) {
        let error = #expect(throws: SelectorError.self) { try LabelQuery(text) }
        #expect(error?.message == want)
    }

    @Test("Keys and values that no label can have are refused")
    func invalidLabels() {
        let key = #expect(throws: SelectorError.self) { try LabelQuery("a$=b") }
        #expect(
            key?.message.hasPrefix(
                "unable to parse requirement: <nil>: Invalid value: \"a$\": name part must consist of") == true)
        let value = #expect(throws: SelectorError.self) { try LabelQuery("k in (a,b$)") }
        #expect(
            value?.message.hasPrefix(
                "unable to parse requirement: values[1][k]: Invalid value: \"b$\": a valid label must") == true)
    }

    @Test("A selector's query means the same as the selector", arguments: 0..<20)
    func queryString(seed: Int) throws {
        var random = SplitMix64(state: UInt64(seed))
        func pick(_ list: [String]) -> String { list.randomElement(using: &random) ?? "" }
        let keys = ["a", "b", "x.io/c"]
        let values = ["1", "2", ""]
        for _ in 0..<50 {
            var selector = LabelSelector()
            for _ in 0..<Int.random(in: 0...2, using: &random) { selector.matchLabels = [pick(keys): pick(values)] }
            selector.matchExpressions = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                let operators: [LabelSelector.Requirement.Operator] = [.in, .notIn, .exists, .doesNotExist]
                let one = operators.randomElement(using: &random) ?? .in
                let hasValues = one == .in || one == .notIn
                return .init(key: pick(keys), operator: one, values: hasValues ? [pick(values), pick(values)] : nil)
            }
            let query = try LabelQuery(selector.queryString)
            for _ in 0..<10 {
                var labels: [String: String] = [:]
                for key in keys where Bool.random(using: &random) { labels[key] = pick(values) }
                #expect(query.matches(labels) == selector.matches(labels), "\(selector.queryString) on \(labels)")
            }
        }
    }

    @Test("A selector names the keys that it looks at")
    func keys() {
        let selector = LabelSelector(matchLabels: ["a": "1"], matchExpressions: [.init(key: "b", operator: .exists)])
        #expect(selector.keys == ["a", "b"])
        #expect(selector.queryString == "a=1,b")
        #expect(!selector.isEmpty && LabelSelector().isEmpty && LabelSelector().queryString.isEmpty)
    }

    @Test(
        "A field query is read, with escapes",
        arguments: [
            ("", []), (",", []), ("metadata.name=a", [.init(field: "metadata.name", value: "a")]),
            ("a==b", [.init(field: "a", value: "b")]), ("a!=b", [.init(field: "a", value: "b", isEqual: false)]),
            ("a=,b!=", [.init(field: "a", value: ""), .init(field: "b", value: "", isEqual: false)]),
            (#"a=x\,y\=z\\"#, [.init(field: "a", value: #"x,y=z\"#)]), ("a=b!c", [.init(field: "a", value: "b!c")]),
        ] as [(String, [FieldQuery.Requirement])])
    func fieldQuery(text: String, want: [FieldQuery.Requirement]) throws {
        let query = try FieldQuery(text)
        #expect(query.requirements == want)
        #expect(try FieldQuery(query.description) == query)
    }

    @Test(
        "A broken field query is refused",
        arguments: [
            ("a", "invalid selector: 'a'; can't understand 'a'"),
            ("a=b,c", "invalid selector: 'a=b,c'; can't understand 'c'"),
            ("a=b=c", "invalid field selector: unescaped character in value: ="),
            (#"a=\x"#, #"invalid field selector: invalid escape sequence: \x"#),
            (#"a=b\"#, #"invalid field selector: invalid escape sequence: \"#),
        ])
    func brokenFieldQuery(text: String, want: String) {
        let error = #expect(throws: SelectorError.self) { try FieldQuery(text) }
        #expect(error?.message == want)
    }

    @Test("A field that is not set reads as empty")
    func fieldMatching() throws {
        let query = try FieldQuery("spec.nodeName=,status.phase!=Failed")
        #expect(query.matches { ["status.phase": "Running"][$0] ?? "" })
        #expect(!query.matches { ["spec.nodeName": "n1"][$0] ?? "" })
        #expect(!query.matches { ["status.phase": "Failed"][$0] ?? "" })
    }
}
