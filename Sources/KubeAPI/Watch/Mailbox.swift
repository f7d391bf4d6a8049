internal import Synchronization

/// The hand-over from the transport's thread to one consuming task: bounded, in order, never blocking the sender.
package final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var consumer: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: how many messages `offer` lets wait.
    package init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds a message. False, with nothing added, where too many wait.
    package func offer(_ message: Message) -> Bool { add(message, limit: capacity) }

    /// Adds a message in any case: for the few that end or steer a stream.
    package func send(_ message: Message) { _ = add(message, limit: .max) }

    private func add(_ message: Message, limit: Int) -> Bool {
        let (isAdded, consumer) = state.withLock { state in
            guard state.messages.count < limit else { return (false, CheckedContinuation<Void, Never>?.none) }
            state.messages.append(message)
            return (true, state.consumer.take())
        }
        consumer?.resume()
        return isAdded
    }

    /// All messages that wait, at least one; empty only where the task is cancelled, which takes no message away.
    package func next() async -> [Message] {
        await withTaskCancellationHandler {
            while !Task.isCancelled {
                let messages = state.withLock { state in
                    let messages = state.messages
                    // The array goes with its storage: after a burst no memory is kept.
                    state.messages = []
                    return messages
                }
                if !messages.isEmpty { return messages }
                await park()
            }
            return []
        } onCancel: {
            state.withLock { $0.consumer.take() }?.resume()
        }
    }

    private func park() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                // Cancellation may have come before there was anybody to wake.
                guard state.messages.isEmpty, !Task.isCancelled else { return true }
                state.consumer = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
