import KubeAPI
import Synchronization
import Testing

@testable import Reconcilers

@Suite("What is read out of cached objects")
struct ParsedObjectsTests {
    private func pool(_ name: String, version: Int, zone: String) throws -> CachedObject {
        CachedObject(
            try .fixture(
                """
                metadata: {name: \(name), uid: \(name), resourceVersion: "\(version)"}
                spec: {zone: \(zone)}
                """))
    }

    @Test("The revision moves with the values, not with the objects or their order")
    func revision() throws {
        let parsed = ParsedObjects { $0.value(at: "spec", "zone")?.string }
        let (a, b) = (try pool("a", version: 1, zone: "eu"), try pool("b", version: 2, zone: "us"))
        let first = parsed.revised([a, b])
        #expect(first.values == ["eu", "us"])
        #expect(parsed.revised([b, a]).revision == first.revision)
        #expect(parsed.revised([try pool("a", version: 3, zone: "eu"), b]).revision == first.revision)

        let changed = parsed.revised([try pool("a", version: 4, zone: "ap"), b])
        #expect(changed.values == ["ap", "us"])
        #expect(changed.revision != first.revision)
        let fewer = parsed.revised([b])
        #expect(fewer.values == ["us"])
        #expect(fewer.revision != changed.revision)
        let other = parsed.revised([try pool("c", version: 5, zone: "us")])
        #expect(other.revision != fewer.revision)
    }

    @Test("The value of one object is that of its present version, and others stay known")
    func single() throws {
        let count = Mutex(0)
        let parsed = ParsedObjects { object in
            count.withLock { $0 += 1 }
            return object.value(at: "spec", "zone")?.string
        }
        let (a, b) = (try pool("a", version: 1, zone: "eu"), try pool("b", version: 2, zone: "us"))
        let first = parsed.revised([a, b])
        #expect(parsed.value(of: a) == "eu" && parsed.value(of: b) == "us")
        #expect(count.withLock { $0 } == 2, "each is read once")

        let changed = try pool("a", version: 3, zone: "ap")
        #expect(parsed.value(of: changed) == "ap")
        let all = parsed.revised([changed, b])
        #expect(all.values == ["ap", "us"] && all.revision != first.revision)
        #expect(count.withLock { $0 } == 3)

        parsed.forget(b.key)
        #expect(parsed.value(of: b) == "us")
        #expect(count.withLock { $0 } == 4, "what was forgotten is read again")
    }
}
