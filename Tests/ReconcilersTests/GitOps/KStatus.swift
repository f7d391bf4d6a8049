import KubeAPI

@testable import Reconcilers

/// How a GitOps tool reads an object that has no rules of its own. Source: kubernetes-sigs/cli-utils, pkg/kstatus/status
/// (`Compute`), by which Flux, kpt and Helm wait.
enum KStatus: Sendable, Hashable {
    case inProgress, failed, current, terminating

    init(of object: DynamicObject) {
        let metadata = object["metadata"]
        let observed = object[path: "status", "observedGeneration"]?.integer
        let conditions = object[path: "status", "conditions"]?.elements ?? []
        func isTrue(_ condition: JSONValue) -> Bool { condition["status"] == "True" }
        if let time = metadata?["deletionTimestamp"]?.string, !time.isEmpty {
            self = .terminating
        } else if let generation = metadata?["generation"]?.integer, let observed, observed != generation {
            self = .inProgress
        } else if let decisive = conditions.first(where: {
            isTrue($0) && ["Reconciling", "Stalled"].contains($0["type"]?.string)
        }) {
            // The first of the two in the list decides.
            self = decisive["type"] == "Stalled" ? .failed : .inProgress
        } else if let ready = conditions.first(where: { $0["type"] == "Ready" }) {
            self = isTrue(ready) ? .current : .inProgress
        } else {
            // Without any of its conditions an object counts as what it should be.
            self = .current
        }
    }
}
