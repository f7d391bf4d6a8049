import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Types of children")
struct ChildKindTests {
    @Test(
        "What comes first is there before what needs it",
        arguments: [
            (ChildKind.roleBinding, ChildKind.configMap), (.limitRange, .deployment),
            (.resourceQuota, .deployment),
            (.networkPolicy, .deployment), (.secret, .cronJob), (.configMap, .cronJob),
            (.persistentVolumeClaim, .deployment), (.podDisruptionBudget, .deployment),
            (.triggerAuthentication, .scaledObject), (.deployment, .scaledObject),
            (.deployment, .horizontalPodAutoscaler), (.service, .ingress), (.service, .serviceMonitor),
        ])
    func order(first: ChildKind, second: ChildKind) {
        #expect(first.phase < second.phase)
    }
}
