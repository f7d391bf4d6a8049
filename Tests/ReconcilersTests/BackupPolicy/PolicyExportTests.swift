import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What an export of manifests has of a policy")
struct PolicyExportTests {
    @Test("The policy is in the export and none of its children is, in other namespaces either")
    func children() throws {
        let policy = try BackupPolicy.fixture(
            """
            sources:
            - {name: objects, manifests: {includeSecrets: true, namespaces: [shop, web]}}
            - {name: files, pvc: {claimName: data}}
            hooks: {pre: [{podSelector: {matchLabels: {app: web}}, command: [sync]}]}
            verification: {checkSchedule: 0 5 * * 0}
            """, isPrepared: false)
        let children = try policy.children()
        let kinds = Set(children.map(\.type.kind))
        #expect(
            kinds.isSuperset(of: ["CronJob", "Job", "ServiceAccount", "RoleBinding", "NetworkPolicy", "PrometheusRule"])
        )
        let own = try DynamicObject.fixture(
            "{apiVersion: quartermaster.dev/v1alpha1, kind: BackupPolicy, metadata: {name: nightly, namespace: shop, "
                + "uid: \(#require(policy.metadata.uid))}}")
        for (namespace, want) in [("shop", ["backuppolicies.quartermaster.dev"]), ("web", [])] {
            let there = children.filter { $0.object.namespace == namespace }
            #expect(!there.isEmpty, "\(namespace)")
            var read = Dictionary(grouping: there, by: \.type.qualifiedName).map { name, children in
                ManifestExport.Kind(name: name, objects: children.map(\.object))
            }
            if namespace == "shop" {
                read.append(ManifestExport.Kind(name: BackupPolicy.resourceType.qualifiedName, objects: [own]))
            }
            let export = ManifestExport(read)
            #expect(export.kinds.map(\.name) == want && export.remade == there.count, "\(namespace)")
        }
    }
}
