import Synchronization
import Testing

@testable import KubeAPI

/// An object of the namespace `shop`.
private func object(
    _ name: String, uid: String? = nil, _ version: Int, app: String = "web", isTerminating: Bool = false
) -> CachedObject {
    var fields: JSONObject = [
        "metadata": [
            "name": .string(name), "namespace": "shop", "uid": .string(uid ?? "uid-\(name)"),
            "resourceVersion": .string(String(version)), "labels": ["app": .string(app)],
        ]
    ]
    if isTerminating { fields["metadata"]?["deletionTimestamp"] = "2026-01-31T09:05:00Z" }
    return CachedObject(DynamicObject(fields))
}

private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "shop", name: name) }

/// Events as text that can be compared: `added a@1`, `updated a@1->2`.
private func texts(_ events: [InformerEvent]) -> [String] {
    events.map { event in
        switch event {
        case .added(let object, let isInitialList):
            "added \(object.key.name)@\(object.resourceVersion)\(isInitialList ? " initially" : "")"
        case .updated(let old, let new): "updated \(new.key.name)@\(old.resourceVersion)->\(new.resourceVersion)"
        case .deleted(let object): "deleted \(object.key.name)@\(object.resourceVersion)"
        }
    }
}

extension Store {
    fileprivate func replace(with objects: [CachedObject], at version: Int, isInitialList: Bool = false) -> [String] {
        let keyed = Dictionary(uniqueKeysWithValues: objects.map { ($0.key, $0) })
        return texts(replace(with: keyed, at: String(version), isInitialList: isInitialList)).sorted()
    }

    fileprivate func tell(_ change: WatchDecoder.Change, _ object: CachedObject) -> [String] {
        texts(apply(change, object))
    }

    /// What readers see, as `a@1`.
    fileprivate var seen: [String] { list().map { "\($0.key.name)@\($0.resourceVersion)" }.sorted() }
}

@Suite struct StoreTests {
    @Test("A watch adds, updates and deletes")
    func watch() {
        let store = Store()
        #expect(store.tell(.added, object("a", 1)) == ["added a@1"])
        #expect(store.tell(.modified, object("a", 2)) == ["updated a@1->2"])
        #expect(store.get(key("a"))?.resourceVersion == "2")
        #expect(store.tell(.deleted, object("a", 3)) == ["deleted a@3"])
        #expect(store.tell(.deleted, object("a", 3)) == [])
        #expect(store.count == 0)
    }

    @Test(
        "Events that are out of order or older never take the store back",
        arguments: [
            WatchDecoder.Change.added, .modified,
        ])
    func older(change: WatchDecoder.Change) {
        let store = Store()
        _ = store.tell(.added, object("a", 100))
        #expect(store.tell(change, object("a", 99)) == [])
        #expect(store.tell(change, object("a", 100)) == [])
        #expect(store.tell(change, object("a", uid: "before", 50)) == [])
        #expect(store.tell(.deleted, object("a", uid: "before", 60)) == [])
        #expect(store.seen == ["a@100"])
    }

