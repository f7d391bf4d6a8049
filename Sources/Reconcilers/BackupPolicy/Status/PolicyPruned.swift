internal import KubeAPI

extension PolicyObservation {
    /// Nothing depends on this condition.
    func addPruning(to conditions: inout Conditions) {
        if !policy.hasPods {
            conditions.note(.pruned, .unknown, .disabled, "Velero prunes its backups by itself, after their ttl")
            return
        }
        if let odd = targets.first(where: { $0.pruned == "Refused" || $0.pruned == "Failed" }) {
            let why = odd.suspicion ?? odd.message ?? "the newest artifact is not whole"
            conditions.note(.pruned, .false, .refused, "\(odd.name): \(why)")
        } else if targets.contains(where: { $0.pruned != nil }) {
            conditions.note(.pruned, .true, .done, "what retention does not keep is gone")
        } else {
            conditions.note(.pruned, .unknown, .neverRan, "nothing had to be pruned yet")
        }
    }
}
