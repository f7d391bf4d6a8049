internal import KubeAPI

/// Claims of an environment that it does not want any more. They stay, unless they say themselves that they are to go.
struct PersistentVolumeClaims: Sendable {
    struct Claim: Sendable {
        var key: ObjectKey
        var uid: String
        var size: Quantity
        /// `nil` where it has none, or none yet.
        var storageClass: String?
        var isBound: Bool
        var goesWhenUnwanted: Bool
        /// It was there before the environment, which never deletes it.
        var isTakenOver = false
        var isBeingDeleted: Bool
        var finalizers: [String] = []
    }

    let claims: Informer
    private let client: FencedClient
    private let seal: Seal

    init(_ environment: ReconcilerEnvironment) {
        claims = environment.children(.persistentVolumeClaim)
        client = environment.client
        seal = environment.seal
    }

    /// Every claim that the operator has made for the environment. The labels alone would let anybody have claims deleted, and
    /// the quota raised for them.
    func all(of environment: ResolvedEnvironment) -> [Claim] {
        let value = Indexer.labelled(
            LabelKey.appEnvironment, ChildName.labelValue(environment.name), ownerNamespace: nil)
        return claims.store.list(index: Indexer.childOwner.name, value: value)
            .filter {
                $0.key.namespace == environment.namespace && environment.owns($0, .persistentVolumeClaim, seal)
            }
            .map { claim in
                let size = Amount.quantity(claim.value(at: "spec", "resources", "requests", "storage"))
                return Claim(
                    key: claim.key, uid: claim.uid, size: size ?? Quantity(nano: 0),
                    storageClass: claim.value(at: "spec", "storageClassName")?.string,
                    isBound: claim.value(at: "status", "phase")?.string == "Bound",
                    goesWhenUnwanted: claim.annotations[AnnotationKey.onRemove]
                        == AppEnvironment.Volume.Removal.delete.rawValue,
                    isTakenOver: isTakenOver(claim, by: environment),
                    isBeingDeleted: claim.isBeingDeleted, finalizers: claim.finalizers)
            }.sorted { $0.key < $1.key }
    }

    private func isTakenOver(_ claim: CachedObject, by environment: ResolvedEnvironment) -> Bool {
        // Listed, it is also where somebody has taken the record away.
        if environment.mayAdopt(.persistentVolumeClaim, claim.key.name) || environment.hasAdopted(claim: claim.uid) {
            return true
        }
        guard let text = claim.annotations[AnnotationKey.takenOver] else { return false }
        return AdoptionSeal(seal: seal, environment: environment.name)
            .record(in: text, .persistentVolumeClaim, claim.key) != nil
    }

    /// Whether the namespace holds a claim that was taken over, also one that has lost its labels.
    ///
    /// - Throws: `APIError`.
    func areTakenOver(of environment: ResolvedEnvironment) async throws -> Bool {
        if all(of: environment).contains(where: \.isTakenOver) { return true }
        for claim in environment.environment.status?.adoptedClaims ?? [] {
            let key = ObjectKey(namespace: environment.namespace, name: claim.name)
            if try await client.read(.persistentVolumeClaim, key)?.uid == claim.uid { return true }
        }
        return false
    }

    /// Those that no component wants for itself any more, whether or not another one mounts them.
    func unwanted(of environment: ResolvedEnvironment) -> [Claim] {
        let wanted = Set(
            environment.components.flatMap { component in component.ownVolumes.flatMap(component.claimNames) })
        return all(of: environment).filter { !wanted.contains($0.key.name) }
    }

    /// - Returns: what could not be deleted.
    /// - Throws: `NotLeaderError` and `CancellationError` only.
    func deleteUnwanted(
        of environment: ResolvedEnvironment, announcing object: DynamicObject, to events: any EventSink
    ) async throws -> [WriteFailure] {
        let mounted = Set(environment.components.flatMap(\.volumes).compactMap(\.existingClaim))
        let unwanted = unwanted(of: environment).filter { $0.goesWhenUnwanted && !mounted.contains($0.key.name) }
        return try await delete(unwanted, announcing: object, to: events)
    }

    /// - Returns: what could not be deleted.
    /// - Throws: `NotLeaderError` and `CancellationError` only.
    func delete(
        _ claims: [Claim], announcing object: DynamicObject, to events: any EventSink
    ) async throws -> [WriteFailure] {
        var failures: [WriteFailure] = []
        for claim in claims where !claim.isBeingDeleted && !claim.isTakenOver {
            let name = WrittenObject(.persistentVolumeClaim, claim.key)
            do {
                guard try await client.delete(.persistentVolumeClaim, claim.key, expecting: claim.uid) else { continue }
                events.emit(ObjectEvent(object, .normal, .childDeleted, action: "Delete", message: "Deleted \(name)"))
            } catch {
                failures.append(try WriteFailure(error, on: name))
            }
        }
        return failures
    }
}

// What an editor of the namespace can't take away, as the records on the claims.
extension ResolvedEnvironment {
    /// Whether the status says that the claim of this UID was taken over.
    func hasAdopted(claim uid: String) -> Bool {
        environment.status?.adoptedClaims?.contains { $0.uid == uid } == true
    }

    /// Those that the status has to name from now on.
    ///
    /// A claim that is not seen may have lost its labels only: it is left out once another one has its name.
    func adoptedClaims(among claims: [PersistentVolumeClaims.Claim]) -> [AppEnvironment.AdoptedClaim] {
        let names = Set(claims.map(\.key.name))
        let current = claims.filter(\.isTakenOver).map { AppEnvironment.AdoptedClaim(name: $0.key.name, uid: $0.uid) }
        let former = (environment.status?.adoptedClaims ?? []).filter { !names.contains($0.name) }
        return (current + former).prefix(1024).sorted { $0.name < $1.name }
    }
}
