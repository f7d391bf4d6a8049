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
