internal import KubeAPI

/// A pool with what the operator's configuration and the nodes say of it.
struct ResolvedPool: ResolvedKind {
    let pool: RegionalWorkerPool
    let mayClaim: Bool
    let work: NodeClaims.Work

    var needsCleanUp: Bool { mayClaim && !pool.spec.suspend && (!work.isEmpty || pool.reachesOutside) }
}
