/// Runs `body` to its end even where the calling task is cancelled: for what has to happen after a shutdown has begun.
///
/// The task is not left alone: the caller waits for it.
func shieldedFromCancellation<Value: Sendable>(
    _ body: @escaping @Sendable () async -> Value
) async -> Value {
    await Task { await body() }.value
}
