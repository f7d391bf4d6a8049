import Testing

@testable import DevCluster

@Suite("Plan of a chaos round")
struct ChaosPlanTests {
    @Test("The same seed gives the same plan, another one another", arguments: 0..<20 as Range<UInt64>)
    func replay(seed: UInt64) {
        let settings = ChaosPlan.Settings()
        #expect(ChaosPlan(seed: seed, settings: settings) == ChaosPlan(seed: seed, settings: settings))
        #expect(ChaosPlan(seed: seed, settings: settings) != ChaosPlan(seed: seed + 1, settings: settings))
    }

    @Test(
        "Steps come in the order of their times, and what is taken away is given back",
        arguments: 0..<50 as Range<UInt64>)
    func order(seed: UInt64) {
        let plan = ChaosPlan(seed: seed, settings: .init())
        #expect(plan.entries.map(\.offset) == plan.entries.map(\.offset).sorted())
        func count(_ matches: (ChaosStep) -> Bool) -> Int { plan.entries.count { matches($0.step) } }
        for replica in 0..<2 {
            #expect(count { $0 == .kill(replica: replica) } == count { $0 == .revive(replica: replica) })
            #expect(count { $0 == .freeze(replica: replica) } == count { $0 == .thaw(replica: replica) })
        }
        let down = count { if case .serverDown = $0 { true } else { false } }
        #expect(down == count { $0 == .serverUp })
    }

    @Test("Only the faults that were asked for happen, as many as asked for")
    func selection() {
        var settings = ChaosPlan.Settings()
        settings.faults = [.kill]
        settings.faultsPerRound = 50
        let plan = ChaosPlan(seed: 7, settings: settings)
        let kills = plan.entries.count { if case .kill = $0.step { true } else { false } }
        #expect(kills == 50)
        #expect(
            !plan.entries.contains { entry in
                switch entry.step {
                case .freeze, .serverDown, .compact, .disconnect, .storm, .lostAnswers, .cut, .swallow, .refuse: true
                default: false
                }
            })
    }
}
