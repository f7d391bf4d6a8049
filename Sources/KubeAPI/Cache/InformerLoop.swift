internal import Synchronization

/// Drives one reflector: executes its effects, feeds back what happens, keeps the store and hands events on.
///
/// It lives within one call of `Informer.run`, on one task.
struct InformerLoop {
    enum Message: Sendable {
        case stream(transfer: Int, StreamMessage)
        case alarm(setting: Int)
        case handlerAdded
        case renew
        case reachable
        case reload
        case stop
    }

    let informer: Informer
    private var reflector: Reflector
    private let alarm: Alarm
    private let packer: ObjectPacker
    /// Messages of earlier transfers are told by their number, and dropped.
    private var transferID = 0
    private var transfer: (any ListWatchTransfer)?
    private var receiver: StreamReceiver?
    private var alarmSetting = 0
    private var stage: [ObjectKey: CachedObject] = [:]
    private var hasListed = false
    /// The reload that is under way: what the store has of a version is not taken for it.
    private var reload: Int?

    init(_ informer: Informer, alarm: Alarm) {
        self.informer = informer
        self.alarm = alarm
        packer = ObjectPacker(trim: informer.options.trim)
        reflector = Reflector(policy: informer.options.policy, random: informer.options.random)
    }

    /// Runs until the task is cancelled or the informer is stopped; whatever is wrong with the server is waited for.
    mutating func run() async throws {
        defer { transfer?.cancel() }
        try await perform(reflector.handle(.start))
        while true {
            let messages = await informer.mailbox.next()
            try Task.checkCancellation()
            for message in messages {
                if case .stop = message { return }
                try await handle(message)
            }
        }
    }

    private mutating func handle(_ message: Message) async throws {
        switch message {
        case .alarm(let setting):
            guard setting == alarmSetting else { return }
            let (quiet, age) = (receiver?.quiet ?? .zero, receiver?.age ?? .zero)
            try await perform(reflector.handle(.alarm(quiet: quiet, age: age)))
        case .handlerAdded: informer.welcomeHandlers()
        case .renew: try await perform(reflector.handle(.renew))
        case .reachable: try await perform(reflector.handle(.reachable))
        case .reload:
            reload = informer.wantedReloads
            try await perform(reflector.handle(.reload))
        case .stop: break
        case .stream(let id, let message):
            guard id == transferID else { return }
            informer.noteContact()
            try await handle(message)
        }
    }

    private mutating func handle(_ message: StreamMessage) async throws {
        switch message {
        case .opened: try await perform(reflector.handle(.opened))
        case .change(let change, let object):
            informer.emit(informer.store.apply(change, object))
            try await perform(reflector.handle(.moved(resourceVersion: object.resourceVersion)))
        case .bookmark(let version):
            informer.store.reached(version)
            try await perform(reflector.handle(.moved(resourceVersion: version)))
        case .initialEvents(let objects, let version):
            stage = objects
            try await perform(reflector.handle(.initialEventsEnd(resourceVersion: version)))
        case .page(let objects, let page):
            for object in objects { stage[object.key] = object }
            try await perform(reflector.handle(.page(page)))
        case .ended(let end):
            dropTransfer()
            try await perform(reflector.handle(.ended(end)))
        }
    }

    // MARK: Effects

    private mutating func perform(_ effects: [Reflector.Effect]) async throws {
        var queue = effects[...]
        while let effect = queue.popFirst() {
            // A request that can't even be sent is an event of its own; its effects come after those at hand.
            if let end = try await perform(effect) { queue += reflector.handle(.ended(end)) }
        }
    }

    private mutating func perform(_ effect: Reflector.Effect) async throws -> Reflector.TransferEnd? {
        switch effect {
        case .list(let request):
            return try await open(.page) { try await $0.list($1, request, into: $2) }
        case .watch(let request):
            return try await open(request.sendInitialEvents ? .watchList : .watch) {
                try await $0.watch($1, request, into: $2)
            }
        case .cancelTransfer:
            transfer?.cancel()
            dropTransfer()
        case .alarm(let delay): alarmSetting = alarm.set(after: delay)
        case .commitStage(let version):
            let objects = stage
            stage = [:]
            informer.emit(informer.store.replace(with: objects, at: version, isInitialList: !hasListed))
            hasListed = true
            if let number = reload {
                reload = nil
                informer.noteReload(number)
            }
        case .dropStage: stage = [:]
        case .clear:
            hasListed = false
            informer.emit(informer.store.clear())
        case .report(let phase): informer.enter(phase)
        }
        return nil
    }

    private mutating func open(
        _ form: StreamReceiver.Form,
        _ request: (any ListWatchSource, Selection, StreamReceiver) async throws -> any ListWatchTransfer
    ) async throws -> Reflector.TransferEnd? {
        transferID += 1
        let (id, mailbox) = (transferID, informer.mailbox)
        let receiver = StreamReceiver(
            form, of: informer.selection.type, store: informer.store, packer: packer, clock: informer.options.clock,
            takesKnown: reload == nil
        ) { message, always in
            guard always else { return mailbox.offer(.stream(transfer: id, message)) }
            mailbox.send(.stream(transfer: id, message))
            return true
        }
        self.receiver = receiver
        do {
            transfer = try await request(informer.source, informer.selection, receiver)
            return nil
        } catch {
            try Task.checkCancellation()
            return .broken("\(error)")
        }
    }

    private mutating func dropTransfer() {
        transferID += 1
        transfer = nil
        receiver = nil
    }
}
