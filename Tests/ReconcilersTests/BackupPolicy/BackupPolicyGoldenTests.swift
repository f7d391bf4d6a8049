import Foundation
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Golden files of BackupPolicy")
struct BackupPolicyGoldenTests {
    static let fixtures = "Tests/Fixtures/backuppolicy/valid"

    @Test("The children of a policy are those of its golden file", arguments: Repository.cases(in: fixtures))
    func children(name: String) throws {
        let documents = try Repository.yaml("\(Self.fixtures)/\(name).yaml")
        let children = try Rendering.children(of: documents).map(\.json)
        try Repository.expect(
            YAML.write(children), isGolden: "Tests/ReconcilersTests/Golden/backuppolicy/\(name).yaml")
    }

    @Test("There is a golden file for each case and no other")
    func noLeftovers() {
        #expect(
            Repository.cases(in: "Tests/ReconcilersTests/Golden/backuppolicy") == Repository.cases(in: Self.fixtures))
    }

    @Test("The built-in text of the scripts is the files'")
    func scripts() throws {
        let folder = Repository.root.appending(path: "scripts/backup")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let files = try names.map { ($0, try Repository.text("scripts/backup/\($0)")) }
        if Repository.rewritesGolden {
            let entries = files.map { name, text in "\"\(name)\": #\"\"\"\n\(text)\n\"\"\"#,\n" }.joined()
            let source = """
                // swift-format-ignore-file
                // Made by `make golden` from scripts/backup; a test compares the two.

                /// The scripts that the pods of a backup run, by their file names.
                enum BackupScripts {
                    static let files: [String: String] = [
                \(entries)    ]
                }

                """
            try source.write(
                to: Repository.root.appending(path: "Sources/Reconcilers/BackupPolicy/BackupScripts.swift"),
                atomically: true, encoding: .utf8)
            return
        }
        #expect(BackupScripts.files == Dictionary(uniqueKeysWithValues: files), "run make golden and build again")
    }

    @Test("What the pods are given holds no value of a Secret, and every container is bounded")
    func containers() throws {
        for name in Repository.cases(in: Self.fixtures) {
            let documents = try Repository.yaml("\(Self.fixtures)/\(name).yaml")
            for job in try Rendering.children(of: documents) where job.kind == "CronJob" {
                let pod = try #require(job[path: "spec", "jobTemplate", "spec", "template", "spec"])
                #expect(pod["automountServiceAccountToken"] == false && pod["restartPolicy"] == "Never")
                let containers = (pod["initContainers"]?.elements ?? []) + (pod["containers"]?.elements ?? [])
                #expect(!containers.isEmpty)
                for container in containers {
                    #expect(container["resources"]?["limits"]?["memory"] != nil)
                    #expect(container["securityContext"]?["allowPrivilegeEscalation"] == false)
                    let names = (container["env"]?.elements ?? []).map { $0["name"]?.string ?? "" }
                    #expect(names.allSatisfy { $0.hasPrefix("QM_") })
                }
            }
        }
    }
}
