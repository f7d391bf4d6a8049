/// Which caches are behind, in as few lines as tell it: a server that restarts is back within seconds, and every cache has met
/// it several times until then.
struct CacheReport {
    enum News: Hashable {
        /// - words: the first few of them, with what is wrong.
        case behind(count: Int, words: String)
        case recovered
    }

    /// How long lies between two looks, and how long something has to be wrong before it is told.
    static let interval = Duration.seconds(10)
    private static let named = 3

    private var before: Set<String> = []
    private var told: Set<String> = []
    private var hasWarned = false

    /// - Parameter problems: what is wrong now, by the cache.
    /// - Returns: what there is to say that has not been said.
    mutating func look(at problems: [String: String]) -> News? {
        let lasting = problems.filter { before.contains($0.key) }
        before = Set(problems.keys)
        told.formIntersection(before)
        guard lasting.keys.allSatisfy(told.contains) else {
            told.formUnion(lasting.keys)
            hasWarned = true
            let words = lasting.sorted { $0.key < $1.key }.prefix(Self.named).map { "\($0.key): \($0.value)" }
            let rest = lasting.count > Self.named ? "; …" : ""
            return .behind(count: lasting.count, words: words.joined(separator: "; ") + rest)
        }
        guard hasWarned, problems.isEmpty else { return nil }
        hasWarned = false
        return .recovered
    }
}