    @Test("The same name with a new UID is a delete and an add")
    func newUID() {
        let store = Store()
        _ = store.tell(.added, object("a", uid: "1", 5))
        #expect(store.tell(.added, object("a", uid: "2", 6)) == ["deleted a@5", "added a@6"])
        #expect(
            store.replace(with: [object("a", uid: "3", 7)], at: 8)
                == ["added a@7", "deleted a@5"].map {
                    $0.replacing("a@5", with: "a@6")
                })
    }

    @Test("A list that misses a key deletes it once, with its last state")
    func replace() {
        let store = Store()
        #expect(
            store.replace(with: [object("a", 1), object("b", 2), object("c", 3)], at: 3, isInitialList: true)
                == ["added a@1 initially", "added b@2 initially", "added c@3 initially"])
        #expect(
            store.replace(with: [object("b", 2), object("c", 5), object("d", 6)], at: 7)
                == ["added d@6", "deleted a@1", "updated c@3->5"])
        #expect(store.replace(with: [object("b", 2), object("c", 5), object("d", 6)], at: 8) == [])
        #expect(store.seen == ["b@2", "c@5", "d@6"])
    }

    @Test("A list that was given way to is believed, also with older objects")
    func restored() {
        let store = Store()
        _ = store.tell(.added, object("a", 100))
        #expect(store.replace(with: [object("a", 50)], at: 60) == ["updated a@100->50"])
    }

    @Test("Clearing deletes everything")
    func clear() {
        let store = Store(indexers: [.label("app")])
        _ = store.tell(.added, object("a", 1))
        store.recordWrite(object("b", 2))
        #expect(texts(store.clear()) == ["deleted a@1"])
        #expect(store.seen.isEmpty)
        #expect(store.list(index: "app", value: "web").isEmpty)
    }

    @Test("Indexes follow every change")
    func indexes() {
        let store = Store(indexers: [.label("app"), .namespace])
        func found(_ app: String) -> [String] { store.list(index: "app", value: app).map(\.key.name) }
        _ = store.replace(with: [object("b", 1), object("a", 1), object("c", 1, app: "db")], at: 1)
        #expect(found("web") == ["a", "b"])
        _ = store.tell(.modified, object("a", 2, app: "db"))
        #expect(found("web") == ["b"])
        #expect(found("db") == ["a", "c"])
        _ = store.tell(.deleted, object("c", 3, app: "db"))
        _ = store.replace(with: [object("b", 4, app: "x")], at: 5)
        #expect(found("web") == [] && found("db") == [] && found("x") == ["b"])
        #expect(store.list(index: "namespace", value: "shop").count == 1)
    }
}

@Suite struct OwnWriteTests {
    @Test("Readers see our write at once, handlers hear of it when the watch brings it")
    func write() {
        let store = Store(indexers: [.label("app")])
        _ = store.tell(.added, object("a", 10))
        store.recordWrite(object("a", 12, app: "db"))
        #expect(store.seen == ["a@12"])
        #expect(store.list(index: "app", value: "db").count == 1)
        #expect(store.list(index: "app", value: "web").isEmpty)
        #expect(store.tell(.modified, object("a", 12, app: "db")) == ["updated a@10->12"])
        #expect(store.pendingWriteCount == 0)
    }

    @Test("What our write is found by is worked out once, and anew for another version")
    func indexValuesOfOwnWrite() {
        let looks = Atomic(0)
        let store = Store(indexers: [
            Indexer("app") { object in
                looks.add(1, ordering: .relaxed)
                return object.labels["app"].map { [$0] } ?? []
            }
        ])
        func found(_ app: String) -> [String] { store.list(index: "app", value: app).map(\.key.name) }
        func add(_ change: WatchDecoder.Change, _ object: CachedObject) -> Int {
            let before = looks.load(ordering: .relaxed)
            _ = store.tell(change, object)
            return looks.load(ordering: .relaxed) - before
        }
        store.recordWrite(object("a", 12))
        #expect(add(.added, object("a", 12)) == 0)
        #expect(found("web") == ["a"])
        #expect(store.pendingWriteCount == 0)
        #expect(add(.modified, object("a", 13, app: "db")) == 1)
        #expect((found("web"), found("db")) == ([], ["a"]))

        store.recordWrite(object("b", 20))
        #expect(add(.added, object("b", 19, app: "db")) == 1)
        #expect(found("web") == ["b"])
        #expect(add(.modified, object("b", 20)) == 0)
        #expect((found("web"), found("db")) == (["b"], ["a"]))
    }

    @Test("A write by somebody else between our write and its event is not swallowed")
    func writeOfAnother() {
        let store = Store()
        _ = store.tell(.added, object("a", 10))
        store.recordWrite(object("a", 12))
        #expect(store.tell(.modified, object("a", 11)) == ["updated a@10->11"])
        #expect(store.seen == ["a@12"])
        #expect(store.tell(.modified, object("a", 12)) == ["updated a@11->12"])
        #expect(store.tell(.modified, object("a", 13)) == ["updated a@12->13"])
        #expect(store.seen == ["a@13"])
    }

