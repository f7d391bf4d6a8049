internal import KubeAPI
internal import Synchronization

/// A Kubernetes API server in memory, for tests and development clusters.
///
/// It answers what kubectl and client libraries ask of kube-apiserver, with the same texts; it persists nothing.
/// Deletion of dependents and of namespaces, which a real cluster leaves to its controller manager, is built in.
package final class EmbeddedAPIServer: Sendable {
    private struct State {
        var http: HTTPServer?
        var port: UInt16 = 0
        var url = ""
    }

    package let options: EmbeddedAPIServerOptions
    /// Signs the server's certificate and those of clients.
    package let certificateAuthority: CertificateAuthority?
    let core: APICore
    private let pending: PendingReactions
    private let state = Mutex(State())

    /// - Throws: `HTTPServerError` where no certificate can be made.
    package init(options: EmbeddedAPIServerOptions = .init()) throws {
        self.options = options
        certificateAuthority = options.usesTLS ? try CertificateAuthority(now: options.now()) : nil
        let pending = PendingReactions()
        core = APICore(options: options, certificateAuthority: certificateAuthority?.pair.certificate) {
            pending.add($1, in: $0)
        }
        self.pending = pending
        Bootstrap(core: core).run()
        react()
    }

    /// Listens on 127.0.0.1 and serves.
    ///
    /// - Returns: The server's URL.
    /// - Throws: `HTTPServerError` where the port cannot be had.
    @discardableResult
    package func start() throws -> String {
        let known = state.withLock { $0.port }
        let http = try HTTPServer(options: try httpOptions(port: known == 0 ? options.port : known)) { [weak self] in
            self?.handle($0, $1)
        }
        let port = try http.start()
        let url = "\(options.usesTLS ? "https" : "http")://127.0.0.1:\(port)"
        state.withLock { $0 = State(http: http, port: port, url: url) }
        core.watches.attach { http.execute($0) }
        return url
    }

    /// Cuts every connection. What is stored stays, and `start` serves it again on the same port.
    package func stop() async {
        core.watches.attach(nil)
        let http = state.withLock { state in
            defer { state.http = nil }
            return state.http
        }
        await http?.stop()
    }

    /// Stops and starts again, as a crash of the real server does.
    ///
    /// - Parameter keepsHistory: Without it watches from before the restart get 410.
    package func restart(keepsHistory: Bool = true) async throws {
        await stop()
        if !keepsHistory { core.store.compact() }
        try start()
    }

    /// Forgets all history: what was read before can no longer be watched or listed.
    package func compact() { core.store.compact() }

    /// Failures on request.
    package var faults: FaultInjector { core.faults }

    /// Cuts every connection that is open now; new ones are served.
    package func disconnectAll() {
        guard let http = state.withLock({ $0.http }) else { return }
        http.execute { http.cutConnections() }
    }

    /// The URL, empty before the first start.
    package var url: String { state.withLock { $0.url } }

    /// The resourceVersion of the last write.
    package var resourceVersion: Int64 { core.store.resourceVersion }

    /// Watches that are open now.
    package var openWatches: Int { core.watches.count }

    private func httpOptions(port: UInt16) throws -> HTTPServerOptions {
        var tls: HTTPServerTLS?
        if let certificateAuthority {
            let names = [
                "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local", "127.0.0.1", "10.96.0.1",
            ]
            let pair = try certificateAuthority.server(names: names)
            tls = HTTPServerTLS(
                certificateChain: Array(pair.certificate.utf8), privateKey: Array(pair.privateKey.utf8),
                clientAuthority: Array(certificateAuthority.pair.certificate.utf8))
        }
        return HTTPServerOptions(port: port, tls: tls)
    }

    private func handle(_ request: HTTPServerRequest, _ responder: HTTPResponder) {
        guard let http = state.withLock({ $0.http }) else { return responder.abort() }
        RequestHandler(core: core, server: http, react: { [self] in react() }).handle(request, responder)
    }

    /// Lets the built-in controllers look at what has changed, until nothing changes any more.
    func react() {
        let collection = GarbageCollection(core: core)
        let namespaces = NamespaceContent(core: core)
        let customResources = CustomResourceController(core: core)
        let quotas = QuotaController(core: core)
        while let (resource, event) = pending.next() {
            customResources.react(to: event, in: resource)
            guard options.runsControllers else { continue }
            collection.react(to: event, in: resource)
            namespaces.react(to: event, in: resource)
            quotas.react(to: event, in: resource)
        }
    }
}

/// Changes that the built-in controllers have not looked at yet.
final class PendingReactions: Sendable {
    private let events = Mutex<[(GroupResource, StoredEvent)]>([])

    func add(_ event: StoredEvent, in resource: GroupResource) {
        events.withLock { $0.append((resource, event)) }
    }

    func next() -> (GroupResource, StoredEvent)? {
        events.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
