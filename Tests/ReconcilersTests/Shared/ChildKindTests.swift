import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Types of children")
struct ChildKindTests {
    @Test(
        "What comes first is there before what needs it",
        arguments: [
            (ChildKind.roleBinding, ChildKind.configMap), (.limitRange, .deployment),
            (.resourceQuota, .deployment),
            (.networkPolicy, .deployment), (.secret, .cronJob), (.configMap, .cronJob),
            (.persistentVolumeClaim, .deployment), (.podDisruptionBudget, .deployment),
            (.triggerAuthentication, .scaledObject), (.deployment, .scaledObject),
            (.deployment, .horizontalPodAutoscaler), (.service, .ingress), (.service, .serviceMonitor),
        ])
    func order(first: ChildKind, second: ChildKind) {
        #expect(first.phase < second.phase)
    }

    @Test(
        "What the sample objects have for children is declared by their kinds",
        arguments: Kinds.all.map { $0.resourceType.plural })
    func declared(plural: String) throws {
        let kind = try #require(Kinds.all.first { $0.resourceType.plural == plural })
        let folder = "Tests/Fixtures/\(kind.resourceType.kind.lowercased())/valid"
        let known = Set(kind.childKinds.map(\.type)).union([.namespace, .priorityClass])
        let cases = Repository.cases(in: folder)
        #expect(!cases.isEmpty)
        for name in cases {
            for document in try Repository.yaml("\(folder)/\(name).yaml") {
                guard let object = try? DynamicObject(document), object.kind == kind.resourceType.kind else { continue }
                for child in try kind.init(defaulting: object).rendered() {
                    #expect(known.contains(child.type), "\(name): \(child.name)")
                }
            }
        }
    }
}
