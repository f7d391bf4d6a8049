/// Durations as kubectl shows them: `45s`, `3m20s`, `5h`, `12d`. Source: k8s.io/apimachinery, util/duration.
package enum HumanAge {
    /// The age of a moment; `<unknown>` where there is none.
    package static func since(_ time: JSONValue?, _ now: Timestamp) -> String {
        guard let moment = time?.string.flatMap(Timestamp.init(rfc3339:)) else { return "<unknown>" }
        return text(now - moment)
    }

    package static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        // A clock may be a little off.
        if seconds < -1 { return "<invalid>" }
        if seconds < 120 { return "\(max(0, seconds))s" }
        let minutes = seconds / 60
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        return days < 2920 ? pair(days / 365, "y", days % 365, "d") : "\(days / 365)y"
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
    }
}
