internal import KubeAPI
internal import Synchronization

/// Notices that a node is claimed and released again and again, and slows down instead of flapping: what claims set on
/// nodes must not decide whose they are, and where it does all the same, it shows here.
final class ClaimTurns: Sendable {
    private static let path = FieldPath.root.appending("metadata").appending("annotations").appending(
        AnnotationKey.claim)

    /// By the name of the node.
    private let claims = Mutex<[String: Contention]>([:])

    /// How long the node has to be left unclaimed; `nil` where it may be claimed now.
    func hold(on node: String, now: Duration) -> Duration? {
        claims.withLock { $0[node]?.hold(on: [Self.path], now: now)?.remaining }
    }

    func noteClaim(of node: String, now: Duration) {
        claims.withLock { claims in
            claims[node, default: Contention()].noteCorrection(of: [Drift(path: Self.path, manager: nil)], now: now)
        }
    }
}

extension WriteFailure {
    static func takingTurns(over node: String) -> WriteFailure {
        WriteFailure(
            object: WrittenObject(.node, ObjectKey(name: node)), kind: .contended,
            message: """
                claimed and released again and again; see which pools name it in their events, and let their node selectors \
                name labels that nothing changes
                """)
    }
}
