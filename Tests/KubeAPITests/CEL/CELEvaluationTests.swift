import Testing

@testable import KubeAPI

@Suite("Expressions in CEL")
struct CELEvaluationTests {
    private let fixture = CELFixture()

    private func isTrue(_ source: String) -> Bool {
        do {
            if case .bool(true) = try fixture.evaluate(source) { return true }
        } catch {
            Issue.record("\(source): \(error)")
        }
        return false
    }

    @Test(
        "Literals and operators",
        arguments: [
            "1 + 2 * 3 == 7", "(1 + 2) * 3 == 9", "7 / 2 == 3", "-7 / 2 == -3", "-7 % 3 == -1", "10 - 2 - 3 == 5",
            "-9223372036854775808 < 0", "0x10 == 16", "- 3 == -3", "--3 == 3", "1u + 2u == 3u", "1.5e1 == 15.0",
            ".5 + 0.5 == 1.0", "1.0 / 0.0 > 1e308", "2 > 1 && 1 <= 1 && 'a' < 'b' && 'ä' > 'z'", "!false", "!!true",
            "true || false && false", "true ? true : false", "false ? false : true ? true : false",
            "'a' + 'b' == 'ab'", "[1] + [2, 3] == [1, 2, 3]", "[1, 2,].size() == 2", "{'a': 1,}.size() == 1",
            "1 in [1, 2]", "!(3 in [1, 2])", "'a' in {'a': 1}", "{'a': [1, 2]}['a'][1] == 2",
            "{'a': {'b': 1}}.a.b == 1",
            "{1: 'a', 2u: 'b', true: 'c'}[2] == 'b'", "null == null", "dyn(1) == 1u && dyn(1) == 1.0 && dyn(1) != 'a'",
            "1 < 1.5 && 2u > 1", "b'ab' == bytes('ab')", "// a comment\ntrue", "type(1) == int && type('a') == string",
            "type([]) == list && type(type(1)) == type && type(null) == null_type",
        ])
    func operators(source: String) { #expect(isTrue(source)) }

    @Test(
        "Strings and their escapes",
        arguments: [
            #"'a\n\t\\\'' == "a\n\t\\'""#, #"'\x41\u00e4\U0001F600\101' == 'Aä😀A'"#, #"r'\d' == '\\d'"#,
            #"R"\n".size() == 2"#,
            "'''a'b\nc'''.size() == 5", "\"\"\"a\"b\"\"\" == 'a\"b'", #"b'\xff' == b'\377'"#, #"'\`\?' == '`?'"#,
        ])
    func strings(source: String) { #expect(isTrue(source)) }

    @Test(
        "Macros go through lists and the keys of maps",
        arguments: [
            "[1, 2].all(x, x > 0)", "![1, -1].all(x, x > 0)", "[].all(x, false)", "![].exists(x, true)",
            "[1, 2].exists(x, x == 2)", "[1, 2, 2].exists_one(x, x == 1)", "![1, 2, 2].exists_one(x, x == 2)",
            "[1, 2, 3].filter(x, x > 1) == [2, 3]", "[1, 2].map(x, x * 2) == [2, 4]",
            "[1, 2, 3].map(x, x > 1, x * 2) == [4, 6]", "{'a': 1, 'b': 2}.all(k, k in ['a', 'b'])",
            "[[1], [2]].all(x, x.all(y, y > 0 && x.size() == 1))", "[1].map(x, [2].map(x, x)) == [[2]]",
            "has({'a': 1}.a) && !has({'a': 1}.b)",
        ])
    func macros(source: String) { #expect(isTrue(source)) }

    @Test(
        "Fields of the object, under the names that expressions have for them",
        arguments: [
            "self.count + 1 == 4", "self.share == 1.0", "self.share + 0.5 == 1.5", "self.flag", "self.port == 'http'",
            "has(self.name) && !has(self.missing)", "self.__namespace__ == 'n'",
            "self.a__dot__b__dash__c__slash__d__underscores__e == 'odd'", "self.labels['x/y'] == '1'",
            "'x/y' in self.labels", "self.labels.all(k, self.labels[k].size() == 1)", "self.labels.for == '2'",
            "self.ports[0].number == 80", "self.ports.exists(p, p.name == 'dns' && p.number < 100)",
            "self.since < timestamp('2026-02-01T00:00:00Z')", "self.wait == duration('90m')", "self.data == b'ab'",
            "self == dynamic", "dynamic.ports.map(p, p.number) == [80, 53]", "dynamic.__namespace__ == 'n'",
            "self.tags == ['b', 'a']", "self.steps != ['b', 'a']", "self.ports == [self.ports[1], self.ports[0]]",
            "has(self.open)",
        ])
    func fields(source: String) { #expect(isTrue(source)) }

    @Test(
        "Functions on texts",
        arguments: [
            "size('größe') == 5 && self.name.size() == 5", "'abc'.startsWith('ab') && 'abc'.endsWith('bc')",
            "!'a'.startsWith('ab') && !'a'.endsWith('ba')",
            "'abc'.contains('b') && ''.contains('') && !'a'.contains('b')",
            "'AbÄ'.lowerAscii() == 'abÄ' && 'abä'.upperAscii() == 'ABä'", "' \\ta '.trim() == 'a' && ' '.trim() == ''",
            "'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c']",
            "'äb'.split('') == ['ä', 'b'] && ''.split(',') == [''] && 'a'.split(',', 0) == []",
            "'aXbX'.replace('X', '-') == 'a-b-' && 'aXbX'.replace('X', '-', 1) == 'a-bX'",
            "'ab'.replace('', '-') == '-a-b-' && 'ab'.replace('', '-', 2) == '-a-b'",
            "'größe'.substring(2) == 'öße' && 'größe'.substring(2, 3) == 'ö' && 'a'.substring(1) == ''",
            "'größe'.charAt(2) == 'ö' && 'a'.charAt(1) == ''",
            "'abab'.indexOf('b') == 1 && 'abab'.indexOf('b', 2) == 3 && 'ab'.indexOf('c') == -1",
            "'abab'.lastIndexOf('a') == 2 && 'abab'.lastIndexOf('a', 1) == 0 && ''.lastIndexOf('') == 0",
            "['a', 'b'].join() == 'ab' && ['a', 'b'].join('-') == 'a-b' && [].join() == ''",
            "'%s of %d %%'.format(['a', 3]) == 'a of 3 %' && '%s'.format([[1, null]]) == '[1, null]'",
            "'abc'.matches('^a.c$') && !'xabc'.matches('^a') && 'xabcx'.matches('abc') && matches('a', 'a')",
            "'a1b22'.find('[0-9]+') == '1' && 'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a'.find('b') == ''",
            "'a1b22'.findAll('[0-9]+', 1) == ['1'] && 'äb'.findAll('').size() == 3",
            "isIP('10.0.0.1') && isIP('::1') && !isIP('010.0.0.1') && !isIP('::ffff:1.2.3.4') && !isIP('fe80::1%eth0')",
        ])
    func texts(source: String) { #expect(isTrue(source)) }

    @Test(
        "An address range has an address and a length",
        arguments: [
            ("10.0.0.0/8", true), ("10.0.0.0/33", false), ("10.0.0/8", false), ("10.0.0.0", false),
            ("2001:db8::/32", true), ("2001:db8::/129", false), ("::/0", true), ("10.0.0.0/08", false),
            ("::ffff:10.0.0.0/104", false), ("10.0.0.1/8", true),
        ])
    func ranges(text: String, isRange: Bool) { #expect(isTrue("isCIDR('\(text)') == \(isRange)")) }

    @Test(
        "Conversions, amounts, times and lists",
        arguments: [
            "int('-5') == -5 && int(2.9) == 2 && int(3u) == 3 && uint('7') == 7u && double('1.5') == 1.5",
            "string(1) == '1' && string(1.5) == '1.5' && string(2.0) == '2' && string(true) == 'true'",
            "string(b'ab') == 'ab' && bool('true') && !bool('0')", "string(duration('90s')) == '90s'",
            "string(timestamp('2026-01-31T09:05:00Z')) == '2026-01-31T09:05:00Z'",
            "timestamp('2026-01-31T10:05:00+01:00') == self.since",
            "self.since + duration('1h') > self.since && self.since - self.since == duration('0s')",
            "duration('1h30m').getMinutes() == 90 && duration('1.5s').getMilliseconds() == 1500",
            "duration('-1h') < duration('0') && duration('1ms') == duration('1000us')",
            "quantity('500m').compareTo(quantity('0.5')) == 0 && quantity('1Gi').isGreaterThan(quantity('1G'))",
            "quantity('1').add(quantity('1')).asInteger() == 2 && quantity('3').sub(1) == quantity('2')",
            "isQuantity('1.5Gi') && !isQuantity('x') && sign(quantity('-1')) == -1 && !quantity('1.5').isInteger()",
            "[3, 1, 2].min() == 1 && [3, 1, 2].max() == 3 && [1, 2].sum() == 3 && [1, 2].isSorted() && ![2, 1].isSorted()",
            "[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(5) == -1",
            "sets.contains([1, 2], [2]) && sets.intersects([1], [1, 3]) && sets.equivalent([1, 1], [1])",
        ])
    func conversions(source: String) { #expect(isTrue(source)) }

    @Test(
        "Optional values",
        arguments: [
            "self.?missing.orValue('x') == 'x'", "self.?name.hasValue() && !self.?missing.hasValue()",
            "self.?name.value() == 'größe'", "self.?ports[0].?name.orValue('') == 'web'",
            "self.ports[?5].hasValue() == false", "self.labels[?'none'].orValue('d') == 'd'",
            "self.?missing.optMap(m, m.size()).orValue(-1) == -1", "self.?name.optMap(m, m.size()).value() == 5",
            "[?self.?missing, ?self.?name].size() == 1", "{?'a': self.?missing}.size() == 0",
            "optional.of(1).or(optional.of(2)).value() == 1 && optional.none().or(optional.of(2)).value() == 2",
            "optional.ofNonZeroValue('').hasValue() == false", "self.?labels.for.value() == '2'",
        ])
    func optionals(source: String) { #expect(isTrue(source)) }

    @Test(
        "&& and || pass over what is wrong where the other side decides",
        arguments: [
            "1 / 0 == 1 || true", "true || 1 / 0 == 1", "!(1 / 0 == 1 && false)", "!(false && dynamic.none == 1)",
            "[0, 1].exists(x, 1 / x == 1)", "![0, 1].all(x, 1 / x == 2)",
        ])
    func absorbed(source: String) { #expect(isTrue(source)) }

    @Test(
        "What has no value says why",
        arguments: [
            ("1 / 0 == 1", "division by zero"), ("1 % 0 == 1", "modulus by zero"),
            ("9223372036854775807 + 1 == 0", "integer overflow"), ("-(-9223372036854775808) == 0", "integer overflow"),
            ("self.missing == ''", "no such key: missing"), ("self.labels.none == ''", "no such key: none"),
            ("self.labels['none'] == ''", "no such key: none"), ("self.steps[2] == ''", "index out of bounds: 2"),
            ("self.steps[-1] == ''", "index out of bounds: -1"), ("self.port + 1 == 2", "no such overload"),
            ("dynamic.count.size() == 1", "no such overload"), ("dynamic.count", "no such overload",),
            ("1 / 0 == 1 || false", "division by zero"),
            ("int('a') == 1", "type conversion error from 'string' to 'int'"),
            ("'a'.substring(2) == ''", "index out of range: 2"), ("[].max() == 1", "max called on empty list"),
            ("optional.none().value() == 1", "optional.none() dereference"),
            ("'a'.matches('(' + self.name)", "error parsing regexp: missing ): (größe"),
            ("{'a': 1, 'a': 2}.size() == 1", "Failed with repeated key"),
        ])
    func errors(source: String, want: String) {
        // A rule is true or false, so that a number is an error as well.
        let error = #expect(throws: CELError.self) {
            guard case .bool = try fixture.evaluate("\(source) ? true : false") else { return }
        }
        #expect(error?.message == want && error?.kind == .evaluation)
    }

    @Test(
        "What cannot have a value is refused before, with its place",
        arguments: [
            ("self.nme == ''", 4, "undefined field 'nme'"), ("has(self.nme)", 3, "undefined field 'nme'"),
            ("self.unknown == 1", 4, "undefined field 'unknown'"), ("self.open.z == 1", 9, "undefined field 'z'"),
            ("foo(1)", 3, "undeclared reference to 'foo' (in container '')"),
            ("self.name.foo()", 13, "undeclared reference to 'foo' (in container '')"),
            ("bar == 1", 0, "undeclared reference to 'bar' (in container '')"),
            ("[1].all(x, y)", 11, "undeclared reference to 'y' (in container '')"),
            ("cidr(self.name).ip() == 1", 4, "'cidr' is not known to this interpreter of CEL"),
            ("format.uuid().validate(self.name) == 1", 11, "'format.uuid' is not known to this interpreter of CEL"),
            ("self.count == '3'", 11, "found no matching overload for '_==_' applied to '(int, string)'"),
            ("self.name > 1", 10, "found no matching overload for '_>_' applied to '(string, int)'"),
            ("true && self.name", 12, "expected type 'bool' but found 'string'"),
            ("self.count.matches('a')", 18, "found no matching overload for 'matches' applied to 'int.(string)'"),
            ("self.name.size(1)", 14, "found no matching overload for 'size' applied to 'string.(int)'"),
            ("size(self)", 4, "found no matching overload for 'size' applied to '(object)'"),
            (
                "self.name.all(x, true)", 4,
                "expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)"
            ),
            ("self.steps.all(x, x)", 18, "expected type 'bool' but found 'string'"),
            ("self.steps.all(1, true)", 15, "argument must be a simple name"),
            ("has(self)", 4, "invalid argument to has() macro"),
            ("'a'.matches('(')", 12, "invalid matches argument"),
            ("9223372036854775808 == 1", 0, "invalid int literal"),
            ("namespace == 1", 0, "reserved identifier: namespace"),
            ("1 +", 3, "Syntax error: unexpected <EOF>"), ("'a", 0, "Syntax error: a string does not end"),
            ("a # b", 2, "Syntax error: token recognition error at: '#'"),
            ("'\\q' == ''", 0, "invalid escape sequence in a string"),
        ])
    func refusals(source: String, position: Int, message: String) {
        let error = #expect(throws: CELError.self) { try fixture.program(source) }
        #expect(error?.message == message && error?.position == position)
    }

    @Test("An error shows its line and place, as Kubernetes does")
    func description() throws {
        let source = "true &&\n 'ä' == foo"
        let error = try #require(throws: CELError.self) { try fixture.program(source) }
        #expect(
            error.description(in: source) == """
                ERROR: <input>:2:9: undeclared reference to 'foo' (in container '')
                 |  'ä' == foo
                 | ..．.....^
                """)
        #expect(
            CELError(.compilation, "here", at: 4).description(in: "1\r\n\r\n").hasPrefix("ERROR: <input>:2:2: here\n"))
    }

    @Test(
        "What lies too deep in each other is refused, however it is written",
        arguments: [
            String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300),
            String(repeating: "[", count: 100_000), "1" + String(repeating: " + 1", count: 300),
            "self" + String(repeating: ".a", count: 300), String(repeating: "true ? true : ", count: 300) + "true",
        ])
    func depth(source: String) {
        let error = #expect(throws: CELError.self) { try fixture.program(source) }
        #expect(error?.message.contains("limit") == true || error?.message.contains("undefined field") == true)
    }

    @Test("A thousand alternatives are no depth")
    func breadth() { #expect(isTrue("false" + String(repeating: " || false", count: 1000) + " || true")) }
}

@Suite("Costs of expressions")
struct CELCostTests {
    private let fixture = CELFixture()

    @Test(
        "A cost is what Kubernetes counts",
        arguments: [
            ("true", 0), ("self.count == 3", 3), ("has(self.name)", 1), ("[1, 2, 3].size() == 3", 2),
            ("'a'.startsWith('b')", 1), ("self.name.matches('^[a-z]+$')", 4), ("1 in [1, 2, 3]", 3),
        ])
    func costs(source: String, want: Int) throws { #expect(try fixture.cost(source) == want) }

    @Test("A cost grows with what there is to go through")
    func growth() throws {
        var long = fixture
        long.value["steps"] = .array((0..<1000).map { .string("step-\($0)") })
        let short = try fixture.cost("self.steps.all(a, self.steps.exists(b, b == a))")
        #expect(try long.cost("self.steps.map(s, s).size() > 0") > 10_000)
        let error = #expect(throws: CELError.self) {
            try long.evaluate("self.steps.all(a, self.steps.all(b, b != 'x'))")
        }
        #expect(short < 100 && error?.kind == .cost)
    }

    @Test(
        "What would run away ends",
        arguments: [
            "[1,2,3,4,5,6,7,8,9,0].all(a, [1,2,3,4,5,6,7,8,9,0].all(b, [1,2,3,4,5,6,7,8,9,0].all(c, "
                + "[1,2,3,4,5,6,7,8,9,0].all(d, [1,2,3,4,5,6,7,8,9,0].all(e, [1,2,3,4,5,6,7,8,9,0].all(f, true))))))",
            "['aaaaaaaaaaaaaaaa'].map(x, x + x).map(x, x.replace('', x)).map(x, x.replace('', x)).map(x, x.replace('', x))"
                + ".map(x, x.replace('', x)).map(x, x.replace('', x)).size() == 0",
        ])
    func runaways(source: String) {
        let error = #expect(throws: CELError.self) { try fixture.evaluate(source) }
        #expect(error?.kind == .cost)
        let absorbed = #expect(throws: CELError.self) { try fixture.evaluate("(\(source)) || true") }
        #expect(absorbed?.kind == .cost, "a spent budget is no error that || passes over")
    }
}
