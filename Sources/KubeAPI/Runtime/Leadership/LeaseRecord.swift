/// What a Lease says of its holder.
struct LeaseRecord: Sendable, Hashable {
    /// Empty: nobody holds it.
    var holder = ""
    var duration: Duration
    var acquireTime: Timestamp
    var renewTime: Timestamp
    /// How often the lease has gone from one holder to another.
    var transitions = 0
}

extension LeaseRecord {
    /// - Throws: `JSONError` for what is no Lease.
    init(_ object: DynamicObject) throws {
        let spec = try object.decode(Lease.self).spec
        let unknown = Timestamp(secondsSinceEpoch: 0)
        self.init(
            holder: spec?.holderIdentity ?? "", duration: .seconds(spec?.leaseDurationSeconds ?? 0),
            acquireTime: spec?.acquireTime?.time ?? unknown, renewTime: spec?.renewTime?.time ?? unknown,
            transitions: spec?.leaseTransitions ?? 0)
    }

    /// The record in a Lease; other fields of `base` stay as they are.
    func written(into base: DynamicObject) throws -> DynamicObject {
        let spec = Lease.Spec(
            holderIdentity: holder, leaseDurationSeconds: Int(duration.components.seconds),
            acquireTime: MicroTime(acquireTime), renewTime: MicroTime(renewTime), leaseTransitions: transitions)
        var object = base
        for (field, value) in try JSONValueEncoder().encode(spec).object ?? [:] {
            object[path: "spec", field] = value
        }
        return object
    }
}
