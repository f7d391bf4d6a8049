internal import KubeAPI
internal import Reconcilers

extension Checkup {
    private static let apiService = ResourceType(
        group: "apiregistration.k8s.io", version: "v1", kind: "APIService", plural: "apiservices", isNamespaced: false)

    /// APIs that the API server passes on to a Service, which does not answer: no namespace can be deleted meanwhile, and what
    /// asks them does not work.
    func aggregatedAPIs() async throws -> [Diagnosis] {
        let services = try await client.listAll(Self.apiService).items
        var findings = services.compactMap { service -> Diagnosis? in
            let available = service[path: "status", "conditions"]?.array?.first { $0["type"]?.string == "Available" }
            guard let available, available["status"]?.string != "True", let target = service[path: "spec", "service"]
            else {
                return nil
            }
            let key = ObjectKey(namespace: target["namespace"]?.string ?? "", name: target["name"]?.string ?? "")
            let words = available["message"]?.string ?? available["reason"]?.string ?? ""
            return Diagnosis(
                .trouble, "aggregated API \(service.name)",
                "is not available (\(words)), so namespaces can't be deleted\(Self.loss(of: service)); repair Service "
                    + "\(key), or delete the APIService if it is left over")
        }
        let hasMetrics = services.contains { $0[path: "spec", "group"] == "metrics.k8s.io" }
        if !hasMetrics, let scaler = try await firstAutoscaler() {
            findings.append(
                Diagnosis(
                    .trouble, "aggregated API metrics.k8s.io",
                    "is not there, and HorizontalPodAutoscaler \(scaler) goes by it; install metrics-server"))
        }
        return findings
    }

    private static func loss(of service: DynamicObject) -> String {
        switch service[path: "spec", "group"]?.string {
        case "metrics.k8s.io": " and HorizontalPodAutoscalers do nothing"
        case "external.metrics.k8s.io": " and KEDA scales nothing"
        default: ""
        }
    }

    /// One that the operator has made, and that goes by what pods use.
    private func firstAutoscaler() async throws -> ObjectKey? {
        let options = ListOptions(labelSelector: "\(LabelKey.managedBy)=\(LabelKey.manager)")
        let autoscalers = try await client.list(.horizontalPodAutoscaler, options: options).items
        return autoscalers.first { autoscaler in
            let metrics = autoscaler[path: "spec", "metrics"]?.array ?? []
            // Without any it goes by CPU.
            return metrics.isEmpty
                || metrics.contains { ["Resource", "ContainerResource"].contains($0["type"]?.string) }
        }?.key
    }
}
