/// Deletes children that are not wanted any more: only what carries our labels and has the UID of the inventory. Whoever
/// may change an object can label it, so what stands in an inventory must have been made by us.
package struct Pruner: Sendable {
    package struct Result: Sendable {
        /// Still there: on their way out, or the deletion failed. They stay in the inventory.
        package var remaining: [InventoryEntry] = []
        /// What those wait for that were on their way out before.
        package var waits: [InventoryEntry: String] = [:]
        package var deleted: [InventoryEntry] = []
        /// Left alone, with the reason: they are not ours any more and leave the inventory.
        package var released: [(entry: InventoryEntry, reason: String)] = []
        package var failures: [(entry: InventoryEntry, error: any Error)] = []
    }

    /// The type of an entry; `nil` where the server does not have it any more, and then has no such object either.
    package typealias Resolver = @Sendable (_ apiVersion: String, _ kind: String) async throws -> ResourceType?

    private let client: FencedClient
    private let resolve: Resolver

    package init(_ client: FencedClient, resolve: @escaping Resolver) {
        self.client = client
        self.resolve = resolve
    }

    /// Deletes the entries. One that fails does not stop the others.
    ///
    /// - Parameters:
    ///   - stale: see `Inventory.stale`. Never call this after an error while computing the desired children.
    ///   - labels: what a child must carry to be ours.
    ///   - owner: UID of the object that may be named as their controller, if any; what somebody else controls is
    ///     theirs.
    /// - Throws: `NotLeaderError` and `CancellationError` only.
    package func prune(
        _ stale: [InventoryEntry], labels: [String: String], owner: String? = nil,
        propagation: DeleteOptions.Propagation = .background
    ) async throws -> Result {
        var result = Result()
        for entry in stale {
            do {
                try await prune(entry, labels: labels, owner: owner, propagation: propagation, into: &result)
            } catch let error as NotLeaderError {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                result.failures.append((entry, error))
                result.remaining.append(entry)
            }
        }
        return result
    }

    private func prune(
        _ entry: InventoryEntry, labels: [String: String], owner: String?, propagation: DeleteOptions.Propagation,
        into result: inout Result
    ) async throws {
        guard let type = try await resolve(entry.apiVersion, entry.kind) else { return }
        // Asked of the server where the cache does not know it: an entry that is dropped too early leaves an orphan.
        guard let live = try await client.find(type, entry.key), live.uid == entry.uid else { return }
        if live.isBeingDeleted {
            result.remaining.append(entry)
            result.waits[entry] = Finalizers.progress(of: entry.description, heldBy: live.finalizers)
            return
        }
        if let missing = labels.sorted(by: { $0.key < $1.key }).first(where: { live.labels[$0.key] != $0.value }) {
            result.released.append((entry, "its label \(missing.key)=\(missing.value) was removed"))
            return
        }
        if let other = live.ownerReferences.first(where: { $0.controller == true && $0.uid != owner }) {
            result.released.append((entry, "it is controlled by \(other.kind) \(other.name) now"))
            return
        }
        guard try await client.delete(type, entry.key, expecting: entry.uid, propagation: propagation) else { return }
        result.deleted.append(entry)
        // Finalizers may hold it. Only the next look can tell; until then it is in the inventory.
        result.remaining.append(entry)
    }
}
