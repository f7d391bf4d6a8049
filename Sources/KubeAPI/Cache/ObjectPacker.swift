internal import Synchronization

/// Makes cached objects of one informer small.
///
/// Objects of one kind are alike, and neighbours in a list even more so: the first ones become a dictionary for those
/// that follow. Where it serves badly, those that it did not fit become the next one.
final class ObjectPacker: Sendable {
    private struct State {
        var dictionary: PackDictionary?
        var dictionaryCount = 0
        /// Objects for the next dictionary, one after the other.
        var sample: [UInt8] = []
        var room: [UInt8] = []
    }

    /// A dictionary takes about 110 KB with its table.
    private static let dictionaryLimit = 16
    /// Not worth the work.
    private static let smallest = 128

    private let trim: InformerOptions.Trim?
    private let state = Mutex(State())

    /// - Parameter trim: what is kept of an object; `nil`: everything.
    init(trim: InformerOptions.Trim? = nil) { self.trim = trim }

    func object(_ identity: WatchDecoder.Identity, json: UnsafeBufferPointer<UInt8>) -> CachedObject {
        let whole = trim.map { _ in CachedObject(identity, stored: json, count: json.count, dictionary: nil) }
        guard let whole, let kept = trim?(whole) else { return packed(identity, json: json) }
        return kept.serialized().withUnsafeBufferPointer { packed(identity, json: $0, isWhole: false) }
    }

    private func packed(
        _ identity: WatchDecoder.Identity, json: UnsafeBufferPointer<UInt8>, isWhole: Bool = true
    ) -> CachedObject {
        state.withLock { state in
            if json.count >= Self.smallest, let dictionary = state.dictionary {
                let count = Self.pack(json, with: dictionary, &state)
                if count ?? json.count > json.count / 3 { Self.learn(json, &state) }
                if let count {
                    return state.room.withUnsafeBufferPointer { room in
                        CachedObject(
                            identity, stored: UnsafeBufferPointer(rebasing: room[..<count]), count: json.count,
                            dictionary: dictionary, isWhole: isWhole)
                    }
                }
            } else {
                Self.learn(json, &state)
            }
            return CachedObject(
                identity, stored: json, count: json.count, dictionary: nil, isWhole: isWhole)
        }
    }

    private static func pack(
        _ json: UnsafeBufferPointer<UInt8>, with dictionary: PackDictionary, _ state: inout State
    ) -> Int? {
        if state.room.count < json.count { state.room = [UInt8](repeating: 0, count: json.count * 2) }
        return state.room.withUnsafeMutableBufferPointer { room in
            // An eighth less at least, else the object may as well stand as it is.
            dictionary.pack(json, into: UnsafeMutableBufferPointer(rebasing: room[..<(json.count - json.count / 8)]))
        }
    }

    private static func learn(_ json: UnsafeBufferPointer<UInt8>, _ state: inout State) {
        guard state.dictionaryCount < dictionaryLimit else { return }
        state.sample.append(contentsOf: json)
        guard state.sample.count >= PackDictionary.sampleLimit else { return }
        state.dictionary = PackDictionary(sample: state.sample)
        state.dictionaryCount += 1
        state.sample = []
    }
}
