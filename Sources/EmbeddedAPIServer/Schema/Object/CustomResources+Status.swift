import KubeAPI

extension CustomResources {
    /// The CRD with its status brought up to date: `NamesAccepted`, `Established`, `acceptedNames`.
    ///
    /// - Parameter others: the other CRDs, whose names are taken.
    static func established(_ crd: JSONValue, others: [JSONValue], now: Timestamp) -> JSONValue {
        let names = crd[path: ["spec", "names"]]?.object ?? [:]
        let conflict = nameConflict(names, crd[path: ["spec", "group"]], others)
        var status = crd["status"] ?? [:]
        if conflict == nil { status["acceptedNames"] = .object(names) }
        var conditions = status["conditions"]?.array ?? []
        set(
            "NamesAccepted", conflict == nil, conflict?.reason ?? "NoConflicts",
            conflict?.message ?? "no conflicts found", in: &conditions, now)
        // Once established, a CRD stays so: its names do not change any more.
        let wasEstablished = isTrue("Established", crd)
        if conflict == nil, !wasEstablished {
            set(
                "Established", true, "InitialNamesAccepted", "the initial names have been accepted", in: &conditions,
                now)
        } else if !wasEstablished {
            set("Established", false, "NotAccepted", "not all names are accepted", in: &conditions, now)
        }
        status["conditions"] = .array(conditions)
        var result = crd
        result["status"] = status
        return result
    }

    /// The name of the version that new objects are stored in, as `storedVersions` lists it.
    static func storageVersions(_ crd: JSONValue) -> [JSONValue] {
        (crd[path: ["spec", "versions"]]?.array ?? []).filter { $0["storage"]?.bool == true }.compactMap { $0["name"] }
    }

    /// A version that has become the one for storage joins those that objects may be stored in.
    static func recordStorageVersion(_ crd: inout JSONValue) {
        var stored = crd[path: ["status", "storedVersions"]]?.array ?? []
        for version in storageVersions(crd) where !stored.contains(version) { stored.append(version) }
        crd[path: ["status", "storedVersions"]] = .array(stored)
    }

    private static func nameConflict(
        _ names: JSONObject, _ group: JSONValue?, _ others: [JSONValue]
    ) -> (reason: String, message: String)? {
        let taken = others.filter { $0[path: ["spec", "group"]] == group }
            .compactMap { $0[path: ["status", "acceptedNames"]] }
        let resources = taken.flatMap { other in
            [other["plural"], other["singular"]].compactMap { $0?.string } + texts(other["shortNames"])
        }
        let kinds = taken.flatMap { [$0["kind"], $0["listKind"]].compactMap { $0?.string } }
        let wanted: [(String, [String], [String])] = [
            ("PluralConflict", texts(names["plural"]), resources),
            ("SingularConflict", texts(names["singular"]), resources),
            ("ShortNamesConflict", texts(names["shortNames"]), resources),
            ("KindConflict", texts(names["kind"]), kinds),
            ("ListKindConflict", texts(names["listKind"]), kinds),
        ]
        for (reason, own, theirs) in wanted {
            guard let clash = own.first(where: { !$0.isEmpty && theirs.contains($0) }) else { continue }
            return (reason, "\"\(clash)\" is already in use")
        }
        return nil
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        value?.string.map { [$0] } ?? (value?.array ?? []).compactMap(\.string)
    }

    private static func set(
        _ type: String, _ isTrue: Bool, _ reason: String, _ message: String, in conditions: inout [JSONValue],
        _ now: Timestamp
    ) {
        var condition: JSONValue = [
            "type": .string(type), "status": isTrue ? "True" : "False", "lastTransitionTime": .string(now.rfc3339),
            "reason": .string(reason), "message": .string(message),
        ]
        guard let index = conditions.firstIndex(where: { $0["type"]?.string == type }) else {
            conditions.append(condition)
            return
        }
        if conditions[index]["status"] == condition["status"] {
            condition["lastTransitionTime"] = conditions[index]["lastTransitionTime"]
        }
        conditions[index] = condition
    }
}
