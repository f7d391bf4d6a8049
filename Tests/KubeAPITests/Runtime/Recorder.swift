import Synchronization

/// What happened, in its order, from any number of tasks.
final class Recorder<Element: Sendable>: Sendable {
    private let recorded = Mutex<[Element]>([])

    var all: [Element] { recorded.withLock { $0 } }
    var count: Int { recorded.withLock { $0.count } }
    var last: Element? { recorded.withLock { $0.last } }

    func append(_ element: Element) { recorded.withLock { $0.append(element) } }
}
