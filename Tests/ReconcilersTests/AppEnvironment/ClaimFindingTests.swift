import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Claims that do not become what their volume asks for")
struct ClaimFindingTests {
    private func finding(
        _ volume: String, has size: String, of storageClass: String? = "local-path", isBound: Bool = true,
        failed kind: WriteFailure.Kind = .refused
    ) throws -> Finding {
        let environment = try ResolvedEnvironment.written(
            "tier: staging\ncomponents: [{name: db, image: 'db:1', volumes: [{name: data, path: /data, \(volume)}]}]")
        var seen = ComponentObservation(component: environment.components[0])
        seen.claims = [
            PersistentVolumeClaims.Claim(
                key: ObjectKey(namespace: "shop", name: "db-data"), uid: "1", size: try #require(Quantity(size)),
                storageClass: storageClass, isBound: isBound, goesWhenUnwanted: false, isBeingDeleted: false)
        ]
        seen.failures = [
            WriteFailure(
                object: WrittenObject(.persistentVolumeClaim, ObjectKey(namespace: "shop", name: "db-data")),
                kind: kind, message: "no way")
        ]
        return try #require(seen.finding)
    }

    @Test("A class that does not let its volumes grow is named, with the field to set back")
    func grow() throws {
        let finding = try finding("size: 2Gi", has: "1Gi")
        #expect(finding.reason == .childRefused && finding.consequence == .edit)
        #expect(
            finding.message == """
                PersistentVolumeClaim shop/db-data does not grow from 1Gi to 2Gi: its StorageClass local-path does not \
                allow it (allowVolumeExpansion); set spec.components[db].volumes[data].size back to 1Gi, or make a volume \
                of another name and move the data; the API server: no way
                """)
        #expect(
            try self.finding("size: 2Gi", has: "1Gi", of: nil).message.contains("it has no StorageClass that could"))
    }

    @Test("A volume does not shrink")
    func shrink() throws {
        let finding = try finding("size: 1Gi", has: "1536Mi")
        #expect(finding.consequence == .edit)
        #expect(
            finding.message.contains(
                "has 1536Mi and does not shrink to 1Gi; set spec.components[db].volumes[data].size to 1536Mi or more"),
            "\(finding.message)")
    }

    @Test("A class is not changed")
    func storageClass() throws {
        let finding = try finding("size: 1Gi, storageClass: fast", has: "1Gi")
        #expect(
            finding.message.contains(
                "keeps its StorageClass local-path; set spec.components[db].volumes[data].storageClass back to local-path"
            ), "\(finding.message)")
    }

    @Test("Before there is a volume a claim waits with its size")
    func unbound() throws {
        let finding = try finding("size: 2Gi", has: "1Gi", isBound: false)
        #expect(finding.consequence == .wait)
        #expect(finding.message.contains("does not grow from 1Gi to 2Gi before it has a volume"), "\(finding.message)")
    }

    @Test("What else the API server refuses is told in its words alone")
    func otherwise() throws {
        #expect(try finding("size: 1Gi", has: "1Gi").message == "PersistentVolumeClaim shop/db-data: no way")
    }
}
