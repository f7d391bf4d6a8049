internal import Testing

@testable import KubeAPI

@Suite struct QuantityTests {
    private static let unit: Int128 = 1_000_000_000

    @Test(
        "Amounts are read with every suffix",
        arguments: [
            ("0", 0), ("1", unit), ("+1", unit), ("-1", -unit), ("1.", unit), (".5", unit / 2), ("-0.5", -unit / 2),
            ("500m", unit / 2), ("1000m", unit), ("1u", 1000), ("1n", 1), ("1k", 1000 * unit), ("1M", 1_000_000 * unit),
            ("1G", 1_000_000_000 * unit), ("1T", 1_000_000_000_000 * unit), ("1P", 1_000_000_000_000_000 * unit),
            ("1E", 1_000_000_000_000_000_000 * unit), ("1Ki", 1024 * unit), ("1.5Gi", 1_610_612_736 * unit),
            ("0.5Ki", 512 * unit), ("1Ei", (1 << 60) * unit), ("2e3", 2000 * unit), ("2E3", 2000 * unit),
            ("2e+3", 2000 * unit), ("2e-3", unit / 500), ("0.001Ti", 1_099_511_627_776 * unit / 1000),
            ("9223372036854775807", 9_223_372_036_854_775_807 * unit), ("00012", 12 * unit),
        ] as [(String, Int128)])
    func reading(text: String, want: Int128) {
        #expect(Quantity(text)?.nano == want)
    }

    @Test(
        "What is finer than a billionth is rounded away from zero",
        arguments: [
            ("0.0000000001", 1), ("-0.0000000001", -1), ("1.0000000001", unit + 1), ("1e-30", 1), ("0e-30", 0),
            ("0.000000000000000000000000000000000000000000000001", 1),
            ("0.000000000000000000000000000001e-18", 1), ("1e-2147483648", 1), ("0.0000000010", 1), ("1.5n", 2),
            ("0.1234567890000000000000000000000000000000000000001", 123_456_790),
        ] as [(String, Int128)])
    func rounding(text: String, want: Int128) {
        #expect(Quantity(text)?.nano == want)
    }

    @Test("Binary amounts end at 2^63 - 1, decimal ones where 128 bits end")
    func bounds() throws {
        let largest = try #require(Quantity("9223372036854775807"))
        #expect(Quantity("8Ei") == largest)
        #expect(Quantity("99999999999999999999999999Ki") == largest)
        #expect(Quantity("-8Ei")?.nano == -largest.nano)
        let end = try #require(Quantity("1e2147483647"))
        #expect(end > largest)
        #expect(Quantity(String(repeating: "9", count: 400)) == end)
        #expect(end + end == end)
        #expect(try #require(Quantity("-1e400")) + #require(Quantity("-1e400")) == Quantity("-1e400"))
    }

    @Test(
        "What is no amount is refused",
        arguments: [
            "", "-", "+", ".", "-.", "--1", "+-1", "1.2.3", "1 Gi", " 1", "1 ", "1gi", "1GI", "1KiB", "1ki", "1e",
            "1e+",
            "1e1.5", "1ee3", "e3", "Ki", "m", "1_000", "0x10", "١", "1,5", "NaN", "Infinity", "1e99999999999", "1mm",
        ])
    func refusal(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test("Equal amounts are equal in every spelling")
    func equality() {
        #expect(Quantity("1") == Quantity("1000m"))
        #expect(Quantity("1Gi") == Quantity("1024Mi"))
        #expect(Quantity("1e3") == Quantity("1k"))
        #expect(Quantity("0.1") != Quantity("0.1m"))
        #expect(Set([Quantity("1"), Quantity("1000m"), Quantity("1e0")]).count == 1)
    }

    @Test(
        "An amount is written without an exponent, and reads back",
        arguments: [
            ("0", "0"), ("1", "1"), ("0.5", "500m"), ("1.5Gi", "1610612736"), ("1n", "1n"), ("1500u", "1500u"),
            ("-250m", "-250m"), ("2e3", "2000"),
        ])
    func writing(text: String, want: String) throws {
        let quantity = try #require(Quantity(text))
        #expect(quantity.description == want)
        #expect(Quantity(want) == quantity)
    }

    @Test("In JSON an amount may be a number", arguments: [("0.5", "500m"), ("2", "2"), ("\"1Ki\"", "1024")])
    func coding(json: String, want: String) throws {
        let quantity = try JSONValueDecoder().decode(Quantity.self, from: JSONValue.parse(json))
        #expect(quantity.description == want)
    }
}
