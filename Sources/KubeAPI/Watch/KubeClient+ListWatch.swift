extension StreamHandle: ListWatchTransfer {}

extension KubeClient: ListWatchSource {
    package func list(
        _ selection: Selection, _ request: ListRequest, into sink: any ResponseSink
    ) async throws -> any ListWatchTransfer {
        let options = ListOptions(
            labelSelector: selection.labelSelector?.queryString, fieldSelector: selection.fieldSelector,
            limit: request.limit > 0 ? request.limit : nil, continueToken: request.continueToken)
        // Silence is the reflector's to judge: it knows what it waits for.
        return try await listRaw(
            selection.type, namespace: selection.namespace, options: options, idleTimeout: .seconds(600), into: sink)
    }

    package func watch(
        _ selection: Selection, _ request: WatchRequest, into sink: any ResponseSink
    ) async throws -> any ListWatchTransfer {
        let options = WatchOptions(
            labelSelector: selection.labelSelector?.queryString, fieldSelector: selection.fieldSelector,
            resourceVersion: request.resourceVersion,
            resourceVersionMatch: request.sendInitialEvents ? "NotOlderThan" : nil,
            sendInitialEvents: request.sendInitialEvents ? true : nil, timeout: request.timeout, idleTimeout: nil)
        return try await watch(selection.type, namespace: selection.namespace, options: options, into: sink)
    }
}
