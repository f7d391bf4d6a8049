import Support
internal import Testing

@testable import KubeAPI

@Suite struct JSONCodingTests {
    private struct Region: Codable, Hashable {
        var name: String
        var replicas: Int?
        var ports: [UInt16]?
        var weight: Double?
        var extra: JSONValue?
    }

    private struct Pool: Codable, Hashable {
        var regions: [Region]
        var labels: [String: String]?
        var amounts: [String: Quantity]?
        var isPaused: Bool?
        var raw: JSONObject?
        var limit: IntOrString?
    }

    @Test("A value goes through JSON and comes back")
    func roundTrip() throws {
        let pool = Pool(
            regions: [Region(name: "eu", replicas: 3, ports: [80, 443], weight: 0.5, extra: ["any": [1, nil]])],
            labels: ["b": "2", "a": "1"], amounts: ["cpu": Quantity(nano: 500_000_000)], isPaused: false,
            raw: ["z": 1, "y": [:]], limit: .string("25%"))
        let json = try JSONValueEncoder().encode(pool)
        #expect(
            json.serializedString()
                == #"{"regions":[{"name":"eu","replicas":3,"ports":[80,443],"weight":0.5,"extra":{"any":[1,null]}}],"#
                + #""labels":{"a":"1","b":"2"},"amounts":{"cpu":"500m"},"isPaused":false,"raw":{"z":1,"y":{}},"#
                + #""limit":"25%"}"#)
        #expect(try JSONValueDecoder().decode(Pool.self, from: json) == pool)
    }

    @Test("Dictionaries of every type are written sorted")
    func sortedDictionaries() throws {
        let amounts = Dictionary(uniqueKeysWithValues: (0..<50).map { ("key\($0)", Quantity(nano: 1_000_000_000)) })
        let json = try JSONValueEncoder().encode(amounts)
        #expect(json.object.map { Array($0.keys) } == amounts.keys.sorted())
        let lists = ["b": [["y": 1, "x": 2]], "a": []]
        #expect(try JSONValueEncoder().encode(lists).serializedString() == #"{"a":[],"b":[{"x":2,"y":1}]}"#)
    }

    @Test("Unknown fields are passed over, null is the same as missing")
    func leniency() throws {
        let json: JSONValue = [
            "regions": [["name": "eu", "replicas": nil, "unknown": ["a"]]], "labels": nil, "more": 1,
        ]
        #expect(try JSONValueDecoder().decode(Pool.self, from: json) == Pool(regions: [Region(name: "eu")]))
    }

    @Test(
        "A wrong type names its field",
        arguments: [
            ([:], .missing, "regions: is required"),
            (["regions": "x"], .type, "regions: expected an array, found a string"),
            (["regions": [["name": "a"], ["replicas": 1]]], .missing, "regions[1].name: is required"),
            (["regions": [["name": 1]]], .type, "regions[0].name: expected a string, found an integer"),
            (["regions": [["name": nil]]], .type, "regions[0].name: expected a string, found null"),
            (
                ["regions": [["name": "a", "replicas": 1.5]]], .type,
                "regions[0].replicas: expected an integer, found a number"
            ),
            (["regions": [["name": "a", "ports": [1, 70000]]]], .value, "regions[0].ports[1]: 70000 is out of range"),
            (
                ["regions": [["name": "a", "weight": "1"]]], .type,
                "regions[0].weight: expected a number, found a string"
            ),
            (["regions": [], "labels": ["a/b": 1]], .type, "labels.a/b: expected a string, found an integer"),
            (
                ["regions": [], "amounts": ["cpu": "lots"]], .value,
                "amounts.cpu: \"lots\" is not an amount as in 500m, 1.5 or 2Gi"
            ),
            (["regions": [], "isPaused": "yes"], .type, "isPaused: expected a boolean, found a string"),
            (["regions": [], "raw": [1]], .type, "raw: expected an object, found an array"),
            (["regions": [], "limit": true], .type, "limit: expected a string, found a boolean"),
            ([1], .type, "expected an object, found an array"),
        ] as [(JSONValue, JSONError.Code, String)])
    func wrongTypes(json: JSONValue, code: JSONError.Code, want: String) {
        let error = #expect(throws: JSONError.self) { try JSONValueDecoder().decode(Pool.self, from: json) }
        #expect(error?.description == want)
        #expect(error?.code == code)
    }

    @Test("A number that has no JSON form names its field")
    func unencodable() {
        struct Wide: Encodable { var values: [UInt64] }
        let error = #expect(throws: JSONError.self) {
            try JSONValueEncoder().encode(["spec": [Wide(values: [1, .max])]])
        }
        #expect(error?.path == "spec[0].values[1]")
    }

    @Test("Whole numbers are read from either form", arguments: [.integer(3), .number(3)] as [JSONValue])
    func wholeNumbers(json: JSONValue) throws {
        #expect(try JSONValueDecoder().decode(Int.self, from: json) == 3)
        #expect(try JSONValueDecoder().decode(Double.self, from: json) == 3)
        #expect(try JSONValueDecoder().decode(IntOrString.self, from: json) == .int(3))
    }
}
