internal import KubeAPI

/// What the simulation reads of a Deployment.
struct DeploymentFacts: Sendable {
    enum Strategy: Sendable, Hashable {
        case recreate
        /// Both resolved to a number of pods, never both zero.
        case rollingUpdate(maxSurge: Int, maxUnavailable: Int)
    }

    let object: DynamicObject
    let replicas: Int
    let selector: LabelSelector
    let template: JSONValue
    let strategy: Strategy
    let isPaused: Bool
    let minReadySeconds: Int
    let revisionHistoryLimit: Int
    /// `nil` where no deadline is set.
    let progressDeadline: Duration?
    let collisionCount: Int

    init(_ object: DynamicObject) {
        let spec = object["spec"] ?? .object([:])
        self.object = object
        replicas = spec["replicas"]?.integer.map(Int.init) ?? 1
        selector = LabelSelector(json: spec["selector"])
        template = spec["template"] ?? .object([:])
        isPaused = spec["paused"]?.bool ?? false
        minReadySeconds = spec["minReadySeconds"]?.integer.map(Int.init) ?? 0
        revisionHistoryLimit = spec["revisionHistoryLimit"]?.integer.map(Int.init) ?? 10
        let deadline = spec["progressDeadlineSeconds"]?.integer ?? 600
        // The largest number means "never", as kubectl and the API have it.
        progressDeadline = deadline == Int64(Int32.max) ? nil : .seconds(deadline)
        collisionCount = object[path: "status", "collisionCount"]?.integer.map(Int.init) ?? 0
        strategy = Self.strategy(spec["strategy"], replicas: replicas)
    }

    /// How many pods may be missing while the Deployment still counts as available.
    var maxUnavailable: Int {
        switch strategy {
        case .recreate: 0
        case .rollingUpdate(_, let maxUnavailable): min(maxUnavailable, replicas)
        }
    }

    var maxSurge: Int {
        switch strategy {
        case .recreate: 0
        case .rollingUpdate(let maxSurge, _): maxSurge
        }
    }

    /// The template's hash, as it stands in the ReplicaSet's name and labels.
    var templateHash: String {
        var bytes = template.canonicalBytes()
        if collisionCount > 0 { bytes += Array(String(collisionCount).utf8) }
        return StableHash(bytes).nameSuffix
    }

    private static func strategy(_ json: JSONValue?, replicas: Int) -> Strategy {
        if json?["type"]?.string == "Recreate" { return .recreate }
        let rolling = json?["rollingUpdate"]
        let surge = IntOrString(json: rolling?["maxSurge"]) ?? .string("25%")
        let unavailable = IntOrString(json: rolling?["maxUnavailable"]) ?? .string("25%")
        let maxSurge = surge.resolved(of: replicas, roundingUp: true)
        let maxUnavailable = unavailable.resolved(of: replicas, roundingUp: false)
        // Both rounded to zero would never make progress.
        return .rollingUpdate(
            maxSurge: maxSurge, maxUnavailable: maxSurge == 0 && maxUnavailable == 0 ? 1 : maxUnavailable)
    }
}

extension IntOrString {
    init?(json: JSONValue?) {
        if let number = json?.integer {
            self = .int(Int(number))
        } else if let text = json?.string {
            self = .string(text)
        } else {
            return nil
        }
    }

    /// The number itself, or the percentage of a total.
    func resolved(of total: Int, roundingUp: Bool) -> Int {
        switch self {
        case .int(let number): return max(0, number)
        case .string(let text):
            guard text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return max(0, Int(text) ?? 0) }
            return max(0, (percent * total + (roundingUp ? 99 : 0)) / 100)
        }
    }
}

extension LabelSelector {
    /// Selects nothing where the field is missing or broken: never an object of somebody else.
    init(json: JSONValue?) {
        let none = LabelSelector(matchExpressions: [
            .init(key: "simulation.quartermaster.dev/none", operator: .in, values: [])
        ])
        self = json.flatMap { try? JSONValueDecoder().decode(LabelSelector.self, from: $0) } ?? none
    }
}
