import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Whose a ledger is")
struct SealedClaimTests {
    private func claim(_ pool: String = "pool") throws -> NodeClaim {
        var claim = NodeClaim(
            pool: try RegionalWorkerPool.fixture(name: pool).claimant, region: "eu", onRelease: .removeOwned)
        claim.labels["workload"] = .init(value: "worker", previous: "before")
        claim.labels["mine"] = .init(value: "x", previous: nil)
        claim.taints = [
            .init(key: "workload", effect: .noSchedule, value: "worker"), .init(key: "mine", effect: .noExecute),
        ]
        return claim
    }

    private func node(_ text: String, uid: String = "uid-n1") throws -> NodeSnapshot {
        var object = try DynamicObject.fixture("{apiVersion: v1, kind: Node, metadata: {name: n1, uid: \(uid)}}")
        object[path: "metadata", "labels"] = ["zone": "eu", "workload": "worker", "mine": "x"]
        object[path: "metadata", "annotations"] = [AnnotationKey.claim: .string(text)]
        return NodeSnapshot(object, sealedBy: .test)
    }

    private func unsealed() throws -> String {
        String(decoding: try JSONValueEncoder().encode(try claim()).canonicalBytes(), as: UTF8.self)
    }

    @Test("What the operator has sealed is read back, whatever fields a newer one adds and however it is spaced")
    func roundTrip() throws {
        let text = try SealedClaim.annotation(claim(), on: "uid-n1", .test)
        let read = try node(text)
        #expect(try read.claim == claim() && read.isSealed && read.unproven == nil)
        #expect(try node(text.replacing(",", with: ", ")).isSealed)
    }

    @Test("A changed word, another node, another key and no seal at all make it nobody's")
    func forged() throws {
        let text = try SealedClaim.annotation(claim(), on: "uid-n1", .test)
        let other = Seal(key: Array(repeating: 8, count: Seal.keyLength))
        let forgeries = [
            try node(text.replacing("before", with: "after")), try node(text, uid: "uid-n2"),
            try node(SealedClaim.annotation(claim(), on: "uid-n1", other)),
            try node(text.replacing("\"value\":\"worker\"", with: "\"value\":\"worker\",\"extra\":1")),
            try node(unsealed()),
        ]
        for forgery in forgeries {
            #expect(forgery.claim == nil && !forgery.isSealed && forgery.unproven != nil)
            #expect(forgery.baseLabels == forgery.labels)
        }
        #expect(try node("{broken").unproven == nil)
    }

    @Test("One without a seal counts once for a pool that there is, in what its spec names, and is sealed then")
    func older() throws {
        let pool = try RegionalWorkerPool.fixture()
        let ownership = NodeOwnership([], unsealed: ["uid-pool": ClaimKeys(pool)])
        let trusted = ownership.trusting(try node(unsealed()))
        #expect(trusted.claim?.labels.keys.sorted() == ["workload"])
        #expect(trusted.claim?.taints.map(\.key) == ["workload"])
        #expect(!trusted.isSealed && trusted.unproven == nil)
        let wanted = WantedClaim(pool: pool.claimant, region: try pool.region("eu"))
        let plan = try #require(NodePlan(trusted, wanted: wanted))
        let sealed = try trusted.applying(plan)
        #expect(sealed.isSealed && sealed.claim?.labels["workload"]?.previous == "before")
        #expect(NodePlan(sealed, wanted: wanted) == nil)
        // With a seal that is not valid it is forged, and a pool that has sealed its nodes reads no other ones.
        let forged = try node(SealedClaim.annotation(claim(), on: "uid-n2", .test))
        #expect(ownership.trusting(forged).claim == nil)
        #expect(NodeOwnership([]).trusting(try node(unsealed())).claim == nil)
    }

    @Test("A seal tells parts, purposes and keys apart, and without its key nothing is valid")
    func seal() {
        let code = Seal.test.code("a", ["bc", "d"])
        #expect(Seal.test.isValid(code, "a", ["bc", "d"]))
        for (purpose, parts) in [("a", ["b", "cd"]), ("a", ["bcd"]), ("ab", ["c", "d"]), ("a", ["bc", "d", ""])] {
            #expect(!Seal.test.isValid(code, purpose, parts))
        }
        #expect(!Seal.test.isValid("", "a", ["bc", "d"]) && !Seal.test.isValid(code + "0", "a", ["bc", "d"]))
        #expect(!Seal().isValid(code, "a", ["bc", "d"]))
        #expect(!Seal(key: secretBytes(Seal.keyLength)).isValid(code, "a", ["bc", "d"]))
    }
}
