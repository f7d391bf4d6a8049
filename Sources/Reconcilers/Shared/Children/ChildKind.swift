package import KubeAPI

/// A type of children. What depends on the type follows from this one declaration: when such a child is written among the
/// others of its owner, what the operator may do with it, and whether one that nobody wants any more is deleted.
package struct ChildKind: Sendable, Hashable {
    package let type: ResourceType
    let phase: ApplyPhase
    /// Where the operator may write such children. It sees them in the whole cluster, unless they are confidential.
    let written: [Right.Scope]
    /// Never deleted as unwanted: data would go with it.
    let holdsData: Bool

    init(_ type: ResourceType, _ phase: ApplyPhase, written: [Right.Scope] = [.cluster], holdsData: Bool = false) {
        self.type = type
        self.phase = phase
        self.written = written
        self.holdsData = holdsData
    }

    // What gives the operator and the pods the right to do what comes next.
    static let roleBinding = ChildKind(.roleBinding, .rights)

    static let componentImages = ChildKind(
        ComponentImages.resourceType, .prerequisites, written: [.environmentNamespaces])

    // What pods mount, and what rules over pods and bounds them.
    static let resourceQuota = ChildKind(.resourceQuota, .prerequisites, written: [.environmentNamespaces])
    static let limitRange = ChildKind(.limitRange, .prerequisites, written: [.environmentNamespaces])
    static let serviceAccount = ChildKind(.serviceAccount, .prerequisites)
    static let configMap = ChildKind(.configMap, .prerequisites)
    /// Copies of shared Secrets, and whether those that components name are there. Nowhere else does the operator read any.
    static let secret = ChildKind(.secret, .prerequisites, written: [.environmentNamespaces])
    static let persistentVolumeClaim = ChildKind(
        .persistentVolumeClaim, .prerequisites, written: [.environmentNamespaces], holdsData: true)
    static let podDisruptionBudget = ChildKind(.podDisruptionBudget, .prerequisites)
    static let service = ChildKind(.service, .prerequisites, written: [.cluster, .environmentNamespaces])
    static let triggerAuthentication = ChildKind(.triggerAuthentication, .prerequisites)

    static let networkPolicy = ChildKind(.networkPolicy, .policies)

    // What makes pods.
    static let deployment = ChildKind(.deployment, .workloads)
    static let statefulSet = ChildKind(.statefulSet, .workloads, written: [.environmentNamespaces])
    static let cronJob = ChildKind(.cronJob, .workloads)
    static let job = ChildKind(.job, .workloads)
    static let veleroSchedule = ChildKind(.veleroSchedule, .workloads)

    // What points at workloads and at what surrounds them.
    static let horizontalPodAutoscaler = ChildKind(
        .horizontalPodAutoscaler, .followers, written: [.cluster, .environmentNamespaces])
    static let scaledObject = ChildKind(.scaledObject, .followers)
    static let ingress = ChildKind(.ingress, .routes, written: [.environmentNamespaces])
    static let serviceMonitor = ChildKind(.serviceMonitor, .followers)
    static let prometheusRule = ChildKind(.prometheusRule, .followers)
}
