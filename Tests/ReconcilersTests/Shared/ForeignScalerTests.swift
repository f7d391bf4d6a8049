import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Scalers of others")
struct ForeignScalerTests {
    private let target = ScaleTarget(.deployment, named: "web", replicas: 3, minReplicas: 3, maxReplicas: 3)

    private func scaler(_ kind: String, _ name: String, _ spec: String, controller: String? = nil) throws
        -> DynamicObject
    {
        let references =
            controller.map { "[{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, controller: true, \($0)}]" } ?? "[]"
        return try DynamicObject.fixture(
            """
            kind: \(kind)
            metadata: {name: \(name), namespace: shop, uid: uid-\(kind)-\(name), ownerReferences: \(references)}
            spec: {\(spec)}
            """)
    }

    private let ofWeb = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}"

    private func hpa(_ name: String, _ fields: String = "maxReplicas: 9", controller: String? = nil) throws
        -> DynamicObject
    {
        try scaler("HorizontalPodAutoscaler", name, "\(ofWeb), \(fields)", controller: controller)
    }

    private func live(_ objects: DynamicObject..., replicas: Int? = 6, made: String = "") -> LiveScalers {
        LiveScalers(
            of: target, in: "shop", ownerUID: "uid-shop", replicas: replicas, objects: objects,
            isMade: { $0.uid == made })
    }

    private func plan(_ live: LiveScalers, by scaler: Scaler = .fixed, served: Bool = true) -> ScalerPlan {
        ScalerPlan(for: target, by: scaler, live: live, isKEDAServed: served)
    }

    @Test("What names the workload scales it, by whatever name it goes itself; what names another one does not")
    func recognised() throws {
        #expect(try live(hpa("mine")).foreign.map(\.name) == ["HorizontalPodAutoscaler shop/mine"])
        #expect(try live(hpa("web")).foreign.count == 1)
        #expect(try live(scaler("ScaledObject", "mine", "scaleTargetRef: {name: web}")).foreign.count == 1)
        let others = [
            "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}",
            "scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}",
            "scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Deployment, name: web}",
            // The controller finds no such kind in the core group.
            "scaleTargetRef: {kind: Deployment, name: web}",
        ]
        for other in others {
            #expect(try live(scaler("HorizontalPodAutoscaler", "mine", other)).foreign == [], "\(other)")
        }
    }

    @Test("The operator's own, and what KEDA made for a ScaledObject, are no scalers of others")
    func ownAndKEDAs() throws {
        #expect(try live(hpa("web"), made: "uid-HorizontalPodAutoscaler-web").foreign == [])
        let own = try scaler("ScaledObject", "web", "scaleTargetRef: {name: web}")
        let kedas = try hpa("web", controller: "name: web, uid: uid-ScaledObject-web")
        let found = live(own, kedas, made: "uid-ScaledObject-web")
        #expect(found.foreign == [] && found.scaledObject != nil && found.holder == .keda)

        let theirs = try scaler("ScaledObject", "mine", "scaleTargetRef: {name: web}")
        let ofTheirs = try hpa("keda-hpa-mine", controller: "name: mine, uid: uid-ScaledObject-mine")
        #expect(live(theirs, ofTheirs).foreign.map(\.object.kind) == ["ScaledObject"])
    }

    @Test("An autoscaler is not hidden by an owner reference to somebody's ScaledObject that names another one")
    func notHidden() throws {
        let own = try scaler("ScaledObject", "web", "scaleTargetRef: {name: web}")
        let hidden = try hpa("mine", controller: "name: web, uid: uid-ScaledObject-web")
        #expect(live(own, hidden, made: "uid-ScaledObject-web").foreign.map(\.object.name) == ["mine"])
        // One that is labelled and named as ours is still not ours.
        #expect(try live(hpa("web", controller: "name: other, uid: x"), made: "").foreign.count == 1)
    }

    @Test("The number is left to them, and what the spec says holds again once they are gone")
    func left() throws {
        let left = try plan(live(hpa("mine")))
        #expect(left.isLeft && left.replicas == nil && left.autoscaler == .none && left.obstacle == nil)
        #expect(plan(live()).replicas == 3)
    }

    @Test("A workload begins with what the spec says, and one that an HPA would leave at 0 gets it back")
    func beginning() throws {
        #expect(try plan(live(hpa("mine"), replicas: nil)).replicas == 3)
        #expect(try plan(live(hpa("mine"), replicas: 0)).replicas == 3)
        // By the feature gate HPAScaleToZero 0 is its own wish, and KEDA's anyway.
        #expect(try plan(live(hpa("mine", "minReplicas: 0, maxReplicas: 9"), replicas: 0)).replicas == nil)
        let scaledObject = try scaler("ScaledObject", "mine", "scaleTargetRef: {name: web}")
        #expect(plan(live(scaledObject, replicas: 0)).replicas == nil)
        var off = target
        off.replicas = 0
        #expect(
            try ScalerPlan(for: off, by: .fixed, live: live(hpa("mine")), isKEDAServed: true).replicas == 0,
            "0 switches an HPA off")
    }

    @Test("Nothing of ours is begun beside them; what is there of ours goes on", arguments: [Scaler.hpa, .keda])
    func conflict(scaler: Scaler) throws {
        let begun = try plan(live(hpa("mine")), by: scaler)
        #expect(begun.isLeft && begun.autoscaler == .none && !begun.hasScaledObject && begun.replicas == nil)
        let ours = try live(hpa("mine"), hpa("web"), made: "uid-HorizontalPodAutoscaler-web")
        let going = plan(ours, by: scaler)
        #expect(!going.isLeft && going.autoscaler == (scaler == .hpa ? .written : .held))
        for (plan, found) in [(begun, try live(hpa("mine"))), (going, ours)] {
            let state = found.foreignState(plan, of: "component web", setting: "spec.components[web].autoscaling")
            guard case .failing(let finding)? = state else {
                Issue.record("\(String(describing: state))")
                continue
            }
            #expect(finding.reason == .foreignScaler)
            #expect(
                finding.message.hasSuffix(
                    "delete HorizontalPodAutoscaler shop/mine, or remove spec.components[web].autoscaling"))
        }
    }

    @Test("What is without metrics is told in its controller's words, what works with the number that it wants")
    func words() throws {
        var blind = try hpa("mine")
        blind["status"] = [
            "conditions": [
                [
                    "type": "ScalingActive", "status": "False", "reason": "FailedGetExternalMetric",
                    "message": "no queue",
                ]
            ]
        ]
        let found = live(blind)
        guard case .failing(let finding)? = found.foreignState(plan(found), of: "component web", setting: nil) else {
            Issue.record("it is not told")
            return
        }
        #expect(finding.message == "HorizontalPodAutoscaler mine: no queue" && finding.consequence == .wait)
        var well = try hpa("mine")
        well["status"] = ["conditions": [["type": "ScalingActive", "status": "True"]]]
        guard case .active(let note)? = live(well).foreignState(plan(live(well)), of: "component web", setting: nil)
        else {
            Issue.record("it is not told")
            return
        }
        #expect(note == "HorizontalPodAutoscaler shop/mine scales component web, to 6 pods now")
    }

    @Test("Two of them on one workload are told")
    func two() throws {
        let found = try live(hpa("mine"), scaler("ScaledObject", "yours", "scaleTargetRef: {name: web}"))
        guard case .failing(let finding)? = found.foreignState(plan(found), of: "component web", setting: nil) else {
            Issue.record("it is not told")
            return
        }
        #expect(
            finding.message.hasPrefix("HorizontalPodAutoscaler shop/mine, ScaledObject shop/yours scale component web"))
    }

    @Test(
        "A VerticalPodAutoscaler is let be, and told; beside an autoscaler by the same resources as what works against it"
    )
    func vertical() throws {
        func vpa(_ mode: String) throws -> DynamicObject {
            try scaler(
                "VerticalPodAutoscaler", "size",
                "targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, updatePolicy: {updateMode: \(mode)}")
        }
        let found = try live(vpa("Recreate"))
        #expect(found.foreign == [] && plan(found).replicas == 3)
        #expect(
            found.verticalNotes(of: "component web")
                == ["VerticalPodAutoscaler shop/size sets what the pods of component web request"])
        #expect(try live(vpa("'Off'")).verticalNotes(of: "component web") == [])
        let both = try live(
            vpa("Recreate"),
            hpa("mine", "maxReplicas: 9, metrics: [{type: Resource, resource: {name: cpu}}]"))
        #expect(both.verticalNotes(of: "component web").first?.hasSuffix("(cpu): one works against the other") == true)
    }

    @Test("Of what others write only numbers, names and short words are kept")
    func outline() throws {
        let long = String(repeating: "x", count: 4000)
        var object = try hpa(
            "mine",
            "maxReplicas: 9, metrics: [{type: Resource, resource: {name: cpu}}, {type: External, external: {a: \(long)}}]"
        )
        object[path: "metadata", "annotations", "note"] = .string(long)
        object[path: "metadata", "annotations", "autoscaling.keda.sh/paused"] = .string(long)
        object["status"] = ["conditions": [["type": "ScalingActive", "status": "False", "message": .string(long)]]]
        let kept = DynamicObject(try #require(ForeignObjects.outline(CachedObject(object)).object))
        #expect(kept.json.serializedString().utf8.count < 1500)
        let found = live(kept)
        #expect(found.foreign.first?.maxReplicas == 9 && kept.scaledResources == ["cpu"])
    }
}
