import Testing

@testable import Reconcilers

@Suite("Names of children")
struct ChildNameTests {
    @Test("A short name is the parts with a dash between them")
    func shortNames() {
        #expect(ChildName.joined("workers", "eu-central") == "workers-eu-central")
        #expect(ChildName.labelValue("workers") == "workers")
    }

    @Test(
        "A long name is cut, ends in a hash, and stays within the limit",
        arguments: [
            (String(repeating: "a", count: 60), "eu"), (String(repeating: "a.", count: 120) + "a", "us-east"),
            (String(repeating: "a", count: 44) + "-", "a-very-long-region-1"),
        ])
    func longNames(pool: String, region: String) {
        let name = ChildName.joined(pool, region)
        #expect(name.utf8.count <= ChildName.limit)
        #expect("keda-hpa-\(name)".utf8.count <= 63)
        #expect(name.split(separator: "-").last?.count == 8)
        #expect(name.contains("-\(region)-") && !name.contains("--") && !name.contains(".-"))
        #expect(name == ChildName.joined(pool, region))
    }

    @Test("A limit of exactly the length needs no hash, one more does")
    func limits() {
        let pool = String(repeating: "p", count: ChildName.limit - 3)
        #expect(ChildName.joined(pool, "eu") == "\(pool)-eu")
        #expect(ChildName.joined(pool + "p", "eu") != "\(pool)p-eu")
    }

    @Test("Different parts that join to the same text get different hashes")
    func hashesTellPartsApart() {
        let long = String(repeating: "x", count: 60)
        #expect(ChildName.joined("\(long)-a", "b") != ChildName.joined(long, "a-b"))
        #expect(ChildName.labelValue("\(long)-aaa") != ChildName.labelValue("\(long)-aab"))
        #expect(ChildName.labelValue("\(long)-aaa").utf8.count == ChildName.labelValueLimit)
    }

    @Test("The hash never changes: names of live children depend on it")
    func hashIsStable() {
        #expect(ChildName.stableHash("workers/eu") == "tenhwmm7")
    }
}
