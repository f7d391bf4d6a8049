package import KubeAPI

/// The ledger on a claimed node: who holds it, what was set there, and what was there before.
///
/// It stands in the annotation `quartermaster.dev/claim` and is written in the same request as the labels and taints
/// that it tells of. It and not the pool's spec drives the clean-up, also when the pool is gone. A kubelet may write the
/// annotations of its node, so the text carries a seal: see `SealedClaim`.
package struct NodeClaim: Sendable, Hashable, Codable {
    package struct Pool: Sendable, Hashable, Codable {
        package var uid: String
        package var namespace: String
        package var name: String

        package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    }

    package struct Label: Sendable, Hashable, Codable {
        /// What we set.
        package var value: String
        /// What was there before; `nil` where there was no such label.
        package var previous: String?
    }

    package struct ClaimedTaint: Sendable, Hashable, Codable {
        /// What a taint of the same key and effect said before.
        package struct Previous: Sendable, Hashable, Codable {
            package var value: String?
        }

        package var key: String
        package var effect: Taint.Effect
        package var value: String?
        /// `nil` where there was no such taint.
        package var previous: Previous?

        package var taint: Taint { Taint(key: key, value: value, effect: effect) }
    }

    package var pool: Pool
    package var region: String
    package var onRelease: RegionalWorkerPool.ReleasePolicy
    package var labels: [String: Label]
    package var taints: [ClaimedTaint]

    package init(pool: Pool, region: String, onRelease: RegionalWorkerPool.ReleasePolicy) {
        self.pool = pool
        self.region = region
        self.onRelease = onRelease
        labels = [:]
        taints = []
    }

    package func taint(matching taint: Taint) -> ClaimedTaint? {
        taints.first { $0.key == taint.key && $0.effect == taint.effect }
    }
}
