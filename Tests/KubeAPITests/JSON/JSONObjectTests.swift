internal import Testing

@testable import KubeAPI

@Suite struct JSONObjectTests {
    /// The same operations on an object and on a plain list of pairs, around the size where an object begins to index.
    @Test("An object behaves as an ordered list of unique keys, whatever its size", arguments: 0..<30)
    func matchesModel(seed: Int) {
        var random = SplitMix64(state: UInt64(seed))
        var object = JSONObject()
        var model: [(key: String, value: JSONValue)] = []
        for step in 0..<400 {
            let key = "key\(Int.random(in: 0..<(seed.isMultiple(of: 2) ? 24 : 60), using: &random))"
            let position = model.firstIndex { $0.key == key }
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                object[key] = .integer(Int64(step))
                if let position {
                    model[position].value = .integer(Int64(step))
                } else {
                    model.append((key, .integer(Int64(step))))
                }
            case 2:
                #expect(object.removeValue(forKey: key) == position.map { model[$0].value })
                if let position { model.remove(at: position) }
            case 3:
                object[key] = nil
                if let position { model.remove(at: position) }
            case 4:
                // Through the `_modify` accessor.
                object[key]?["inner"] = .integer(Int64(step))
                if let position { model[position].value["inner"] = .integer(Int64(step)) }
            default:
                #expect(object[key] == position.map { model[$0].value })
                #expect(object.contains(key) == (position != nil))
            }
            #expect(object.count == model.count)
        }
        #expect(Array(object.keys) == model.map(\.key))
        #expect(Array(object.values) == model.map(\.value))
        #expect(object == JSONObject(model.map { ($0.key, $0.value) }))
        for (key, value) in model { #expect(object[key] == value) }
    }

    @Test("Order does not count for equality and hash", arguments: [2, 16, 17, 40])
    func equalityWithoutOrder(count: Int) {
        let pairs = (0..<count).map { ("k\($0)", JSONValue.integer(Int64($0))) }
        let forward = JSONObject(pairs)
        let backward = JSONObject(pairs.reversed())
        #expect(forward == backward)
        #expect(forward.hashValue == backward.hashValue)
        var other = backward
        other["k1"] = "else"
        #expect(forward != other)
        other["k1"] = nil
        other["k"] = 1
        #expect(forward != other)
    }

    @Test("A key that comes again keeps its place and takes the new value")
    func lastValueWins() {
        let object: JSONObject = ["a": 1, "b": 2, "a": 3]
        #expect(Array(object.keys) == ["a", "b"])
        #expect(object["a"] == 3)
    }

    @Test("Null is a value, nil removes")
    func nullAndNil() {
        var object: JSONObject = ["a": 1]
        object["a"] = .null
        #expect(object.count == 1 && object["a"] == .some(.null))
        object["a"] = nil
        #expect(object.isEmpty)
        object["missing"]?["x"] = 1
        #expect(object.isEmpty)
    }

    @Test("A copy does not see later changes", arguments: [3, 30])
    func valueSemantics(count: Int) {
        var object = JSONObject((0..<count).map { ("k\($0)", ["n": .integer(Int64($0))]) })
        let copy = object
        object["k1"]?["n"] = "changed"
        object["k0"] = nil
        #expect(copy["k1"] == ["n": 1] && copy["k0"] == ["n": 0])
        #expect(object["k1"] == ["n": "changed"] && object["k0"] == nil)
        #expect(object["k2"] == ["n": 2])
    }

    @Test("mapValues and filter keep the order and find keys again", arguments: [3, 30])
    func transformations(count: Int) {
        let object = JSONObject((0..<count).map { ("k\($0)", .integer(Int64($0))) })
        let mapped = object.mapValues { .integer(($0.integer ?? 0) * 2) }
        #expect(mapped["k2"] == 4 && Array(mapped.keys) == Array(object.keys))
        let odd = object.filter { ($0.value.integer ?? 0) % 2 == 1 }
        #expect(odd["k1"] == 1 && odd["k2"] == nil && odd.count == count / 2)
    }
}
