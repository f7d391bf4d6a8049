internal import KubeAPI

/// Brings an artifact back.
package struct Retrieval {
    private let store: any ArtifactStore
    private let context: RunContext

    package init(from store: any ArtifactStore, _ context: RunContext) {
        self.store = store
        self.context = context
    }

    /// The artifact that a restore takes: the named one, else the newest complete one, else the newest of any kind.
    ///
    /// - Throws: `RunFailure` where there is none.
    package func choose(_ stamp: Stamp?) throws -> Artifact {
        guard try store.isPresent() else { throw RunFailure.missing }
        let now = context.now()
        let stored = try store.ownArtifacts()
        if let stamp {
            guard let named = stored.first(where: { $0.stamp == stamp }) else {
                throw RunFailure("there is no artifact \(stamp) of source \(store.series.source)")
            }
            return named
        }
        let past = stored.filter { !$0.isFromFuture(at: now) }
        let candidates = [past.filter(\.isComplete), past, stored].first { !$0.isEmpty } ?? []
        guard let newest = candidates.max(by: { $0.stamp < $1.stamp }) else {
            throw RunFailure("nothing is stored of source \(store.series.source)")
        }
        return newest
    }

    /// Writes the files of the artifact, each compared with its checksum.
    ///
    /// - Parameter open: makes a file, by its name relative to the artifact's folder, and gives what writes to it.
    package func fetch(
        _ artifact: Artifact, open: (String) throws -> (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let checksums = try store.checksums(of: artifact)
        for entry in checksums.entries {
            let write = try open(entry.file)
            let digest = SHA256()
            try store.read(entry.file, of: artifact.id) { bytes in
                digest.update(bytes)
                try write(bytes)
            }
            guard digest.finish() == entry.digest else {
                throw RunFailure("\(entry.file) of \(artifact.stamp) is not what was stored")
            }
        }
        let write = try open(Checksums.fileName)
        try Array(checksums.text.utf8).withUnsafeBytes { try write($0) }
    }
}
