/// The names that K3s gives the files of snapshots: `NAME-NODE-SECONDS`, with `.zip` where they are compressed.
package enum EtcdSnapshotName {
    package static func files(of name: String, among files: [String]) -> [String] {
        files.filter { file in
            let stem = file.hasSuffix(".zip") ? file.dropLast(4) : Substring(file)
            guard stem.hasPrefix("\(name)-"), let dash = stem.lastIndex(of: "-") else { return false }
            let seconds = stem[stem.index(after: dash)...]
            return !seconds.isEmpty && seconds.allSatisfy { $0.isASCII && $0.isNumber }
        }
    }
}
