package import KubeAPI

/// What would become of an object of somebody else's under the name of something that an environment wants, once
/// `spec.adopt` lists it.
package struct AdoptionForecast: Sendable, Hashable {
    package let live: DynamicObject
    /// What the environment wants in its place.
    package let child: DynamicObject
    /// The component that it is part of.
    package let component: String
    /// Why it can't be taken over, in words that say what to do; `nil` where it can.
    package let objection: String?
}

extension AppEnvironment {
    /// Judges objects by the rules of the loop, without a cluster.
    ///
    /// - Parameter objects: of the environment's namespace. Those that the environment has no use for are left out.
    package func adoptionForecasts(of objects: [DynamicObject]) throws -> [AdoptionForecast] {
        var adoptions = Adoptions()
        for live in objects {
            guard let type = AppEnvironment.Adoption.types.first(where: { $0.kind == live.kind }) else { continue }
            adoptions.entries[WrittenObject(type, live.key)] = Adoptions.Entry(
                live: live, isOwn: false, record: type.bearsRecord ? AdoptionRecord(of: live, as: type) : nil)
        }
        let environment = try ResolvedEnvironment(self).adopting(adoptions)
        return try environment.children().compactMap { child in
            guard let entry = adoptions[child.type, child.object.key] else { return nil }
            let fitted = child.fitted(to: entry, in: environment)
            return AdoptionForecast(
                live: entry.live, child: fitted.object, component: child.part,
                objection: AdoptionRules(environment: environment, child: fitted, live: entry.live).objection)
        }
    }
}
