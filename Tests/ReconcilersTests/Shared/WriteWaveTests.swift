import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The order in which children are written")
struct WriteWaveTests {
    @Test(
        "What comes first is there before what needs it",
        arguments: [
            (ResourceType.roleBinding, ResourceType.configMap), (.limitRange, .deployment),
            (.resourceQuota, .deployment),
            (.networkPolicy, .deployment), (.secret, .cronJob), (.configMap, .cronJob),
            (.persistentVolumeClaim, .deployment), (.podDisruptionBudget, .deployment),
            (.triggerAuthentication, .scaledObject), (.deployment, .scaledObject),
            (.deployment, .horizontalPodAutoscaler), (.service, .ingress), (.service, .serviceMonitor),
        ])
    func order(first: ResourceType, second: ResourceType) {
        #expect(WriteWave(first) < WriteWave(second))
    }
}
