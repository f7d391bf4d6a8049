import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Validation of a BackupPolicy")
struct BackupPolicyValidationTests {
    static let invalid = "Tests/Fixtures/backuppolicy/invalid"
    static let valid = "Tests/Fixtures/backuppolicy/valid"

    @Test("A wrong manifest is refused, at its field and in the CRD's words", arguments: Repository.cases(in: invalid))
    func wrongManifests(name: String) throws {
        let fixture = try InvalidFixture("\(Self.invalid)/\(name).yaml")
        let violations = BackupPolicy.violations(in: fixture.object)
        #expect(
            violations.contains { $0.path == fixture.field && (fixture.rule.map($0.message.contains) ?? true) },
            "found \(violations)")
    }

    @Test("A right manifest has nothing against it", arguments: Repository.cases(in: valid))
    func rightManifests(name: String) throws {
        let object = try DynamicObject(#require(Repository.yaml("\(Self.valid)/\(name).yaml").first))
        #expect(BackupPolicy.violations(in: object) == [])
    }

    @Test("Every rule of the CRD is broken by a fixture")
    func everyRuleIsBroken() throws {
        #expect(try unbrokenRules(of: BackupPolicy.self, in: Self.invalid) == [])
    }

    @Test("The samples have nothing against them")
    func samples() throws {
        let objects = try Repository.yaml("config/samples/backuppolicy.yaml").map { try DynamicObject($0) }
            .filter { $0.kind == "BackupPolicy" }
        #expect(objects.count > 2)
        for object in objects { #expect(BackupPolicy.violations(in: object) == []) }
    }

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
