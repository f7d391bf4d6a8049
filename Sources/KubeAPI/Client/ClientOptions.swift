/// How a `KubeClient` behaves, apart from where it connects to.
package struct ClientOptions: Sendable {
    /// Must not begin with `curl`: kube-apiserver writes indented JSON for such agents, more than twice the size.
    package var userAgent = "quartermaster"
    /// Names the writer in managedFields and events.
    package var fieldManager = "quartermaster"
    /// Requests per second in the long run; 0 or less: no limit.
    package var qps = 20.0
    /// Requests that may be sent at once after a pause.
    package var burst = 30
    /// For one try of a request that is no stream.
    package var requestTimeout: Duration = .seconds(30)
    package var retries = RetryPolicy()
    /// Lets the server compress what is large. It costs the server CPU and pays on slow links only.
    package var acceptsGzip = false
    package var observer: (any ClientObserver)?
    /// What every write has to pass at the last moment; `nil`: all do.
    package var writeAdmission: (any WriteAdmission)?
    package var clock: any Clock<Duration> = ContinuousClock()
    /// Uniform in 0 ..< 1, for jitter.
    package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    package init() {}

    /// `quartermaster/<version> (linux/amd64) <component>`.
    package static func userAgent(product: String = "quartermaster", version: String, component: String? = nil)
        -> String
    {
        #if arch(x86_64)
            let architecture = "amd64"
        #elseif arch(arm64)
            let architecture = "arm64"
        #else
            let architecture = "unknown"
        #endif
        return "\(product)/\(version) (linux/\(architecture))" + (component.map { " \($0)" } ?? "")
    }
}

/// Says whether a write may still be sent. It is asked at the last moment, on the transport's thread: before that a write
/// may have waited for the rate limit, for a time that the server asked for, or for a connection.
package protocol WriteAdmission: Sendable {
    /// Must not block.
    ///
    /// - Throws: Why not; it becomes the error of the request.
    func check() throws
}

/// Hears of every request, for metrics and logs. Called on any thread, must not block.
package protocol ClientObserver: Sendable {
    /// After each try of a request; for a stream when its head has come.
    func requestFinished(_ record: RequestRecord)

    /// The server has something to say to the author of a request, such as a deprecated version or an unknown field.
    func serverWarned(_ message: String, request: String)
}

/// One try of a request, as metrics count it.
package struct RequestRecord: Sendable, Hashable {
    package var method: String
    /// `host:port` of the server.
    package var host: String
    /// The status, or `<error>` where none came.
    package var code: String
    package var duration: Duration
    /// What was asked, as in `PATCH deployments.apps shop/web`.
    package var request: String
    /// The server says that whoever asks has no right to. Not known of streams, which are told by who reads them.
    package var lacksRight = false
}
