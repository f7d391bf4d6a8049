internal import KubeAPI
internal import Reconcilers

extension Checkup {
    /// The pods of the operator: whether they run, and whether all are of one installation.
    func operatorPods() async throws -> [Diagnosis] {
        let selector = LabelSelector.matching(LabelKey.operatorPods).queryString
        let pods = try await client.listAll(.pod, options: ListOptions(labelSelector: selector)).items
        guard !pods.isEmpty else {
            return [
                Diagnosis(.notice, "operator", "no pod has the labels \(selector): it runs elsewhere, or not at all")
            ]
        }
        var findings = pods.compactMap(Self.trouble)
        let namespaces = Set(pods.map(\.namespace)).sorted()
        if namespaces.count > 1 {
            findings.append(
                Diagnosis(
                    .trouble, "operator",
                    "it is installed in \(namespaces.joined(separator: " and ")), each with a leader of its own, and they "
                        + "write the same objects; remove all but one"))
        }
        return findings.isEmpty ? [Diagnosis(.fine, "operator", "\(pods.count) of its pods run")] : findings
    }

    private static func trouble(of pod: DynamicObject) -> Diagnosis? {
        for status in pod[path: "status", "containerStatuses"]?.array ?? [] {
            guard let waiting = status[path: ["state", "waiting"]], let reason = waiting["reason"]?.string else {
                continue
            }
            guard reason != "ContainerCreating", reason != "PodInitializing" else { continue }
            let words = waiting["message"]?.string.map { ": \($0)" } ?? ""
            return Diagnosis(
                .trouble, "operator",
                "pod \(pod.key): \(reason)\(words); kubectl -n \(pod.namespace) logs \(pod.name) --previous")
        }
        let scheduled = pod[path: "status", "conditions"]?.array?.first { $0["type"]?.string == "PodScheduled" }
        guard let scheduled, scheduled["status"]?.string == "False" else { return nil }
        return Diagnosis(
            .trouble, "operator",
            "pod \(pod.key) has no node: \(scheduled["message"]?.string ?? ""); make room, or let it tolerate a taint")
    }
}
