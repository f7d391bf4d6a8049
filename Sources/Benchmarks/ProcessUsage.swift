internal import Glibc
internal import KubeAPI

/// What this process has used up to now.
struct ProcessUsage {
    /// Since the process was started, in seconds; the kernel keeps the start to 10 ms.
    var wall: Double
    var userCPU: Double
    var systemCPU: Double
    var residentBytes: Int
    var peakResidentBytes: Int

    static func now() -> ProcessUsage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return ProcessUsage(
            wall: sinceStart(), userCPU: seconds(usage.ru_utime), systemCPU: seconds(usage.ru_stime),
            residentBytes: statusBytes("VmRSS:"), peakResidentBytes: statusBytes("VmHWM:"))
    }

    var fields: JSONObject {
        [
            "wall_s": .number(wall.rounded(to: 3)), "cpu_s": .number((userCPU + systemCPU).rounded(to: 3)),
            "user_s": .number(userCPU.rounded(to: 3)), "sys_s": .number(systemCPU.rounded(to: 3)),
            "rss_mb": .number(megabytes(residentBytes)), "peak_rss_mb": .number(megabytes(peakResidentBytes)),
        ]
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    /// Source: proc(5), field 22 of `stat` and `uptime`.
    private static func sinceStart() -> Double {
        let afterName = text("/proc/self/stat").split(separator: ")").last ?? ""
        let fields = afterName.split(separator: " ")
        let uptime = text("/proc/uptime").split(separator: " ")
        guard fields.count > 19, let ticks = Double(fields[19]), let now = uptime.first.flatMap({ Double($0) }) else {
            return 0
        }
        return now - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func statusBytes(_ name: String) -> Int {
        let line = text("/proc/self/status").split(separator: "\n").first { $0.hasPrefix(name) }
        let words = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }) ?? []
        return words.count > 1 ? (Int(words[1]) ?? 0) * 1024 : 0
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

func megabytes(_ bytes: Int) -> Double { (Double(bytes) / 1_048_576).rounded(to: 1) }

extension Double {
    func rounded(to places: Int) -> Double {
        let scale = pow(10, Double(places))
        return (self * scale).rounded() / scale
    }
}
