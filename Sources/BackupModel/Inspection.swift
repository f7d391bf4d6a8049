internal import KubeAPI

/// Looks at what is stored, without anything new.
package struct Inspection {
    private let store: any ArtifactStore
    private let context: RunContext

    package init(of store: any ArtifactStore, _ context: RunContext) {
        self.store = store
        self.context = context
    }

    /// - Parameters:
    ///   - sources: the names of all that the policy stores there.
    ///   - part: 1 … 8, of a repository's data.
    package func run(sources: [String], part: Int, report: inout RunReport) throws {
        guard try store.isPresent() else { throw RunFailure.missing }
        report.part = try store.checkWhole(part: part).map(Int64.init)
        var checked: [String] = []
        var unsound: [String] = []
        var messages: [String] = []
        for source in sources {
            store.series.source = source
            guard let newest = try store.ownArtifacts().max(by: { $0.stamp < $1.stamp }) else {
                context.say("\(source): nothing is stored yet")
                continue
            }
            let differences = differences(of: newest)
            if differences.isEmpty {
                context.say("\(source): \(newest.stamp) is sound")
                checked.append(source)
            } else {
                unsound.append(source)
                messages.append(
                    "\(source), artifact \(newest.stamp): \(differences.prefix(3).joined(separator: "; "))")
            }
        }
        (report.checked, report.unsound) = (checked, unsound)
        guard unsound.isEmpty else { throw RunFailure(messages.joined(separator: "; ")) }
        report.result = .succeeded
    }

    private func differences(of artifact: Artifact) -> [String] {
        do {
            let checksums = try store.checksums(of: artifact)
            return store.differences(from: checksums, in: artifact.id)
        } catch {
            return ["\(error)"]
        }
    }
}

extension ArtifactStore {
    /// The checksums that lie beside the files, which must be those that the store knows by another way.
    package func checksums(of artifact: Artifact) throws -> Checksums {
        var text: [UInt8] = []
        try read(Checksums.fileName, of: artifact.id) { text += $0 }
        let beside = try Checksums(parsing: String(decoding: text, as: UTF8.self))
        if let recorded = try recordedChecksums(of: artifact), Set(recorded.entries) != Set(beside.entries) {
            throw RunFailure("the checksums are not those that were recorded when \(artifact.stamp) was stored")
        }
        return beside
    }
}
