internal import KubeAPI

extension APICore {
    func get(_ context: RequestContext) throws -> Answer {
        guard let stored = store.get(context.storage, context.key) else {
            throw APIFailure.notFound(context.type, context.key.name)
        }
        if let version = try ListParameters.resourceVersion(context.request), version > store.resourceVersion {
            throw APIFailure.tooLargeResourceVersion(version, current: store.resourceVersion)
        }
        return .object(Presentation.json(stored, as: context.definition))
    }

    func list(_ context: RequestContext) throws -> Answer {
        let parameters = try ListParameters(context)
        let snapshot = try snapshot(context, parameters)
        var matching = snapshot.objects.filter { parameters.matches($0, context) }
        if let start = parameters.continuation?.start {
            matching.removeFirst(matching.partitioningIndex { $0.storageKey > start })
        }
        var metadata: JSONValue = ["resourceVersion": .string(String(snapshot.resourceVersion))]
        if parameters.limit > 0, matching.count > parameters.limit {
            let remaining = matching.count - parameters.limit
            matching.removeLast(remaining)
            let token = ContinueToken(
                resourceVersion: snapshot.resourceVersion, start: matching.last?.storageKey ?? ""
            ).above(context.startPrefix)
            metadata["continue"] = .string(token.text)
            // With a selector the real server does not count.
            if !parameters.hasSelector { metadata["remainingItemCount"] = .integer(Int64(remaining)) }
        }
        return Answer(content: .list(ListResult(objects: matching, metadata: metadata)))
    }

    private func snapshot(_ context: RequestContext, _ parameters: ListParameters) throws -> VersionedStore.Snapshot {
        if let continuation = parameters.continuation {
            guard continuation.resourceVersion > 0 else { return store.snapshot(context.storage) }
            do {
                return try store.snapshot(context.storage, at: continuation.resourceVersion)
            } catch {
                throw Self.expiredContinuation(continuation.above(context.startPrefix))
            }
        }
        guard let version = parameters.resourceVersion, version > 0 else { return store.snapshot(context.storage) }
        let current = store.resourceVersion
        if version > current { throw APIFailure.tooLargeResourceVersion(version, current: current) }
        guard parameters.isExact else { return store.snapshot(context.storage) }
        do {
            return try store.snapshot(context.storage, at: version)
        } catch {
            throw APIFailure.expired("The resourceVersion for the provided list is too old.")
        }
    }

    private static func expiredContinuation(_ token: ContinueToken) -> APIFailure {
        var failure = APIFailure.expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
                + "without the continue parameter, or use the continue token in this response to retrieve the "
                + "remainder of the results. Continuing with the provided token results in an inconsistent list - "
                + "objects that were created, modified, or deleted between the time the first chunk was returned and "
                + "now may show up in the list.")
        failure.continueToken = ContinueToken(resourceVersion: -1, start: token.start).text
        return failure
    }
}

/// A list that is yet to be written.
struct ListResult: Sendable {
    var objects: [StoredObject]
    var metadata: JSONValue
}
