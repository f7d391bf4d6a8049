import KubeAPI

extension BuiltInValidation {
    static func node(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let path = PathText("spec.taints")
        var seen: Set<JSONValue> = []
        return (object[path: ["spec", "taints"]]?.array ?? []).enumerated().flatMap { index, taint -> [FieldError] in
            let place = path.index(index)
            let key = taint["key"] ?? ""
            var errors =
                (key.string ?? "").isEmpty
                ? []
                : Names.problems(ofLabelKey: key.string ?? "").map {
                    FieldError.invalid(place.child("key"), key, $0)
                }
            errors += Names.problems(ofLabelValue: taint["value"]?.string ?? "").map {
                .invalid(place.child("value"), taint["value"] ?? "", $0)
            }
            let effect = taint["effect"]?.string ?? ""
            let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
            if !effect.isEmpty, !effects.contains(effect) {
                errors.append(.notSupported(place.child("effect"), .string(effect), effects))
            }
            if !seen.insert([key, taint["effect"] ?? ""]).inserted {
                errors.append(
                    FieldError(.duplicate, place, value: taint, "taints must be unique by key and effect pair"))
            }
            return errors
        }
    }

    static func disruptionBudget(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let spec = object["spec"] ?? [:]
        let path = PathText("spec")
        var errors: [FieldError] = []
        if spec["minAvailable"] != nil, spec["maxUnavailable"] != nil {
            errors.append(.invalid(path, spec, "minAvailable and maxUnavailable cannot be both set"))
        }
        errors += share(spec["minAvailable"], at: path.child("minAvailable"))
        errors += share(spec["maxUnavailable"], at: path.child("maxUnavailable"))
        return errors + selector(spec["selector"], at: path.child("selector"))
    }

    static func autoscaler(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let path = PathText("spec")
        let least = object[path: ["spec", "minReplicas"]]?.integer ?? 1
        let most = object[path: ["spec", "maxReplicas"]]?.integer ?? 0
        var errors: [FieldError] = []
        if least < 1 {
            errors.append(.invalid(path.child("minReplicas"), .integer(least), "must be greater than or equal to 1"))
        }
        if most < 1 {
            errors.append(.invalid(path.child("maxReplicas"), .integer(most), "must be greater than 0"))
        }
        if most < least {
            errors.append(
                .invalid(path.child("maxReplicas"), .integer(most), "must be greater than or equal to `minReplicas`"))
        }
        if (object[path: ["spec", "scaleTargetRef", "apiVersion"]]?.string ?? "").isEmpty {
            errors.append(
                .invalid(path.child("scaleTargetRef").child("apiVersion"), "", "apiVersion must specify API group"))
        }
        return errors
    }

    static func lease(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let path = PathText("spec")
        var errors: [FieldError] = []
        if let seconds = object[path: ["spec", "leaseDurationSeconds"]]?.integer, seconds <= 0 {
            errors.append(.invalid(path.child("leaseDurationSeconds"), .integer(seconds), "must be greater than 0"))
        }
        if let count = object[path: ["spec", "leaseTransitions"]]?.integer, count < 0 {
            errors.append(
                .invalid(path.child("leaseTransitions"), .integer(count), "must be greater than or equal to 0"))
        }
        return errors
    }

    static func priorityClass(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let limit: Int64 = 1_000_000_000
        let isSystem = object[path: ["metadata", "name"]]?.string?.hasPrefix("system-") == true
        var errors: [FieldError] = []
        if live == nil, !isSystem, let value = object["value"]?.integer, value > limit {
            errors.append(
                .forbidden(PathText("value"), "maximum allowed value of a user defined priority is \(limit)"))
        }
        if let live, object["value"] != live["value"] {
            errors.append(.forbidden(PathText("value"), "may not be changed in an update."))
        }
        return errors
    }

    static func binding(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        var errors = roleReference(object)
        for (index, subject) in (object["subjects"]?.array ?? []).enumerated() {
            let path = PathText("subjects").index(index)
            let kind = subject["kind"]?.string ?? ""
            if (subject["name"]?.string ?? "").isEmpty { errors.append(.required(path.child("name"))) }
            guard ["ServiceAccount", "User", "Group"].contains(kind) else {
                errors.append(.notSupported(path.child("kind"), .string(kind), ["ServiceAccount", "User", "Group"]))
                continue
            }
            let group = subject["apiGroup"]?.string ?? ""
            let wanted = kind == "ServiceAccount" ? "" : "rbac.authorization.k8s.io"
            if group != wanted { errors.append(.notSupported(path.child("apiGroup"), .string(group), [wanted])) }
            let isClusterWide = object["kind"]?.string == "ClusterRoleBinding"
            if isClusterWide, kind == "ServiceAccount", (subject["namespace"]?.string ?? "").isEmpty {
                errors.append(.required(path.child("namespace")))
            }
        }
        return errors + immutable(object, live, "roleRef", words: "cannot change roleRef")
    }

