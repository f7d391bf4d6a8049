internal import Glibc

/// What Prometheus clients tell of the process they run in: `process_*`, read from `/proc` at each scrape.
package enum ProcessMetrics {
    package static func register(in registry: MetricRegistry) {
        observe(registry, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", .counter) {
            cpuSeconds()
        }
        observe(registry, "process_resident_memory_bytes", "Resident memory size in bytes.") { residentBytes() }
        observe(registry, "process_virtual_memory_bytes", "Virtual memory size in bytes.") { virtualBytes() }
        observe(registry, "process_open_fds", "Number of open file descriptors.") { openDescriptors() }
        observe(registry, "process_max_fds", "Maximum number of open file descriptors.") { maximumDescriptors() }
        observe(registry, "process_threads", "Number of threads of the process.") { threads() }
        let start = startTime()
        observe(registry, "process_start_time_seconds", "Start time of the process since the Unix epoch in seconds.") {
            start
        }
    }

    private static func observe(
        _ registry: MetricRegistry, _ name: String, _ help: String, _ kind: MetricDescriptor.Kind = .gauge,
        _ read: @escaping @Sendable () -> Double?
    ) {
        registry.observe(name, help: help, kind: kind) { read().map { [ObservedMetric.Sample(value: $0)] } ?? [] }
    }

    private static func cpuSeconds() -> Double? {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func residentBytes() -> Double? { memoryPages(column: 1) }
    private static func virtualBytes() -> Double? { memoryPages(column: 0) }

    private static func memoryPages(column: Int) -> Double? {
        let columns = read("/proc/self/statm").split(separator: " ")
        guard columns.count > column, let pages = Double(columns[column]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func openDescriptors() -> Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0.0
        while let entry = readdir(directory) {
            // "." and "..": every real entry is a number.
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        // The directory itself was open while it was read.
        return count - 1
    }

    private static func maximumDescriptors() -> Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }

    private static func threads() -> Double? { statFields().flatMap { $0.count > 17 ? Double($0[17]) : nil } }

    private static func startTime() -> Double? {
        guard let fields = statFields(), fields.count > 19, let ticks = Double(fields[19]) else { return nil }
        let boot = read("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard let boot, let seconds = Double(boot.dropFirst("btime ".count)) else { return nil }
        return seconds + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The fields of `/proc/self/stat` behind the command's name, which may itself hold spaces and parentheses.
    private static func statFields() -> [Substring]? {
        let text = read("/proc/self/stat")
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
