import Foundation
import Support
import Testing

@Suite("Checks of what is stored", .onThreadsOfItsOwn)
struct CheckTests {
    /// Two sources at one destination.
    private func store(_ sandbox: Sandbox, _ destination: [String: String]) throws {
        for source in ["db", "files"] {
            // Nothing that could be packed small.
            let text = (0..<300).map { _ in "\(source) \(UUID().uuidString)\n" }.joined()
            let stored = try sandbox.store(text, destination.merging(["QM_SOURCE": source]) { $1 })
            try #require(stored.result == "Succeeded", "\(stored.all)")
        }
    }

    private static let check = ["QM_SOURCES": "db\nfiles\nnew"]

    private func lists(_ report: Report) -> String {
        ["checked", "unsound"].map { "\($0) \(report.list($0))" }.joined(separator: ", ")
    }

    @Test("A check of objects reads the newest artifacts against their marks, and says which source is not sound")
    func checkObjects() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination()
        try store(sandbox, destination)
        let check = destination.merging(Self.check) { $1 }
        let sound = try sandbox.run("check", check)
        #expect(sound.result == "Succeeded", "\(sound.all)")
        #expect(lists(sound) == #"checked ["db", "files"], unsound []"#)

        let files = sandbox.path("remote/shop.nightly/files")
        try Sandbox.tool(
            "sh", ["-c", "printf X | dd of=\"$(find \(files) -name data.tar)\" bs=1 seek=700 conv=notrunc"])
        let damaged = try sandbox.run("check", check)
        #expect(damaged.result == "Failed" && damaged.message.contains("data.tar was read back"), "\(damaged.all)")
        #expect(lists(damaged) == #"checked ["db"], unsound ["files"]"#)
        // Checksums that were made to fit are not those of the mark.
        try Sandbox.tool("sh", ["-c", "cd \(files)/*Z && sha256sum data.tar >SHA256SUMS"])
        let forged = try sandbox.run("check", check)
        #expect(forged.message.contains("the checksums are not those that were recorded"), "\(forged.all)")
    }

    @Test("Eight checks of restic read everything, and one of them finds what is damaged")
    func checkRestic() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.resticDestination()
        try store(sandbox, destination)
        let sound = try sandbox.run(
            "check", destination.merging(Self.check) { $1 }.merging(["QM_CHECK_PART": "5"]) { $1 })
        #expect(sound.result == "Succeeded" && lists(sound) == #"checked ["db", "files"], unsound []"#, "\(sound.all)")
        #expect(sound.number("part") == 5)
        // A pack of which one byte is another one.
        try Sandbox.tool(
            "sh",
            [
                "-c",
                "f=$(find \(sandbox.path("restic/data")) -type f -printf '%s %p\\n' | sort -n | tail -n 1 | cut -d ' ' -f 2); chmod u+w $f; printf X | dd of=$f bs=1 seek=40 conv=notrunc",
            ])
        let failed = try (1...8).filter { part in
            let part = ["QM_CHECK_PART": String(part), "QM_SOURCES": ""]
            let report = try sandbox.run("check", destination.merging(part) { $1 })
            #expect(report.result == "Succeeded" || report.message.contains("is not sound"), "\(report.all)")
            return report.result == "Failed"
        }
        #expect(failed.count == 1, "found by \(failed)")
    }

    @Test("A check of borg reads everything, and finds a damaged repository")
    func checkBorg() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.borgDestination()
        try store(sandbox, destination)
        let sound = try sandbox.run("check", destination.merging(Self.check) { $1 })
        #expect(sound.result == "Succeeded" && lists(sound) == #"checked ["db", "files"], unsound []"#, "\(sound.all)")
        try Sandbox.tool(
            "sh",
            [
                "-c",
                "f=$(find \(sandbox.path("borg/data")) -type f -size +1k | sort -n | head -n 1); printf XXXX | dd of=$f bs=1 seek=600 conv=notrunc",
            ])
        let damaged = try sandbox.run("check", destination.merging(Self.check) { $1 })
        #expect(damaged.result == "Failed" && damaged.message.contains("the repository is not sound"), "\(damaged.all)")
    }
}
