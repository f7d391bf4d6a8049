internal import Synchronization

/// Sends spans to a collector by OTLP over HTTP, in batches. It never blocks or fails whom it serves: spans that it has no room for
/// are dropped and counted.
package final class TraceExporter: SpanSink {
    package struct Options: Sendable {
        /// Spans that are sent at once.
        package var batch = 512
        /// Spans that may wait.
        package var capacity = 4096
        /// How long a span waits for others.
        package var interval: Duration = .seconds(5)
        /// For one try.
        package var timeout: Duration = .seconds(10)
        /// The pause after the first failed try; each further one is twice as long.
        package var initialBackOff: Duration = .seconds(1)
        package var maxBackOff: Duration = .seconds(30)
        /// How long the end waits for what has not been sent.
        package var flush: Duration = .seconds(3)

        package init() {}
    }

    enum DropReason: String, CaseIterable {
        case queueFull = "queue_full"
        /// By the collector, for good.
        case refused
    }

    private enum Answer {
        case accepted(rejected: Int)
        case refused(String)
        case later(String, after: Duration?)
    }

    private let transport: Transport
    private let settings: OTLPSettings
    private let traces: OTLPTraces
    private let options: Options
    private let logger: Logger
    private let time: TimeSource
    private let randomness: Randomness
    private let exported: Counter
    private let drops: MetricSeries<Counter>
    private let waiting = Mutex<[Span]>([])
    private let filled = Signal()

    /// Makes no connection before there are spans.
    ///
    /// - Parameter process: attributes of this process, which those of the settings come before.
    /// - Throws: `TransportError` where no connection can be set up.
    package init(
        _ settings: OTLPSettings, process: [String: String] = [:], options: Options = Options(),
        metrics: MetricRegistry = MetricRegistry(), logger: Logger = .disabled, time: TimeSource = TimeSource(),
        randomness: Randomness = Randomness()
    ) throws(TransportError) {
        var configuration = TransportConfiguration(server: settings.server)
        configuration.certificateAuthority = settings.certificateAuthority
        configuration.responseLimit = 1 << 20
        transport = try Transport(configuration: configuration)
        self.settings = settings
        let resource = process.merging(settings.resource) { $1 }.sorted { $0.key < $1.key }
        traces = OTLPTraces(resource: resource.map { ($0.key, .string($0.value)) })
        self.options = options
        self.logger = logger.with("collector", .string(settings.server.description))
        self.time = time
        self.randomness = randomness
        exported = metrics.counter(MetricName.spansExported, help: "Spans that the collector has accepted.")()
        drops = metrics.counter(MetricName.spansDropped, help: "Spans that were not exported.", labels: ["reason"])
        for reason in DropReason.allCases { _ = drops(reason.rawValue) }
    }

    /// Begins as many traces as the settings say.
    package var tracer: Tracer { Tracer(to: self, ratio: settings.ratio) }

    package func record(_ span: Span) {
        let length = waiting.withLock { waiting -> Int? in
            guard waiting.count < options.capacity else { return nil }
            waiting.append(span)
            return waiting.count
        }
        guard let length else { return count(.queueFull) }
        if length == options.batch { filled.raise() }
    }

    /// Sends spans until the task is cancelled, then what still waits, for as long as the options allow.
    package func run() async throws {
        var failures = 0
        while !Task.isCancelled {
            await filled.wait(until: time.now + options.interval, on: time)
            while let answer = await sendBatch() {
                guard case .later(let problem, let delay) = answer else {
                    if failures > 0, case .accepted = answer { logger.info("traces are accepted again") }
                    failures = 0
                    continue
                }
                if failures == 0 { logger.warning("traces are not accepted and wait", ["problem": .string(problem)]) }
                failures += 1
                try? await time.sleep(for: delay ?? backOff(failures))
            }
        }
        await shieldedFromCancellation { await self.flush() }
        throw CancellationError()
    }

    private func flush() async {
        await withTaskGroup { group in
            group.addTask { [self] in
                while let answer = await sendBatch() {
                    if case .later = answer { break }
                }
            }
            group.addTask { [self] in try? await time.sleep(for: options.flush) }
            await group.next()
            group.cancelAll()
        }
        await transport.shutdown()
        let left = waiting.withLock(\.count)
        if left > 0 { logger.warning("spans are lost at the end", ["spans": .integer(Int64(left))]) }
    }

    /// Sends what has waited longest; it stays where it is until it has been accepted or refused.
    ///
    /// - Returns: `nil` where nothing waits, or the task is cancelled.
    private func sendBatch() async -> Answer? {
        let batch = waiting.withLock { Array($0.prefix(options.batch)) }
        guard !batch.isEmpty, !Task.isCancelled else { return nil }
        let answer = await send(batch)
        guard !Task.isCancelled else { return nil }
        switch answer {
        case .accepted(let rejected):
            exported.increment(by: Double(batch.count - rejected))
            count(.refused, rejected)
        case .refused(let problem):
            logger.error("traces are refused", ["problem": .string(problem), "spans": .integer(Int64(batch.count))])
            count(.refused, batch.count)
        case .later: return answer
        }
        waiting.withLock { $0.removeFirst(batch.count) }
        return answer
    }

    private func send(_ batch: [Span]) async -> Answer {
        let request = HTTPRequest(
            method: "POST", path: settings.path,
            headers: [
                ("Content-Type", "application/json"),
                ("User-Agent", ClientOptions.userAgent(version: BuildInfo.version, component: "otlp")),
            ] + settings.headers.value.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            body: traces.request(batch).serialized(), timeout: options.timeout)
        let response: HTTPResponse
        do throws(TransportError) {
            response = try await transport.send(request)
        } catch {
            return .later("\(error)", after: nil)
        }
        let problem = "the collector answers \(response.status)"
        switch response.status {
        case 200..<300: return .accepted(rejected: min(Self.rejected(response), batch.count))
        // Source: OTLP specification, "Retryable Response Codes".
        case 429, 502, 503, 504:
            let pause = response.headers["Retry-After"].flatMap { Int($0) }.map { Duration.seconds(max($0, 1)) }
            return .later(problem, after: pause.map { min($0, options.maxBackOff) })
        default: return .refused(problem)
        }
    }

    /// How many spans of an accepted batch the collector has not taken.
    private static func rejected(_ response: HTTPResponse) -> Int {
        let count = (try? JSONValue.parse(response.body))?["partialSuccess"]?["rejectedSpans"]
        return Int(max(0, count?.integer ?? count?.string.flatMap { Int64($0) } ?? 0))
    }

    private func backOff(_ failures: Int) -> Duration {
        let pause = min(options.maxBackOff, options.initialBackOff * (1 << min(failures - 1, 20)))
        return randomness.jittered(pause, by: 0.2)
    }

    private func count(_ reason: DropReason, _ number: Int = 1) { drops(reason.rawValue).increment(by: Double(number)) }
}
