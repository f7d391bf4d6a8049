internal import KubeAPI

extension AppEnvironmentReconciler {
    enum Lifetime {
        /// When to look again.
        case lives(Duration?)
        case deleted
    }

    /// Deletes a preview whose time is up.
    func expire(
        _ environment: ResolvedEnvironment, _ object: DynamicObject, into seen: inout EnvironmentObservation
    ) async throws -> Lifetime {
        guard let lifetime = environment.timeToLive else { return .lives(nil) }
        let now = now()
        let change = environment.environment.specChange(generation: object.generation, now: now)
        let end = change.time + lifetime
        seen.specChange = change
        seen.expiresAt = end
        guard end <= now else {
            expiry.forget(object.key)
            // Not much later than now: the wall clock may be set forward meanwhile.
            return .lives(min(end - now, .seconds(3600)))
        }
        guard !environment.spec.suspend else { return .lives(nil) }
        if let remaining = expiry.remaining(object.key, uid: object.uid) {
            seen.isExpiring = true
            return .lives(remaining)
        }
        // Announced minutes ago, when the status began to say so.
        try await expiry.delete(object)
        return .deleted
    }
}

extension AppEnvironment {
    /// When the spec was changed last, as far as the operator has seen.
    ///
    /// The first spec counts from the creation. A time that is yet to come was recorded by a clock that was wrong.
    func specChange(generation: Int64, now: Timestamp) -> SpecChange {
        let time =
            if let known = status?.specChange, known.generation == generation {
                known.time
            } else if status?.specChange == nil, generation <= 1 {
                metadata.creationTimestamp ?? now
            } else {
                now
            }
        // Whole seconds, as the status keeps them.
        let seconds = Swift.min(time.secondsSinceEpoch, now.secondsSinceEpoch)
        return SpecChange(generation: generation, time: Timestamp(secondsSinceEpoch: seconds))
    }
}
