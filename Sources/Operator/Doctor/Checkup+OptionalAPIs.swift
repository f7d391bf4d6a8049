internal import KubeAPI
internal import Reconcilers

extension Checkup {
    private static let optional: [(type: ResourceType, purpose: String)] = [
        (
            .scaledObject,
            "pools scale by HorizontalPodAutoscalers, or stay at their replicas, and components with keda do not scale"
        ),
        (.serviceMonitor, "no metrics are scraped"),
        (.prometheusRule, "no alerts are made"),
        (.veleroSchedule, "velero sources are not backed up"),
        (.certificate, "no certificates are issued for the hosts of environments"),
    ]

    /// The APIs of others that make more possible; the operator uses each as soon as it is there.
    func optionalAPIs() async throws -> [Diagnosis] {
        var all: [Diagnosis] = []
        for (type, purpose) in Self.optional {
            let isServed = try await client.resourceType(apiVersion: type.apiVersion, kind: type.kind) != nil
            let text = isServed ? "served" : "not served, so \(purpose)"
            all.append(Diagnosis(isServed ? .fine : .notice, "optional API \(type.apiVersion) \(type.kind)", text))
        }
        return all
    }
}
