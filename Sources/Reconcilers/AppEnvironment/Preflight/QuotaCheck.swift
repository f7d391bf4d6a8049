internal import KubeAPI

/// Whether the quotas and bounds of a namespace leave room for what its environment needs.
///
/// A roll-out that does not fit is not begun: half of it would push out pods that serve.
struct QuotaCheck: Sendable, Hashable {
    /// A ResourceQuota of the namespace, ours or another one.
    struct Quota: Sendable, Hashable {
        var name: String
        /// Texts by the names of the quota's entries.
        var hard: [String: String]
        var used: [String: String]
        /// What of it is not the environment's own.
        var usedByOthers: [String: Quantity] = [:]
        /// It counts some of the pods only.
        var isScoped = false
    }

    /// What a LimitRange says of containers, or of pods.
    struct Bounds: Sendable, Hashable {
        enum Subject: String {
            case container = "Container"
            case pod = "Pod"
        }

        /// Of the LimitRange.
        var name: String
        var subject = Subject.container
        var minimum: [String: String]
        var maximum: [String: String]
    }

    var required: [String: String] = [:]
    var used: [String: String] = [:]
    /// What is missing, by the names of the quota's entries.
    var shortfall: [String: String] = [:]
    /// The quota with the first shortfall.
    var exceeded: Quota?
    /// A container or a pod that a LimitRange would refuse.
    var objection: String?
    /// Scalers of others that ask for more than their component does.
    var foreign: [String] = []

    init(_ environment: ResolvedEnvironment, quotas: [Quota] = [], bounds: [Bounds] = []) {
        // The quota itself does not grow by what others ask for: whoever may edit the namespace could raise it.
        let need = ResourceNeed(environment, countsForeign: true)
        required = need.total.reduce(into: [:]) { $0[$1.key] = Amount.text($1.value, of: $1.key) }
        // Ours as it is going to be, whatever it is now.
        var all = quotas.filter { $0.name != ResolvedEnvironment.quotaName && !$0.isScoped }
        let own = quotas.first { $0.name == ResolvedEnvironment.quotaName }
        if let hard = environment.quotaHard {
            let texts = hard.mapValues { $0.string ?? $0.serializedString() }
            all.insert(
                Quota(
                    name: ResolvedEnvironment.quotaName, hard: texts, used: own?.used ?? [:],
                    usedByOthers: own?.usedByOthers ?? [:]), at: 0)
        }
        used = own?.used ?? [:]
        for quota in all {
            for (entry, text) in quota.hard.sorted(by: { $0.key < $1.key }) {
                let others = quota.usedByOthers[entry] ?? Quantity(nano: 0)
                guard let hard = Quantity(text), let needed = need.amount(of: entry), hard < needed + others else {
                    continue
                }
                shortfall[entry] = Amount.text(needed + others - hard, of: entry)
                exceeded = exceeded ?? quota
            }
        }
        objection = Self.objection(environment, bounds)
        foreign = environment.components.flatMap { component in
            (environment.inputs.scalers[component.name]?.foreign ?? []).filter {
                $0.maxReplicas > component.maxReplicas
            }.map { "\($0.name) (up to \($0.maxReplicas))" }
        }
    }

    var isSufficient: Bool { shortfall.isEmpty && objection == nil }

    /// The first container or pod that is out of bounds. Source: Kubernetes, "Limit Ranges".
    private static func objection(_ environment: ResolvedEnvironment, _ foreign: [Bounds]) -> String? {
        let own = environment.containerBounds
        let all = environment.ownBounds + foreign.filter { $0.name != ResolvedEnvironment.limitRangeName }
        for component in environment.components {
            let template = environment.podTemplate(of: component)
            let pod = template["spec"]
            let containers = (pod?["initContainers"]?.elements ?? []) + (pod?["containers"]?.elements ?? [])
            for bounds in all {
                switch bounds.subject {
                case .pod:
                    let amounts = PodResources(template, bounds: own).amounts
                    if let words = bounds.objection(to: { amounts["\($0).\($1)"] }) {
                        return "component \(component.name), all containers of a pod: \(words)"
                    }
                case .container:
                    for container in containers {
                        let words = bounds.objection { Amount.quantity(container["resources"]?[$0]?[$1]) }
                        guard let words else { continue }
                        return "component \(component.name), container \(container["name"]?.string ?? ""): \(words)"
                    }
                }
            }
        }
        return nil
    }
}

extension ResolvedEnvironment {
    /// The environment's own LimitRange, as it is going to be.
    fileprivate var ownBounds: [QuotaCheck.Bounds] {
        guard let container = containerBounds else { return [] }
        func texts(_ amounts: [String: JSONValue]?) -> [String: String] {
            (amounts ?? [:]).mapValues { $0.string ?? $0.serializedString() }
        }
        func bounds(
            _ subject: QuotaCheck.Bounds.Subject, _ minimum: [String: JSONValue]?, _ maximum: [String: JSONValue]?
        ) -> QuotaCheck.Bounds {
            QuotaCheck.Bounds(
                name: Self.limitRangeName, subject: subject, minimum: texts(minimum), maximum: texts(maximum))
        }
        let pod = spec.limitRange.pod
        return [bounds(.container, container.minimum, container.maximum), bounds(.pod, pod?.min, pod?.max)]
    }
}

extension QuotaCheck.Bounds {
    /// - Parameter amount: what is asked for, by `limits` or `requests` and the resource.
    fileprivate func objection(to amount: (String, String) -> Quantity?) -> String? {
        for resource in ["cpu", "memory"] {
            if let limit = amount("limits", resource), let text = maximum[resource], let most = Quantity(text),
                most < limit
            {
                return """
                    limits.\(resource) \(Amount.text(limit, of: resource)) is more than LimitRange \(name) allows, \(text)
                    """
            }
            if let request = amount("requests", resource), let text = minimum[resource], let least = Quantity(text),
                request < least
            {
                return """
                    requests.\(resource) \(Amount.text(request, of: resource)) is less than LimitRange \(name) asks for, \
                    \(text)
                    """
            }
        }
        return nil
    }
}
