import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Validation of a BackupPolicy")
struct BackupPolicyValidationTests {
    @Test("What went wrong shows in the columns of kubectl get, without -o wide")
    func columns() throws {
        let definition = try YAML.parseDocument(Array(CustomResource.backupPolicy.text.utf8))
        let columns = definition["spec"]?["versions"]?.elements.first?["additionalPrinterColumns"]?.elements ?? []
        let shown = columns.filter { $0["priority"]?.integer ?? 0 == 0 }.compactMap { $0["name"]?.string }
        #expect(
            shown == [
                "Ready", "Reason", "Fresh", "Last-Success", "Next", "Size", "Verified", "Suspended", "Age",
            ])
    }

    @Test("The job's name fits, however long the policy's is, and two policies never share one")
    func names() throws {
        var policy = try BackupPolicy.fixture()
        policy.metadata.name = String(repeating: "a", count: 200)
        let name = policy.cronJobName("database-of-the-shop")
        #expect(name.utf8.count <= 52)
        policy.metadata.name = String(repeating: "a", count: 199) + "b"
        #expect(policy.cronJobName("database-of-the-shop") != name)
    }

    @Test("Retention of a destination takes the place of the policy's, field by field")
    func retention() throws {
        let policy = try BackupPolicy.fixture("retention: {daily: 3, monthly: 6}")
        let own = BackupPolicy.Retention(daily: 30, weekly: 0)
        #expect(policy.spec.retention.rules == "daily=3 weekly=4 monthly=6 minKeep=1")
        #expect(own.overriding(policy.spec.retention).rules == "daily=30 monthly=6 minKeep=1")
    }
}
