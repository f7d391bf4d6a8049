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
        let children = try policy.rendered()
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
                ManifestExport.Kind(name: name, objects: children.map { Self.sealed($0.object) })
            }
            if namespace == "shop" {
                read.append(ManifestExport.Kind(name: BackupPolicy.resourceType.qualifiedName, objects: [own]))
            }
            let export = ManifestExport(read)
            #expect(export.kinds.map(\.name) == want && export.remade == there.count, "\(namespace)")
        }
    }

    @Test("A label that anybody can set takes no object out of an export; what is the operator's has its seal, too")
    func label() throws {
        func kept(_ labels: String, isSealed: Bool) throws -> Bool {
            var object = try DynamicObject.fixture(
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop, labels: {\(labels)}}}")
            if isSealed { object = Self.sealed(object) }
            return ManifestExport([ManifestExport.Kind(name: "deployments.apps", objects: [object])]).count == 1
        }
        let owner = "quartermaster.dev/owner-namespace: elsewhere"
        let manager = "app.kubernetes.io/managed-by: quartermaster"
        #expect(try kept(owner, isSealed: false))
        #expect(try kept("\(owner), \(manager)", isSealed: false))
        #expect(try kept("\(owner), app.kubernetes.io/managed-by: Helm", isSealed: true))
        #expect(try kept(manager, isSealed: true))
        #expect(try !kept("\(owner), \(manager)", isSealed: true))
    }

    /// As it is once it is written.
    private static func sealed(_ object: DynamicObject) -> DynamicObject {
        var object = object
        object[path: "metadata", "annotations", AnnotationKey.madeFor] = "0123"
        return object
    }
}