    @Test("An answer that arrives after its event changes nothing", arguments: [9, 10])
    func lateAnswer(version: Int) {
        let store = Store()
        _ = store.tell(.added, object("a", 10))
        store.recordWrite(object("a", version))
        #expect(store.seen == ["a@10"])
        #expect(store.pendingWriteCount == 0)
    }

    @Test("Answers that overtake each other leave the newest")
    func overtaking() {
        let store = Store()
        store.recordWrite(object("a", 12))
        store.recordWrite(object("a", 11))
        #expect(store.seen == ["a@12"])
    }

    @Test("A created object is there at once, and added once")
    func create() {
        let store = Store()
        store.recordWrite(object("a", 12))
        #expect(store.seen == ["a@12"])
        #expect(store.tell(.added, object("a", 12)) == ["added a@12"])
        #expect(store.seen == ["a@12"])
    }

    @Test("A deleted object is gone at once; older events do not bring it back")
    func delete() {
        let store = Store()
        _ = store.tell(.added, object("a", 10))
        store.recordDeletion(key("a"), uid: "uid-a")
        #expect(store.seen == [])
        #expect(store.tell(.modified, object("a", 11)) == ["updated a@10->11"])
        #expect(store.seen == [])
        #expect(store.replace(with: [object("a", 11)], at: 11) == [])
        #expect(store.seen == [])
        #expect(store.tell(.deleted, object("a", 12)) == ["deleted a@12"])
        #expect(store.pendingWriteCount == 0)
    }

    @Test("An object that only waits for its finalizers shows again")
    func terminating() {
        let store = Store()
        _ = store.tell(.added, object("a", 10))
        store.recordDeletion(key("a"), uid: "uid-a")
        #expect(store.tell(.modified, object("a", 11, isTerminating: true)) == ["updated a@10->11"])
        #expect(store.seen == ["a@11"])
    }

    @Test("A successor of the deleted object shows at once")
    func recreated() {
        let store = Store()
        _ = store.tell(.added, object("a", 10))
        store.recordDeletion(key("a"), uid: "uid-a")
        #expect(store.tell(.added, object("a", uid: "next", 12)) == ["deleted a@10", "added a@12"])
        #expect(store.seen == ["a@12"])
    }

    @Test("Deleting what is unknown, or another UID, hides nothing")
    func deleteOther() {
        let store = Store()
        _ = store.tell(.added, object("a", 10))
        store.recordDeletion(key("a"), uid: "other")
        store.recordDeletion(key("b"), uid: "uid-b")
        #expect(store.seen == ["a@10"])
        #expect(store.pendingWriteCount == 0)
    }

    @Test("A write that the watch has passed without bringing it is forgotten", arguments: [true, false])
    func passed(byList: Bool) {
        let store = Store()
        store.recordWrite(object("a", 12))
        if byList { _ = store.replace(with: [], at: 11) } else { store.reached("11") }
        #expect(store.seen == ["a@12"])
        if byList { _ = store.replace(with: [], at: 12) } else { store.reached("12") }
        #expect(store.seen == [])
        #expect(store.pendingWriteCount == 0)
    }

    @Test("A write by which the object leaves the selection hides it until the watch deletes it")
    func leaves() {
        let store = Store()
        _ = store.tell(.added, object("a", 10))
        store.recordWrite(object("a", 12), isSelected: false)
        #expect(store.seen == [])
        #expect(store.tell(.deleted, object("a", 12)) == ["deleted a@12"])
        #expect(store.pendingWriteCount == 0)
    }

    @Test("A deletion by somebody else ends our write")
    func deletedByAnother() {
        let store = Store()
        _ = store.tell(.added, object("a", 10))
        store.recordWrite(object("a", 12))
        #expect(store.tell(.deleted, object("a", 13)) == ["deleted a@13"])
        #expect(store.seen == [])
    }
}
