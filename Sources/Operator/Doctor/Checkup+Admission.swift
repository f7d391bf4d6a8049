internal import KubeAPI
internal import Reconcilers

extension Checkup {
    private static let group = "admissionregistration.k8s.io"
    private static let configurations = [
        ResourceType(
            group: group, version: "v1", kind: "ValidatingWebhookConfiguration",
            plural: "validatingwebhookconfigurations",
            isNamespaced: false),
        ResourceType(
            group: group, version: "v1", kind: "MutatingWebhookConfiguration", plural: "mutatingwebhookconfigurations",
            isNamespaced: false),
    ]
    private static let endpointSlice = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")

    /// Webhooks of others that nobody answers: what they are asked about is refused, what the operator writes as well.
    func admission() async throws -> [Diagnosis] {
        var findings: [Diagnosis] = []
        for type in Self.configurations {
            findings += try await permitted("admission") { try await unanswered(type) }
        }
        return findings
    }

    private func unanswered(_ type: ResourceType) async throws -> [Diagnosis] {
        var findings: [Diagnosis] = []
        for configuration in try await client.listAll(type).items {
            for webhook in configuration["webhooks"]?.array ?? [] where Self.concernsUs(webhook) {
                guard let service = Self.service(of: webhook), try await !isAnswered(service) else { continue }
                findings.append(Self.diagnosis(of: webhook, in: configuration, type, service))
            }
        }
        return findings
    }

    private static func diagnosis(
        of webhook: JSONValue, in configuration: DynamicObject, _ type: ResourceType, _ service: ObjectKey
    ) -> Diagnosis {
        // Which namespaces and objects a selector leaves out is not looked at.
        let isNarrow = ["namespaceSelector", "objectSelector"].contains { webhook[$0]?.object?.isEmpty == false }
        return Diagnosis(
            isNarrow ? .notice : .trouble, "admission",
            "\(type.kind) \(configuration.name) asks Service \(service) about what the operator writes"
                + (isNarrow ? ", in the namespaces that it selects" : "")
                + ", no pod of which is ready, so it is refused; repair \(service), or set failurePolicy of webhook "
                + "\(webhook["name"]?.string ?? "") to Ignore")
    }

    /// Whether its silence refuses something that the operator writes.
    private static func concernsUs(_ webhook: JSONValue) -> Bool {
        guard webhook["failurePolicy"]?.string != "Ignore" else { return false }
        return (webhook["rules"]?.array ?? []).contains { rule in
            let operations = rule["operations"]?.array?.compactMap(\.string) ?? []
            guard operations.contains(where: { ["*", "CREATE", "UPDATE"].contains($0) }) else { return false }
            let groups = rule["apiGroups"]?.array?.compactMap(\.string) ?? []
            let resources = rule["resources"]?.array?.compactMap(\.string) ?? []
            return written.contains { type in
                (groups.contains("*") || groups.contains(type.group))
                    && resources.contains { ["*", "*/*", type.plural].contains($0) }
            }
        }
    }

    private static let written =
        Kinds.all.flatMap { kind in [kind.resourceType] + kind.childKinds.map(\.type) } + [.pod, .node, .namespace]

    /// `nil` for one that is reached by a URL: whether somebody answers there can't be seen from here.
    private static func service(of webhook: JSONValue) -> ObjectKey? {
        let service = webhook[path: ["clientConfig", "service"]]
        guard let namespace = service?["namespace"]?.string, let name = service?["name"]?.string else { return nil }
        return ObjectKey(namespace: namespace, name: name)
    }

    private func isAnswered(_ service: ObjectKey) async throws -> Bool {
        let options = ListOptions(labelSelector: "kubernetes.io/service-name=\(service.name)")
        let slices = try await client.list(Self.endpointSlice, namespace: service.namespace, options: options).items
        return slices.flatMap { $0["endpoints"]?.array ?? [] }.contains { endpoint in
            // Unknown counts as ready. Source: Kubernetes API reference, EndpointSlice.
            endpoint[path: ["conditions", "ready"]]?.bool ?? true
        }
    }
}
