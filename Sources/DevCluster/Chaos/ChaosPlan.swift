/// What happens in one round, and when: a seed determines all of it.
struct ChaosPlan: Sendable, Hashable {
    struct Settings: Sendable, Hashable {
        var faults = ChaosFault.usual
        var faultsPerRound = 8
        /// Of the operator.
        var replicas = 2
        /// Longer than it is held: a frozen holder loses it.
        var leaseDuration: Duration = .seconds(6)
    }

    struct Entry: Sendable, Hashable {
        var offset: Duration
        var step: ChaosStep
    }

    /// Pools, each with so many regions of its own.
    private(set) var regions: [Int] = []
    /// In the order of their times.
    private(set) var entries: [Entry] = []

    init(seed: UInt64, settings: Settings) {
        var dice = ChaosDice(seed: seed)
        for _ in 0..<dice.roll(1...3) { regions.append(dice.roll(1...3)) }
        // A roll-out with the faults in it; users go on changing things meanwhile.
        let length = max(6000, settings.faultsPerRound * 700)
        for _ in 0..<settings.faultsPerRound {
            let offset = dice.milliseconds(0...length)
            add(dice.pick(settings.faults), at: offset, settings, &dice)
        }
        for _ in 0..<max(2, settings.faultsPerRound / 2) {
            add(at: dice.milliseconds(500...length), change(&dice))
        }
        entries.sort { $0.offset < $1.offset }
    }

    private mutating func add(at offset: Duration, _ step: ChaosStep) {
        entries.append(Entry(offset: offset, step: step))
    }

    private mutating func add(
        _ fault: ChaosFault, at offset: Duration, _ settings: Settings, _ dice: inout ChaosDice
    ) {
        let replica = dice.roll(0...(settings.replicas - 1))
        switch fault {
        case .kill:
            add(at: offset, .kill(replica: replica))
            add(at: offset + dice.milliseconds(0...1200), .revive(replica: replica))
        case .freeze:
            add(at: offset, .freeze(replica: replica))
            // Sometimes shorter than the lease, sometimes longer.
            let longest = Int(settings.leaseDuration / .milliseconds(1)) * 3 / 2
            add(at: offset + dice.milliseconds(200...longest), .thaw(replica: replica))
        case .restart:
            add(at: offset, .serverDown(keepsHistory: dice.roll(0...1) == 0))
            add(at: offset + dice.milliseconds(0...2500), .serverUp)
        case .compact: add(at: offset, .compact)
        case .disconnect: add(at: offset, .disconnect)
        case .storm:
            let (status, retryAfter) = dice.pick([(429, 1), (429, nil), (503, 1), (500, nil)])
            add(at: offset, .storm(status: status, retryAfter: retryAfter, percent: dice.roll(30...100)))
            add(at: offset + dice.milliseconds(300...2500), .calm)
        case .lostAnswers:
            add(at: offset, .lostAnswers(percent: dice.roll(20...80)))
            add(at: offset + dice.milliseconds(300...2500), .calm)
        case .cut: add(at: offset, .cut(replica: replica, afterBytes: dice.pick([0, 1, 100, 1500, 20_000])))
        case .halfOpen:
            add(at: offset, .swallow(replica: replica))
            add(at: offset + dice.milliseconds(200...9000), .heal(replica: replica, resets: true))
        case .refuse:
            add(at: offset, .refuse(replica: replica))
            add(at: offset + dice.milliseconds(200...4000), .heal(replica: replica, resets: true))
        case .blackHole:
            add(at: offset, .swallow(replica: replica))
            add(at: offset + dice.milliseconds(200...4000), .heal(replica: replica, resets: false))
        }
    }

    private func change(_ dice: inout ChaosDice) -> ChaosStep {
        let pool = dice.roll(0...(regions.count - 1))
        let region = dice.roll(0...(regions[pool] - 1))
        return dice.pick([
            .newImage(pool: pool), .newImage(pool: pool), .scale(pool: pool, replicas: dice.roll(1...4)),
            .toggleRegion(pool: pool, region: region), .recreate(pool: pool),
            .deleteChild(pool: pool, region: region), .editChild(pool: pool, region: region),
            .stripNode(pool: pool, region: region),
        ])
    }
}
