import Foundation
import Support
import Testing

/// What `docs/guides/restore.md` does by the image of the backups, where no other program is at hand.
@Suite("Restores by the image alone", .onThreadsOfItsOwn)
struct ImageAloneTests {
    /// The names in the file that the page has written.
    private func settings() throws -> Set<String> {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/guides/restore.md")
        let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        let file = lines.drop { $0 != "cat >destination.env <<'END'" }.dropFirst().prefix { $0 != "END" }
        return Set(file.compactMap { $0.split(separator: "=").first.map(String.init) })
    }

    @Test(
        "With the settings of the page and the Secret's keys artifacts are listed with their flaws, and each is fetched",
        arguments: [Place.rclone, .restic, .borg])
    func listAndFetch(place: Place) throws {
        let names = try settings()
        #expect(names.isSuperset(of: ["QM_NAMESPACE", "QM_POLICY", "QM_SOURCE", "QM_CLUSTER", "QM_KIND"]))
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let stamps = [Sandbox.stamp(-200_000), Sandbox.stamp(-100)]
            let good = try sandbox.store("good\n", at: stamps[0], destination)
            try #require(good.result == "Succeeded", "\(good.all)")
            try sandbox.stage("less\n", at: stamps[1], partial: "one file changed")
            try #require(try sandbox.deliver(destination).result == "Partial")

            let given = destination.filter { name, _ in
                names.contains(name) || ["QM_REMOTE", "QM_CREDENTIALS"].contains(name)
            }
            let list = try sandbox.run("list", given)
            #expect(list.result == "Succeeded" && list.number("count") == 2, "\(list.all)")
            let lines = list.log.split(separator: "\n").filter { $0.contains(" bytes") }
            #expect(lines.count == 2 && lines[0].contains(stamps[1]) && lines[0].hasSuffix(", partial"), "\(list.log)")
            #expect(lines.last?.contains(stamps[0]) == true && lines.last?.hasSuffix("bytes") == true, "\(list.log)")

            #expect(try sandbox.fetched(given) == "good\n")
            #expect(try sandbox.fetched(given.merging(["QM_ARTIFACT": stamps[1]]) { $1 }) == "less\n")
            let other = try sandbox.run("list", given.merging(["QM_CLUSTER": "unknown"]) { $1 })
            #expect(other.result == "Failed" && other.message.contains("the cluster test-cluster"), "\(other.all)")
        }
    }
}
