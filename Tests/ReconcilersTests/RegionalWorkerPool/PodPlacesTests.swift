import KubeAPI
import Testing

@testable import Reconcilers

@Suite("On which nodes pods run")
struct PodPlacesTests {
    private let deployment = ObjectKey(namespace: "workers", name: "pool-eu")

    private func pod(
        _ name: String, on node: String?, by set: String = "ReplicaSet/pool-eu-7d9f", phase: String = "Running",
        isEnding: Bool = false
    ) throws -> CachedObject {
        let owner = set.split(separator: "/")
        var pod = try DynamicObject.fixture(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: \(name)
              namespace: workers
              uid: \(name)
              ownerReferences: [{apiVersion: apps/v1, kind: \(owner[0]), name: \(owner[1]), uid: r, controller: true}]
            spec: {}
            status: {phase: \(phase)}
            """)
        pod[path: "spec", "nodeName"] = node.map(JSONValue.string)
        if isEnding { pod[path: "metadata", "deletionTimestamp"] = "2026-01-31T09:00:00Z" }
        return CachedObject(pod)
    }

    private func misplaced(_ places: PodPlaces, onAllBut good: String = "good") -> [String] {
        places.misplaced(of: deployment) { $0 != good }.map { "\($0.node): \($0.pods.joined(separator: " "))" }
    }

    @Test("Pods that end, have ended or have no node are on none, and so are those of somebody else")
    func whichCount() throws {
        let places = PodPlaces()
        let counted = [
            try pod("b", on: "n2"), try pod("c", on: "n1"), try pod("a", on: "n2", phase: "Pending"),
            try pod("d", on: "good"),
        ]
        let others = [
            try pod("e", on: nil), try pod("f", on: "n1", phase: "Failed"), try pod("g", on: "n1", phase: "Succeeded"),
            try pod("h", on: "n1", isEnding: true), try pod("i", on: "n1", by: "ReplicaSet/pool-us-7d9f"),
            try pod("j", on: "n1", by: "StatefulSet/pool-eu-7d9f"),
        ]
        for pod in counted + others { #expect(!places.note(.added(pod, isInitialList: true))) }
        #expect(misplaced(places) == ["n1: c", "n2: a b"])
    }

    @Test("That a pod leaves is news where it should not have been, and was said to be", arguments: [true, false])
    func relief(isDeleted: Bool) throws {
        let places = PodPlaces()
        let (bad, good) = (try pod("bad", on: "n1"), try pod("ok", on: "good"))
        for pod in [bad, good] { #expect(!places.note(.added(pod, isInitialList: false))) }
        #expect(misplaced(places) == ["n1: bad"])
        #expect(!places.note(.deleted(good)))
        let end: InformerEvent =
            isDeleted ? .deleted(bad) : .updated(old: bad, new: try pod("bad", on: "n1", isEnding: true))
        #expect(places.note(end))
        #expect(misplaced(places).isEmpty)
        #expect(!places.note(.deleted(bad)))
    }

    @Test("Each node is asked about once, however many pods it has")
    func once() throws {
        let places = PodPlaces()
        for index in 0..<1000 {
            _ = places.note(.added(try pod("p\(index)", on: "n\(index % 10)"), isInitialList: true))
        }
        var asked: [String] = []
        let found = places.misplaced(of: deployment) {
            asked.append($0)
            return $0 == "n3"
        }
        #expect(asked.count == 10 && found.map(\.pods.count) == [100])
    }
}
