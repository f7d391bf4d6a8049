import Support
internal import Testing

@testable import KubeAPI

/// The expectations are the answers of kubectl 1.32 to the same text.
@Suite struct YAMLScalarTests {
    private func value(_ scalar: String) throws -> JSONValue? {
        try YAML.parseDocument(Array("x: \(scalar)\n".utf8))["x"]
    }

    @Test(
        "Booleans have all the spellings of YAML 1.1, and no others",
        arguments: [
            ("y", true), ("Y", true), ("yes", true), ("Yes", true), ("YES", true), ("on", true), ("On", true),
            ("ON", true), ("true", true), ("True", true), ("TRUE", true), ("n", false), ("N", false), ("no", false),
            ("No", false), ("NO", false), ("off", false), ("Off", false), ("OFF", false), ("false", false),
            ("False", false), ("FALSE", false), ("YeS", "YeS"), ("tRUE", "tRUE"), ("oN", "oN"), ("yep", "yep"),
        ] as [(String, JSONValue)])
    func booleans(text: String, want: JSONValue) throws {
        #expect(try value(text) == want)
    }

    @Test(
        "For the booleans of YAML 1.2 the other words of 1.1 are strings, as keys, too",
        arguments: [
            ("true", true), ("True", true), ("FALSE", false), ("y", "y"), ("yes", "yes"), ("On", "On"), ("NO", "NO"),
            ("off", "off"), ("null", nil), ("010", 8), ("\"true\"", "true"), ("!!bool true", true),
        ] as [(String, JSONValue)])
    func coreBooleans(text: String, want: JSONValue) throws {
        #expect(try YAML.parse(Array("on: \(text)\n".utf8), booleans: .core) == [["on": want]])
        #expect(try YAML.parse("on: 1") == [["true": 1]])
    }

    @Test(
        "Null is written in four ways or not at all",
        arguments: [("~", nil), ("null", nil), ("Null", nil), ("NULL", nil), ("", nil), ("nULL", "nULL")]
            as [(String, JSONValue)])
    func nulls(text: String, want: JSONValue) throws {
        #expect(try value(text) == want)
    }

    @Test(
        "Whole numbers are read in every base, underscores are passed over",
        arguments: [
            ("0", 0), ("12", 12), ("+12", 12), ("-12", -12), ("010", 8), ("-010", -8), ("00", 0), ("08", 8), ("0_8", 8),
            ("0o10", 8), ("-0o10", -8), ("0O17", 15), ("0o18", "0o18"), ("0o", "0o"), ("0x1F", 31), ("-0x1F", -31),
            ("0X1f", 31), ("0x_1", 1), ("0x1_F", 31), ("0xG", "0xG"), ("0x", "0x"), ("0b11", 3), ("-0b11", -3),
            ("0B1", 1), ("0b12", "0b12"), ("0b", "0b"), ("1_000", 1000), ("1__0", 10), ("1_", 1), ("_1", "_1"),
            ("-_1", -1), ("9223372036854775807", 9_223_372_036_854_775_807),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("18446744073709551616", .number(18_446_744_073_709_551_616)), ("--1", "--1"), ("+-1", "+-1"), ("+", "+"),
        ] as [(String, JSONValue)])
    func wholeNumbers(text: String, want: JSONValue) throws {
        #expect(try value(text) == want)
    }

    @Test(
        "Fractions and exponents are read, whole ones as whole numbers",
        arguments: [
            ("1.5", .number(1.5)), ("1.0", 1), ("1.", 1), ("1e3", 1000), ("1E+2", 100), ("1e5_0", .number(1e50)),
            (".5", .number(0.5)), ("-.5", .number(-0.5)), ("+.5", .number(0.5)), (".5e3", 500), (".5_0", .number(0.5)),
            ("._5", "._5"), (".e3", ".e3"), (".", "."), ("..", ".."), ("-.", "-."), (".5.", ".5."), ("1e", "1e"),
            ("1e+", "1e+"), ("+e5", "+e5"), ("1e400", "1e400"), ("1.5e10", 15_000_000_000), ("0x1p3", "0x1p3"),
            ("685.230_15e+03", .number(685_230.15)), ("1.2.3", "1.2.3"), ("-0", 0), ("1.0e-5", .number(1e-5)),
        ] as [(String, JSONValue)])
    func fractions(text: String, want: JSONValue) throws {
        #expect(try value(text) == want)
    }

    @Test(
        "Dates, base 60 and quoted text stay strings",
        arguments: [
            ("2001-01-01", "2001-01-01"), ("2001-12-14t21:59:43Z", "2001-12-14t21:59:43Z"), ("1:30", "1:30"),
            ("'1'", "1"), ("\"yes\"", "yes"), ("\"\"", ""), ("=", "="), ("<<", "<<"), ("! 12", "12"),
        ] as [(String, JSONValue)])
    func strings(text: String, want: JSONValue) throws {
        #expect(try value(text) == want)
    }

    @Test(
        "A tag decides, also over quotes",
        arguments: [
            ("!!str 1", "1"), ("!!str ~", "~"), ("!!int \"12\"", 12), ("!!float 3", 3),
            ("!!float \"3.5\"", .number(3.5)),
            ("!!bool \"yes\"", true), ("!!null \"\"", nil), ("!!binary aGVsbG8=", "hello"), ("!foo 12", "12"),
            ("!!timestamp 2001-01-01", "2001-01-01"), ("!!set {a, b}", ["a": nil, "b": nil]), ("!foo {a: 1}", ["a": 1]),
        ] as [(String, JSONValue)])
    func tags(text: String, want: JSONValue) throws {
        #expect(try value(text) == want)
    }

    @Test(
        "A value that is not what its tag says, or has no JSON form, is refused without being quoted",
        arguments: [
            ("!!int s3cret", "line 1, column 4: the value is no !!int"),
            ("!!int 1.5", "line 1, column 4: the value is no !!int"),
            ("!!null s3cret", "line 1, column 4: the value is no !!null"),
            ("!!binary s3cret", "line 1, column 4: the value of !!binary is not base64 of UTF-8 text"),
            (".inf", "line 1, column 4: infinity and NaN have no JSON form; quote the text if it is a string"),
            (".nan", "line 1, column 4: infinity and NaN have no JSON form; quote the text if it is a string"),
        ])
    func refusals(text: String, want: String) {
        let error = #expect(throws: JSONError.self) { try value(text) }
        #expect(error?.message == want)
        #expect(error?.code == .value)
    }
}
