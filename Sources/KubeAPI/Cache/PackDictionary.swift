internal import CSimdJSON

/// Text that many objects share, so that each keeps only references to it. Immutable.
final class PackDictionary: @unchecked Sendable {
    /// The most of a sample that is of use, in bytes.
    static let sampleLimit = Int(QM_DICTIONARY_LIMIT)

    // Not checked: the C side only reads it after it is made.
    private let dictionary: OpaquePointer

    init(sample: [UInt8]) {
        guard let dictionary = qm_dictionary_create(sample, sample.count) else {
            fatalError("out of memory: no dictionary")
        }
        self.dictionary = dictionary
    }

    deinit {
        qm_dictionary_destroy(dictionary)
    }

    /// The packed size; `nil` where the room does not suffice.
    func pack(_ bytes: UnsafeBufferPointer<UInt8>, into room: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        guard let source = bytes.baseAddress, let target = room.baseAddress else { return nil }
        let count = qm_pack(dictionary, source, bytes.count, target, room.count)
        return count > 0 ? count : nil
    }

    /// Fills the room exactly with what `pack` was given.
    func unpack(_ packed: UnsafeBufferPointer<UInt8>, into room: UnsafeMutableBufferPointer<UInt8>) {
        guard let source = packed.baseAddress, let target = room.baseAddress,
            qm_unpack(dictionary, source, packed.count, target, room.count) == 1
        else { preconditionFailure("packed bytes are damaged") }
    }
}
