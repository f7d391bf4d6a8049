package import KubeAPI

/// An artifact on its way into a store.
package struct NewArtifact: Sendable {
    package var stamp: Stamp
    package var flaws: Set<Flaw>
    /// Where its files are, `SHA256SUMS` among them.
    package var folder: String
    package var checksums: Checksums
    /// In bytes, by file.
    package var sizes: [String: Int64]

    package init(
        stamp: Stamp, flaws: Set<Flaw>, folder: String, checksums: Checksums, sizes: [String: Int64]
    ) {
        self.stamp = stamp
        self.flaws = flaws
        self.folder = folder
        self.checksums = checksums
        self.sizes = sizes
    }

    package var sizeBytes: Int64 { sizes.values.reduce(0, +) }
}

/// One destination, as the series of one source sees it.
///
/// A store may fail at any time, and may answer what is not so: a listing that lacks something, or shows what is gone. Whoever
/// calls it deletes nothing for something that it did not see once.
package protocol ArtifactStore: AnyObject {
    /// The series that everything else is about. A check goes through those of all sources.
    var series: Series { get set }

    /// Whether something was ever made here that can hold artifacts.
    ///
    /// - Throws: where that can't be told: it does not answer, the password is wrong.
    func isPresent() throws -> Bool

    /// Whether artifacts can lie where nothing is present: runs of former versions made nothing else.
    var mayHoldUnmarked: Bool { get }

    /// Makes what artifacts are stored in. Called where nothing is present, and by the one run that prepares a destination.
    func create() throws

    /// Keeps other runs from writing at the same time, for as long as this process lives or until `release`.
    func acquire() throws
    func release()

    /// All committed artifacts of the series, those of other clusters too, in no order.
    func list() throws -> [Artifact]

    /// Stores without committing: `list` does not show it yet.
    ///
    /// - Returns: its name for `read`, `sizes` and `commit`, and what could not be read on the way, where something could not.
    func put(_ artifact: NewArtifact) throws -> (id: String, omission: String?)

    /// Reads a file of what is stored, to its end.
    func read(_ file: String, of id: String, into sink: (UnsafeRawBufferPointer) throws -> Void) throws

    /// The files of what is stored; the sizes in bytes where the store tells them.
    func files(of id: String) throws -> [String: Int64?]

    /// Makes it an artifact. From here on it counts.
    func commit(_ artifact: NewArtifact, id: String) throws -> Artifact

    /// Looks for artifacts by another way than `list`.
    ///
    /// - Returns: those that are not there.
    func missing(of artifacts: [Artifact]) throws -> [Artifact]

    func erase(_ artifact: Artifact) throws

    /// Gives back the space of what was erased.
    func reclaim() throws

    /// Removes what runs that were killed have left; what may be somebody's stays.
    ///
    /// - Returns: what somebody should look at, where there is something.
    func sweep(at now: Timestamp) throws -> String?

    /// Looks into the store as a whole, where it has means of its own for that.
    ///
    /// - Parameter part: 1 … 8, of its data.
    /// - Returns: the part that was read; `nil` where artifacts are all that can be looked at.
    func checkWhole(part: Int) throws -> Int?

    /// What the store knows of an artifact's files by another way than its `SHA256SUMS`; `nil` where it knows nothing.
    func recordedChecksums(of artifact: Artifact) throws -> Checksums?
}

extension ArtifactStore {
    package var mayHoldUnmarked: Bool { false }
}
