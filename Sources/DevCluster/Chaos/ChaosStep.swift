/// One thing that is done to the cluster, the operator or the network between them.
enum ChaosStep: Sendable, Hashable {
    // The operator's processes.
    case kill(replica: Int)
    case revive(replica: Int)
    case freeze(replica: Int)
    case thaw(replica: Int)
    // The API server.
    case serverDown(keepsHistory: Bool)
    case serverUp
    case compact
    case disconnect
    case storm(status: Int, retryAfter: Int?, percent: Int)
    case lostAnswers(percent: Int)
    case calm
    // The network of one replica.
    case cut(replica: Int, afterBytes: Int)
    case swallow(replica: Int)
    case refuse(replica: Int)
    /// - resets: tells both sides of the connections that have lost bytes; without, they have to find out.
    case heal(replica: Int, resets: Bool)
    // What users do.
    case newImage(pool: Int)
    case scale(pool: Int, replicas: Int)
    case toggleRegion(pool: Int, region: Int)
    case recreate(pool: Int)
    case deleteChild(pool: Int, region: Int)
    case editChild(pool: Int, region: Int)
    case stripNode(pool: Int, region: Int)
}

extension ChaosStep: CustomStringConvertible {
    var description: String {
        switch self {
        case .kill(let replica): "SIGKILL of replica \(replica)"
        case .revive(let replica): "replica \(replica) starts again"
        case .freeze(let replica): "SIGSTOP of replica \(replica)"
        case .thaw(let replica): "SIGCONT of replica \(replica)"
        case .serverDown(let keepsHistory): "the API server goes\(keepsHistory ? "" : ", and its history")"
        case .serverUp: "the API server is back"
        case .compact: "the API server forgets its history"
        case .disconnect: "the API server cuts every connection"
        case .storm(let status, let retryAfter, let percent):
            "\(percent) % of requests are refused with \(status)"
                + (retryAfter.map { ", Retry-After \($0)" } ?? "")
        case .lostAnswers(let percent): "\(percent) % of writes are carried out and their answers lost"
        case .calm: "no more faults of the API server"
        case .cut(let replica, let bytes): "connections of replica \(replica) end after \(bytes) bytes"
        case .swallow(let replica): "connections of replica \(replica) are half-open"
        case .refuse(let replica): "connections of replica \(replica) are refused"
        case .heal(let replica, let resets):
            "the network of replica \(replica) is well again" + (resets ? "" : ", its old connections stay dead")
        case .newImage(let pool): "pool \(pool) gets a new image"
        case .scale(let pool, let replicas): "pool \(pool) gets \(replicas) replicas a region"
        case .toggleRegion(let pool, let region): "pool \(pool) loses region \(region), or gets it back"
        case .recreate(let pool): "pool \(pool) is deleted and made again"
        case .deleteChild(let pool, let region): "the Deployment of pool \(pool), region \(region), is deleted"
        case .editChild(let pool, let region): "the Deployment of pool \(pool), region \(region), is edited"
        case .stripNode(let pool, let region): "the node of pool \(pool), region \(region), loses label and taint"
        }
    }
}

/// The faults that a campaign draws from.
enum ChaosFault: String, Sendable, CaseIterable {
    case kill
    case freeze
    case restart
    case compact
    case disconnect
    case storm
    case lostAnswers = "lost-answers"
    case cut
    case halfOpen = "half-open"
    case refuse
    /// Half-open connections that nobody ever resets: found out by silence, after more than a minute.
    case blackHole = "black-hole"

    /// All but the slow one.
    static let usual = allCases.filter { $0 != .blackHole }

    /// Those that need the embedded API server.
    static let embeddedOnly: Set<ChaosFault> = [.compact, .disconnect, .storm, .lostAnswers]
}
