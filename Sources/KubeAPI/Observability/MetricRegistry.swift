internal import Synchronization

/// What `# HELP` and `# TYPE` say of a metric.
package struct MetricDescriptor: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    package var name: String
    package var help: String
    package var kind: Kind
    package var labels: [String]
}

/// All metrics of a process.
///
/// A metric is made on first use and found again by its name, so that every controller, queue and client may ask for
/// "its" metric without knowing of the others.
package final class MetricRegistry: Sendable {
    private let families = Mutex<[String: any MetricFamily]>([:])

    package init() {}

    package func counter(_ name: String, help: String, labels: [String] = []) -> MetricSeries<Counter> {
        series(MetricDescriptor(name: name, help: help, kind: .counter, labels: labels)) { Counter() }
    }

    package func gauge(_ name: String, help: String, labels: [String] = []) -> MetricSeries<Gauge> {
        series(MetricDescriptor(name: name, help: help, kind: .gauge, labels: labels)) { Gauge() }
    }

    package func histogram(
        _ name: String, help: String, labels: [String] = [], bounds: [Double]
    ) -> MetricSeries<Histogram> {
        series(MetricDescriptor(name: name, help: help, kind: .histogram, labels: labels)) { Histogram(bounds: bounds) }
    }

    /// A metric whose samples are asked for at each scrape.
    ///
    /// Several observers may share a name, each gives its own series.
    /// - Parameter read: called on the scraping task; must not block.
    package func observe(
        _ name: String, help: String, kind: MetricDescriptor.Kind = .gauge, labels: [String] = [],
        _ read: @escaping @Sendable () -> [ObservedMetric.Sample]
    ) {
        let descriptor = MetricDescriptor(name: name, help: help, kind: kind, labels: labels)
        let family = family(descriptor) { ObservedMetric(descriptor) }
        family.add(read)
    }

    /// Every metric as text, sorted by name.
    package func exposition() -> String {
        // The observers call out, so nothing is locked while they do.
        let sorted = families.withLock { $0.values.sorted { $0.descriptor.name < $1.descriptor.name } }
        var exposition = Exposition()
        for family in sorted { family.write(into: &exposition) }
        return exposition.text
    }

    private func series<Instrument>(
        _ descriptor: MetricDescriptor, make: @escaping @Sendable () -> Instrument
    ) -> MetricSeries<Instrument> {
        family(descriptor) { MetricSeries(descriptor, make: make) }
    }

    private func family<Family: MetricFamily>(_ descriptor: MetricDescriptor, make: () -> Family) -> Family {
        families.withLock { families in
            guard let existing = families[descriptor.name] else {
                let family = make()
                families[descriptor.name] = family
                return family
            }
            guard let family = existing as? Family, existing.descriptor == descriptor else {
                preconditionFailure("metric \(descriptor.name) is declared twice, and differently")
            }
            return family
        }
    }
}

/// All series of one name.
protocol MetricFamily: AnyObject, Sendable {
    var descriptor: MetricDescriptor { get }
    func write(into exposition: inout Exposition)
}

/// A metric and its series, one for each combination of label values.
package final class MetricSeries<Instrument: MetricInstrument>: MetricFamily {
    let descriptor: MetricDescriptor
    private let make: @Sendable () -> Instrument
    private let instruments = Mutex<[[String]: Instrument]>([:])

    init(_ descriptor: MetricDescriptor, make: @escaping @Sendable () -> Instrument) {
        self.descriptor = descriptor
        self.make = make
        // What has no labels has its one series from the start: a rate over it needs the zero.
        if descriptor.labels.isEmpty { instruments.withLock { $0[[]] = make() } }
    }

    /// The series with these label values, in the order in which the labels were declared.
    package func callAsFunction(_ values: String...) -> Instrument {
        precondition(values.count == descriptor.labels.count, "\(descriptor.name) has other labels")
        return instruments.withLock { instruments in
            if let instrument = instruments[values] { return instrument }
            let instrument = make()
            instruments[values] = instrument
            return instrument
        }
    }

    func write(into exposition: inout Exposition) {
        let sorted = instruments.withLock { $0.sorted { $0.key.lexicographicallyPrecedes($1.key) } }
        guard !sorted.isEmpty else { return }
        exposition.head(descriptor)
        for (values, instrument) in sorted {
            instrument.write(into: &exposition, name: descriptor.name, labels: descriptor.pairs(values))
        }
    }
}

/// A metric that is read when it is scraped.
package final class ObservedMetric: MetricFamily {
    package struct Sample: Sendable, Hashable {
        /// In the order in which the labels were declared.
        package var labels: [String]
        package var value: Double

        package init(_ labels: String..., value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    let descriptor: MetricDescriptor
    private let observers = Mutex<[@Sendable () -> [Sample]]>([])

    init(_ descriptor: MetricDescriptor) { self.descriptor = descriptor }

    func add(_ read: @escaping @Sendable () -> [Sample]) { observers.withLock { $0.append(read) } }

    func write(into exposition: inout Exposition) {
        let samples = observers.withLock { $0 }.flatMap { $0() }
        guard !samples.isEmpty else { return }
        exposition.head(descriptor)
        for sample in samples.sorted(by: { $0.labels.lexicographicallyPrecedes($1.labels) }) {
            exposition.sample(descriptor.name, descriptor.pairs(sample.labels), sample.value)
        }
    }
}

extension MetricDescriptor {
    fileprivate func pairs(_ values: [String]) -> [Exposition.Label] {
        zip(labels, values).map { Exposition.Label(name: $0, value: $1) }
    }
}
