import KubeAPI
import Support
import Testing

@testable import KubeAPI

private func identity(_ name: String, version: String = "1") -> WatchDecoder.Identity {
    WatchDecoder.Identity(key: ObjectKey(namespace: "shop", name: name), uid: "uid-\(name)", resourceVersion: version)
}

extension ObjectPacker {
    fileprivate func object(_ name: String, json: String) -> CachedObject {
        Array(json.utf8).withUnsafeBufferPointer { object(identity(name), json: $0) }
    }
}

extension CachedObject {
    fileprivate var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

/// Numbers that are the same in each run of a seed.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    // Source: SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct PackTests {
    /// Bytes with repetitions of all distances and lengths.
    private func bytes(_ numbers: inout SeededNumbers) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...60, using: &numbers) {
            let length = Int.random(in: 0...400, using: &numbers)
            if !bytes.isEmpty, Bool.random(using: &numbers) {
                let start = Int.random(in: 0..<bytes.count, using: &numbers)
                for offset in 0..<length { bytes.append(bytes[start + offset % (bytes.count - start)]) }
            } else {
                for _ in 0..<length { bytes.append(UInt8.random(in: 97...104, using: &numbers)) }
            }
        }
        return bytes
    }

    @Test("What was packed comes back byte by byte", arguments: 0..<200)
    func roundTrip(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let dictionary = PackDictionary(sample: bytes(&numbers))
        let original = bytes(&numbers)
        var packed = [UInt8](repeating: 0, count: original.count * 2 + 64)
        let count = original.withUnsafeBufferPointer { original in
            packed.withUnsafeMutableBufferPointer { dictionary.pack(original, into: $0) }
        }
        guard let count else {
            #expect(original.isEmpty)
            return
        }
        var restored = [UInt8](repeating: 0, count: original.count)
        packed[..<count].withUnsafeBufferPointer { packed in
            restored.withUnsafeMutableBufferPointer { dictionary.unpack(packed, into: $0) }
        }
        #expect(restored == original)
    }

    @Test(
        "Packing gives up where the room does not suffice, and writes nothing beyond it", arguments: [0, 1, 7, 50, 99])
    func tooLittleRoom(capacity: Int) {
        let dictionary = PackDictionary(sample: [])
        let original = (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 151) }
        var room = [UInt8](repeating: 0xAA, count: 200)
        let count = original.withUnsafeBufferPointer { original in
            room.withUnsafeMutableBufferPointer {
                dictionary.pack(original, into: UnsafeMutableBufferPointer(rebasing: $0[..<capacity]))
            }
        }
        #expect(count == nil)
        #expect(room[capacity...].allSatisfy { $0 == 0xAA })
    }

    @Test("Alike objects shrink to a fraction once there is a sample, and stay what they are")
    func shrinks() {
        let packer = ObjectPacker()
        let filler = (0..<60).map { #""field\#($0)":"value of field \#($0 * 7919)""# }.joined(separator: ",")
        let objects = (0..<200).map { number in
            packer.object("p\(number)", json: #"{"metadata":{"name":"p\#(number)"},"spec":{\#(filler)}}"#)
        }
        for (number, object) in objects.enumerated() {
            #expect(object.text == #"{"metadata":{"name":"p\#(number)"},"spec":{\#(filler)}}"#)
            #expect(object.uid == "uid-p\(number)")
        }
        #expect(objects[199].storedByteCount < objects[199].byteCount / 20)
        #expect(objects[0].storedByteCount == objects[0].byteCount)
    }

    @Test("Of an object that is trimmed only the rest costs memory")
    func trims() {
        let packer = ObjectPacker(trim: { object in
            object.value(at: "spec", "short") == nil ? ["metadata": object.value(at: "metadata") ?? .null] : nil
        })
        let object = packer.object("a", json: #"{"metadata":{"name":"a"},"spec":{"long":"text"}}"#)
        #expect(object.text == #"{"metadata":{"name":"a"}}"#)
        #expect(object.uid == "uid-a" && !object.isWhole)
        let whole = packer.object("b", json: #"{"metadata":{"name":"b"},"spec":{"short":"text"}}"#)
        #expect(whole.text == #"{"metadata":{"name":"b"},"spec":{"short":"text"}}"# && whole.isWhole)
    }

    @Test("Objects of another kind of content get a dictionary of their own")
    func learnsAgain() {
        let packer = ObjectPacker()
        func filler(_ salt: Int) -> String {
            (0..<60).map { #""k\#($0 &* salt)":"\#(($0 + 1) &* salt &* 7919)""# }.joined(separator: ",")
        }
        for number in 0..<100 { _ = packer.object("a\(number)", json: "{\(filler(3))}") }
        let first = packer.object("b", json: "{\(filler(1_000_003))}")
        for number in 0..<100 { _ = packer.object("b\(number)", json: "{\(filler(1_000_003))}") }
        let last = packer.object("b", json: "{\(filler(1_000_003))}")
        #expect(last.text == first.text)
        #expect(last.storedByteCount < first.storedByteCount / 10)
    }
}

@Suite struct CachedObjectTests {
    private let object = CachedObject(
        DynamicObject(
            [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": [
                    "name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7", "generation": 3,
                    "labels": ["app": "web", "tier": "a\"b"], "annotations": ["note": "ä"],
                    "deletionTimestamp": "2026-01-31T09:05:00Z", "finalizers": ["x/y"],
                    "ownerReferences": [["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "u0"]],
                    "managedFields": [["manager": "kubelet"]],
                ],
                "spec": ["nodeName": "node-1", "nothing": nil, "count": 5],
            ] as JSONObject))

    @Test("Single fields are found without the rest")
    func fields() throws {
        #expect(object.key == ObjectKey(namespace: "shop", name: "web"))
        #expect(object.uid == "u1")
        #expect(object.resourceVersion == "7")
        #expect(object.labels == ["app": "web", "tier": "a\"b"])
        #expect(object.annotations == ["note": "ä"])
        #expect(object.generation == 3)
        #expect(object.isBeingDeleted)
        #expect(object.finalizers == ["x/y"])
        #expect(object.ownerReferences.map(\.uid) == ["u0"])
        #expect(object.value(at: "spec", "nodeName") == "node-1")
        #expect(object.value(at: "spec", "count") == 5)
        #expect(object.value(at: "spec", "nothing") == .null)
        #expect(object.value(at: "spec", "missing") == nil)
        #expect(object.value(at: "spec", "nodeName", "deeper") == nil)
    }

    @Test("managedFields are never kept, the rest is")
    func dynamic() {
        let dynamic = object.dynamic()
        #expect(dynamic["metadata"]?["managedFields"] == nil)
        #expect(dynamic[path: "spec", "nodeName"] == "node-1")
        #expect(dynamic.kind == "Pod")
    }
}
