import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Containers of backup pods")
struct BackupContainersTests {
    @Test("What the pods are given holds no value of a Secret, and every container is bounded")
    func containers() throws {
        for manifest in KindFixtures(kind: BackupPolicy.self).valid {
            for job in try Rendering.children(of: Repository.yaml(manifest.path)) where job.kind == "CronJob" {
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
