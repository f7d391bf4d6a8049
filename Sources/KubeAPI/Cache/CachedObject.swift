/// An object as the cache keeps it: one allocation of packed JSON without `managedFields`.
///
/// Views are made on demand and not kept: `dynamic()` and `decode(_:)` of the whole object, the others of single fields
/// at a fraction of the cost. Copies share their storage.
package struct CachedObject: @unchecked Sendable {
    fileprivate struct Header {
        var key: ObjectKey
        var resourceVersion: String
        /// What the bytes were packed with; `nil` where they stand as they are.
        var dictionary: PackDictionary?
        var uidCount: UInt32
        var storedCount: UInt32
        var count: UInt32
        var isWhole: Bool
    }

    /// The header, then the bytes of the UID, then those of the object.
    private final class Storage: ManagedBuffer<Header, UInt8> {}

    // Not checked: the storage is written by `init` alone.
    private let storage: ManagedBuffer<Header, UInt8>

    /// - Parameters:
    ///   - stored: the object's compact JSON, packed with `dictionary` where there is one.
    ///   - count: the size of the JSON.
    ///   - isWhole: nothing was left out of it.
    init(
        _ identity: WatchDecoder.Identity, stored: UnsafeBufferPointer<UInt8>, count: Int, dictionary: PackDictionary?,
        isWhole: Bool = true
    ) {
        let uid = identity.uid.utf8
        storage = Storage.create(minimumCapacity: uid.count + stored.count) { _ in
            Header(
                key: identity.key, resourceVersion: identity.resourceVersion, dictionary: dictionary,
                uidCount: UInt32(uid.count), storedCount: UInt32(stored.count), count: UInt32(count), isWhole: isWhole)
        }
        storage.withUnsafeMutablePointerToElements { elements in
            let bytes = UnsafeMutableBufferPointer(start: elements, count: uid.count + stored.count)
            let end = bytes.initialize(fromContentsOf: uid)
            _ = bytes[end...].initialize(fromContentsOf: stored)
        }
    }

    /// An object that did not come from a watch: the answer to a write, or a test's.
    package init(_ object: DynamicObject) {
        var object = object
        object[path: "metadata", "managedFields"] = nil
        let identity = WatchDecoder.Identity(
            key: object.key, uid: object.uid, resourceVersion: object.resourceVersion)
        self = object.json.serialized().withUnsafeBufferPointer { bytes in
            CachedObject(identity, stored: bytes, count: bytes.count, dictionary: nil)
        }
    }

    package var key: ObjectKey { storage.header.key }
    package var resourceVersion: String { storage.header.resourceVersion }

    package var uid: String {
        storage.withUnsafeMutablePointers { header, elements in
            String(decoding: UnsafeBufferPointer(start: elements, count: Int(header.pointee.uidCount)), as: UTF8.self)
        }
    }

    /// The size of the object's compact JSON, and of what is kept of it.
    package var byteCount: Int { Int(storage.header.count) }
    package var storedByteCount: Int { Int(storage.header.storedCount) }

    /// False where the informer keeps only a part of the object; see `InformerOptions.trim`.
    package var isWhole: Bool { storage.header.isWhole }

    /// True where both are the same allocation.
    package func isIdentical(to other: CachedObject) -> Bool { storage === other.storage }

    func isVersion(_ identity: WatchDecoder.Identity) -> Bool {
        resourceVersion == identity.resourceVersion
            && storage.withUnsafeMutablePointers { header, elements in
                UnsafeBufferPointer(start: elements, count: Int(header.pointee.uidCount))
                    .elementsEqual(identity.uid.utf8)
            }
    }

    /// The compact JSON, with `JSONFinder.padding` readable bytes behind it.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        let count = byteCount
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + JSONFinder.padding) { room in
            storage.withUnsafeMutablePointers { header, elements in
                let stored = UnsafeBufferPointer(
                    start: UnsafePointer(elements) + Int(header.pointee.uidCount),
                    count: Int(header.pointee.storedCount))
                let target = UnsafeMutableBufferPointer(rebasing: room[..<count])
                if let dictionary = header.pointee.dictionary {
                    dictionary.unpack(stored, into: target)
                } else {
                    _ = target.initialize(fromContentsOf: stored)
                }
            }
            return try body(UnsafeBufferPointer(rebasing: room[..<count]))
        }
    }
}

extension CachedObject: CustomStringConvertible {
    package var description: String { "\(key) at \(resourceVersion)" }
}
