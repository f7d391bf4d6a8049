import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Which pool a node belongs to")
struct NodeOwnershipTests {
    private func contender(
        _ name: String, created: String = "2026-01-01T00:00:00Z", uid: String? = nil,
        regions: String = "[{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]", extra: String = ""
    ) throws -> NodeOwnership.Contender? {
        NodeOwnership.Contender(
            try .fixture(
                """
                metadata: {name: \(name), namespace: ns, uid: \(uid ?? name), creationTimestamp: "\(created)"\(extra)}
                spec: {regions: \(regions)}
                """))
    }

    @Test("The older pool has it, whatever the order in which they are seen")
    func older() throws {
        let old = try #require(try contender("z-old", created: "2025-01-01T00:00:00Z"))
        let young = try #require(try contender("a-young"))
        for contenders in [[old, young], [young, old]] {
            #expect(NodeOwnership(contenders).owner(of: ["zone": "eu"])?.pool.name == "z-old")
            #expect(NodeOwnership(contenders).poolsMatching(["zone": "eu"]).map(\.name) == ["z-old", "a-young"])
        }
    }

    @Test("Of two pools of the same second the one with the lower UID has it")
    func ties() throws {
        let contenders = [
            try #require(try contender("pool-a", uid: "u2")), try #require(try contender("pool-b", uid: "u1")),
        ]
        #expect(NodeOwnership(contenders).owner(of: ["zone": "eu"])?.pool.name == "pool-b")
    }

    @Test("Of two regions of a pool the first in the list has it; one that is off has nothing")
    func regions() throws {
        let list = """
            [{name: off, enabled: false, nodeSelector: {matchLabels: {zone: eu}}},
            {name: first, nodeSelector: {matchLabels: {zone: eu}}}, {name: second, nodeSelector: {matchLabels: {zone: eu}}}]
            """
        let pool = try #require(try contender("p", regions: list))
        #expect(NodeOwnership([pool]).owner(of: ["zone": "eu"])?.region == "first")
        #expect(NodeOwnership([pool]).owner(of: ["zone": "us"]) == nil)
    }

    @Test("A pool that is being deleted claims nothing, nor does an empty selector")
    func noContender() throws {
        #expect(try contender("p", extra: ", deletionTimestamp: \"2026-01-01T00:00:00Z\"") == nil)
        let pool = try #require(try contender("p", regions: "[{name: all, nodeSelector: {}}]"))
        #expect(NodeOwnership([pool]).owner(of: [:]) == nil)
    }

    @Test("Whether a selector wants labels, expressions or both, the same pools match as when each is asked")
    func everySelector() throws {
        let selectors = [
            "{matchLabels: {zone: eu}}", "{matchLabels: {zone: eu, disk: ssd}}",
            "{matchExpressions: [{key: disk, operator: In, values: [ssd, nvme]}]}",
            "{matchExpressions: [{key: gpu, operator: DoesNotExist}]}",
            "{matchLabels: {zone: us}, matchExpressions: [{key: disk, operator: Exists}]}",
        ]
        let contenders = try selectors.enumerated().map { index, selector in
            try #require(
                try contender("p\(index)", uid: "u\(index)", regions: "[{name: r, nodeSelector: \(selector)}]"))
        }
        let ownership = NodeOwnership(contenders)
        let nodes: [[String: String]] = [
            [:], ["zone": "eu"], ["zone": "eu", "disk": "ssd"], ["zone": "us", "disk": "hdd"],
            ["zone": "us", "disk": "nvme", "gpu": "a"], ["zone": "ap", "gpu": "b"],
        ]
        for labels in nodes {
            let expected = contenders.filter { $0.regions[0].selector.matches(labels) }.map(\.pool)
            #expect(ownership.poolsMatching(labels) == expected, "\(labels)")
            #expect(ownership.owner(of: labels)?.pool == expected.first, "\(labels)")
        }
    }
}
