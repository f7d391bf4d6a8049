import KubeAPI
import Support
import Testing

@testable import Reconcilers

@Suite("What others use of an environment's quotas")
struct OthersUseTests {
    private let clock = ManualClock()
    private let key = ObjectKey(name: "shop")

    private func quota(_ used: [String: String]) -> QuotaCheck.Quota {
        QuotaCheck.Quota(name: "environment", hard: ["requests.cpu": "1"], used: used)
    }

    private func own(_ cpu: String...) -> ResourceNeed {
        let pods = cpu.map { amount -> JSONObject in
            ["spec": ["containers": [["name": "web", "resources": ["requests": ["cpu": .string(amount)]]]]]]
        }
        return ResourceNeed(
            pods: pods, claims: [Quantity(units: 1 << 30)],
            services: Array(repeating: ServiceUse(type: "ClusterIP", ports: 1), count: 2))
    }

    @Test("It is what the quota counts without the environment's own, whatever the entry is called")
    func difference() throws {
        var quotas = [
            quota([
                "requests.cpu": "900m", "cpu": "1", "pods": "3", "services": "2", "requests.storage": "3Gi",
                "persistentvolumeclaims": "1", "limits.memory": "1Gi",
            ])
        ]
        _ = OthersUse(time: TimeSource(clock)).fill(&quotas, own: own("200m", "200m"), of: key)
        let texts = quotas[0].usedByOthers.reduce(into: [:]) { $0[$1.key] = Amount.text($1.value, of: $1.key) }
        #expect(
            texts == [
                "requests.cpu": "500m", "cpu": "600m", "pods": "1", "services": "0", "requests.storage": "2Gi",
                "persistentvolumeclaims": "0", "limits.memory": "1Gi",
            ])
    }

    @Test("More is believed once it has lasted, and then the least of that time; less at once; never less than nothing")
    func patience() throws {
        let others = OthersUse(time: TimeSource(clock))
        func believed(_ used: String, _ own: ResourceNeed) throws -> (String, Duration?) {
            var quotas = [quota(["requests.cpu": used])]
            let again = others.fill(&quotas, own: own, of: key)
            let amount = try #require(quotas[0].usedByOthers["requests.cpu"])
            return (Amount.text(amount, of: "cpu"), again)
        }
        #expect(try believed("400m", own("200m", "200m")) == ("0", nil))
        // A pod of ours that is in the quota and not in the cache yet.
        #expect(try believed("600m", own("200m", "200m")) == ("0", OthersUse.patience))
        #expect(try believed("600m", own("200m", "200m", "200m")) == ("0", nil))
        #expect(try believed("900m", own("200m")) == ("0", OthersUse.patience))
        clock.advance(by: .seconds(10))
        #expect(try believed("500m", own("200m")) == ("0", .seconds(5)))
        clock.advance(by: .seconds(5))
        #expect(try believed("900m", own("200m")) == ("300m", nil))
        #expect(try believed("300m", own("200m")) == ("100m", nil))
        #expect(try believed("100m", own("200m")) == ("0", nil))
    }

    @Test("Another environment's readings are its own, and a new one begins with what is there")
    func forgetting() throws {
        let others = OthersUse(time: TimeSource(clock))
        for use in ["0", "500m"] {
            var quotas = [quota(["requests.cpu": use])]
            _ = others.fill(&quotas, own: own(), of: key)
            #expect(quotas[0].usedByOthers["requests.cpu"] == Quantity("0"))
            others.forget(ObjectKey(name: "other"))
        }
        others.forget(key)
        var quotas = [quota(["requests.cpu": "500m"])]
        #expect(others.fill(&quotas, own: own(), of: key) == nil)
        #expect(quotas[0].usedByOthers["requests.cpu"] == Quantity("500m"))
    }

    @Test("The preflight adds it to what is needed, and names it")
    func preflight() throws {
        let environment = try ResolvedEnvironment.written()
        var theirs = QuotaCheck.Quota(name: "theirs", hard: ["requests.cpu": "200m"], used: ["requests.cpu": "150m"])
        #expect(QuotaCheck(environment, quotas: [theirs]).isSufficient)
        theirs.usedByOthers = ["requests.cpu": try #require(Quantity("150m"))]
        let check = QuotaCheck(environment, quotas: [theirs])
        #expect(check.shortfall == ["requests.cpu": "50m"])
        #expect(
            check.finding(of: environment)?.message == """
                ResourceQuota theirs lacks requests.cpu 50m for all components with surge and autoscaling beside what \
                others in the namespace use (requests.cpu 150m); ask for a larger one or lower the components' resources \
                or replicas; no roll-out is begun
                """)
    }
}
