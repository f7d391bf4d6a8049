import Foundation
import Testing

@testable import KubeAPI

@Suite("Archives")
struct ArchiveTests {
    private static let time = Timestamp(secondsSinceEpoch: 1_769_850_300)

    private func archive(_ files: [(String, [UInt8])]) -> [UInt8] {
        var archive = TarArchive(time: Self.time)
        for (path, bytes) in files { archive.add(path, bytes) }
        return Gzip.compress(archive.bytes)
    }

    @Test("GNU tar unpacks what was packed: empty files, whole blocks, bytes of any kind, long paths")
    func unpacked() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let long = String(repeating: "d", count: 150) + "/" + String(repeating: "n", count: 100)
        let files: [(String, [UInt8])] = [
            ("a/empty", []), ("a/block", [UInt8](repeating: 7, count: 512)),
            ("any", (0..<2000).map { UInt8(truncatingIfNeeded: $0 * 31) }), (long, Array("long".utf8)),
        ]
        let path = folder.appending(path: "a.tar.gz")
        try Data(archive(files)).write(to: path)
        let tar = try await ChildProcess(
            path: "/bin/tar", arguments: ["-xzf", path.path, "-C", folder.path], environment: ["PATH": "/usr/bin:/bin"],
            deadline: .seconds(30)
        ).run()
        #expect(tar.exitCode == 0 && tar.messages.isEmpty, "\(String(decoding: tar.messages, as: UTF8.self))")
        for (name, bytes) in files {
            let file = folder.appending(path: name)
            #expect(try Array(Data(contentsOf: file)) == bytes)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect((attributes[.modificationDate] as? Date)?.timeIntervalSince1970 == 1_769_850_300)
        }
    }

    @Test("Equal files give equal archives, and compression makes them smaller")
    func deterministic() {
        let files = [("log", Array(String(repeating: "the same line\n", count: 1000).utf8))]
        #expect(archive(files) == archive(files))
        #expect(archive(files).count < 1000)
    }
}
