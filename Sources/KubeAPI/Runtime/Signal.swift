/// A flag that one task raises and another one waits for. Raised twice before the wait, it counts once.
struct Signal: Sendable {
    private let mailbox = Mailbox<Void>(capacity: 1)

    func raise() { _ = mailbox.offer(()) }

    /// Returns when the flag has been raised, and lowers it; or when the task is cancelled. One task at a time.
    func wait() async { _ = await mailbox.next() }

    /// As `wait()`, and returns at `deadline` too, where there is one. The caller looks itself what has happened.
    func wait(until deadline: Duration?, on time: TimeSource) async {
        guard let deadline else { return await wait() }
        await withTaskGroup { group in
            group.addTask { await self.wait() }
            group.addTask { try? await time.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
    }
}
