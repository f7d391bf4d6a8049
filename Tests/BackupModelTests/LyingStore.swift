import BackupModel
import KubeAPI
import Support

/// A store that forgets, shows what is gone, answers with errors, stores damaged data, and whose user may be killed at any call.
final class LyingStore: ArtifactStore {
    struct Killed: Error {}

    /// What is really there.
    struct Item {
        var artifact: Artifact
        var isCommitted: Bool
        /// By file; of an artifact of the tests there is one, and its checksums.
        var files: [String: [UInt8]]
    }

    var series: Series
    private(set) var items: [String: Item] = [:]
    /// What was erased, newest last.
    private(set) var erased: [Artifact] = []
    var random: SeededRandom
    /// Of a hundred calls.
    var lies = 0
    /// Of a hundred calls: how many kill the run.
    var kills = 0
    var isLost = false
    var damagesNext = false
    private(set) var isLocked = false
    private(set) var creations = 0

    init(_ series: Series, seed: UInt64) {
        self.series = series
        random = SeededRandom(seed: seed)
    }

    var committed: [Item] { items.values.filter(\.isCommitted) }

    func insert(_ artifact: Artifact, _ data: [UInt8]) {
        items[artifact.id] = Item(artifact: artifact, isCommitted: true, files: Self.files(data))
    }

    static func files(_ data: [UInt8]) -> [String: [UInt8]] {
        let sums = Checksums([.init(file: "data", digest: sha256Hex(data))])
        return ["data": data, Checksums.fileName: Array(sums.text.utf8)]
    }

    private func call() throws {
        if random.happens(kills) { throw Killed() }
        if random.happens(lies) { throw RunFailure("the store does not answer") }
    }

    func isPresent() throws -> Bool {
        try call()
        return !isLost && !random.happens(lies)
    }

    func create() throws {
        creations += 1
        isLost = false
    }

    func acquire() throws {
        try call()
        isLocked = true
    }

    func release() { isLocked = false }

    func list() throws -> [Artifact] {
        try call()
        var listed = committed.map(\.artifact)
        if random.happens(lies) { listed.removeAll { _ in random.happens(50) } }
        if random.happens(lies) { listed = [] }
        if random.happens(lies) { listed += erased.suffix(3) }
        return listed.shuffled(using: &random)
    }

    func put(_ artifact: NewArtifact) throws -> (id: String, omission: String?) {
        try call()
        let id = "pending-\(artifact.stamp)"
        var data = Array(artifact.folder.utf8)
        if damagesNext || random.happens(lies) { data.removeLast() }
        damagesNext = false
        items[id] = Item(
            artifact: Artifact(stamp: artifact.stamp, sizeBytes: artifact.sizeBytes, flaws: artifact.flaws, id: id),
            isCommitted: false, files: ["data": data, Checksums.fileName: Array(artifact.checksums.text.utf8)])
        try call()
        return (id, nil)
    }

    func read(_ file: String, of id: String, into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try call()
        guard let bytes = items[id]?.files[file] else { throw RunFailure("there is no \(file) of \(id)") }
        try bytes.withUnsafeBytes(sink)
    }

    func files(of id: String) throws -> [String: Int64?] {
        try call()
        return (items[id]?.files ?? [:]).mapValues { .some(Int64($0.count)) }
    }

    func commit(_ artifact: NewArtifact, id: String) throws -> Artifact {
        try call()
        guard var item = items.removeValue(forKey: id) else { throw RunFailure("there is no \(id)") }
        item.artifact = Artifact(
            stamp: artifact.stamp, sizeBytes: artifact.sizeBytes, flaws: artifact.flaws, cluster: series.cluster,
            id: "at-\(artifact.stamp)")
        item.isCommitted = true
        items[item.artifact.id] = item
        try call()
        return item.artifact
    }

    func missing(of artifacts: [Artifact]) throws -> [Artifact] {
        try call()
        return artifacts.filter { items[$0.id] == nil }
    }

    func erase(_ artifact: Artifact) throws {
        try call()
        if items.removeValue(forKey: artifact.id) != nil { erased.append(artifact) }
        try call()
    }

    func reclaim() throws { try call() }
    func sweep(at now: Timestamp) throws -> String? {
        try call()
        return nil
    }
    func checkWhole(part: Int) throws -> Int? { part }
    func recordedChecksums(of artifact: Artifact) throws -> Checksums? { nil }
}