    private static func roleReference(_ binding: JSONValue) -> [FieldError] {
        let path = PathText("roleRef")
        let kind = binding[path: ["roleRef", "kind"]]?.string ?? ""
        let kinds = binding["kind"]?.string == "ClusterRoleBinding" ? ["ClusterRole"] : ["Role", "ClusterRole"]
        var errors: [FieldError] = []
        if !kinds.contains(kind) { errors.append(.notSupported(path.child("kind"), .string(kind), kinds)) }
        if (binding[path: ["roleRef", "name"]]?.string ?? "").isEmpty { errors.append(.required(path.child("name"))) }
        return errors
    }

    static func role(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        (object["rules"]?.array ?? []).enumerated().flatMap { index, rule -> [FieldError] in
            let path = PathText("rules").index(index)
            func isEmpty(_ field: String) -> Bool { (rule[field]?.array ?? []).isEmpty }
            var errors: [FieldError] = []

            if !isEmpty("nonResourceURLs") { return errors }
            if isEmpty("apiGroups") {
                errors.append(.required(path.child("apiGroups"), "resource rules must supply at least one api group"))
            }
            if isEmpty("resources") {
                errors.append(.required(path.child("resources"), "resource rules must supply at least one resource"))
            }
            return errors
        }
    }

    static func storageClass(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        guard let live else { return [] }
        var errors: [FieldError] = []
        for field in ["parameters", "provisioner", "reclaimPolicy"] where object[field] != live[field] {
            errors.append(.forbidden(PathText(field), "updates to \(field) are forbidden."))
        }
        return errors
    }

    static func runtimeClass(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        immutable(object, live, "handler")
    }

    static func networkPolicy(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let path = PathText("spec")
        var errors = selector(object[path: ["spec", "podSelector"]], at: path.child("podSelector"))
        for (field, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in (object[path: ["spec", field]]?.array ?? []).enumerated() {
                for (position, peer) in (rule[peers]?.array ?? []).enumerated() {
                    let place = path.child(field).index(index).child(peers).index(position)
                    errors += networkPeer(peer, at: place)
                }
            }
        }
        return errors
    }

    private static func networkPeer(_ peer: JSONValue, at path: PathText) -> [FieldError] {
        guard let block = peer["ipBlock"] else {
            if peer["podSelector"] == nil, peer["namespaceSelector"] == nil {
                return [.required(path, "must specify a peer")]
            }
            return selector(peer["podSelector"], at: path.child("podSelector"))
                + selector(peer["namespaceSelector"], at: path.child("namespaceSelector"))
        }
        if peer["podSelector"] != nil || peer["namespaceSelector"] != nil {
            return [.forbidden(path, "may not specify both ipBlock and another peer")]
        }
        let range = block["cidr"]?.string ?? ""
        guard !range.isEmpty, !AddressText.isRange(range) else { return [] }
        return [
            .invalid(
                path.child("ipBlock").child("cidr"), .string(range),
                "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
        ]
    }

    static func ingress(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let spec = object["spec"] ?? [:]
        let path = PathText("spec")
        if (spec["rules"]?.array ?? []).isEmpty, spec["defaultBackend"] == nil {
            return [.invalid(path, .null, "either `defaultBackend` or `rules` must be specified")]
        }
        return (spec["rules"]?.array ?? []).enumerated().flatMap { index, rule -> [FieldError] in
            (rule["http"]?["paths"]?.array ?? []).enumerated().flatMap { position, route -> [FieldError] in
                let place = path.child("rules").index(index).child("http").child("paths").index(position)
                let type = route["pathType"]?.string
                let text = route["path"]?.string ?? ""
                if let type, !["Exact", "ImplementationSpecific", "Prefix"].contains(type) {
                    return [
                        .notSupported(
                            place.child("pathType"), .string(type), ["Exact", "ImplementationSpecific", "Prefix"])
                    ]
                }
                guard type == "Exact" || type == "Prefix", !text.hasPrefix("/") else { return [] }
                return [.invalid(place.child("path"), .string(text), "must be an absolute path")]
            }
        }
    }
}
