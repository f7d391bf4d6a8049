import KubeAPI

extension BuiltInValidation {
    static func pod(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let path = PathText("spec")
        var errors = PodSpecValidation.errors(object["spec"] ?? [:], at: path)
        guard let live else { return errors }
        if fixedSpec(object) != fixedSpec(live) {
            // The real server adds a diff of its internal types, which is left out.
            errors.append(
                .forbidden(
                    path,
                    "pod updates may not change fields other than "
                        + "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
                        + "`spec.tolerations` (only additions to existing tolerations),"
                        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
                ))
        }
        let tolerations = object[path: ["spec", "tolerations"]]?.array ?? []
        let kept = (live[path: ["spec", "tolerations"]]?.array ?? []).allSatisfy(tolerations.contains)
        if !kept {
            errors.append(
                .forbidden(
                    path.child("tolerations"), "existing toleration can not be modified except its tolerationSeconds"))
        }
        return errors
    }

    /// A pod's specification without what an update may change.
    private static func fixedSpec(_ pod: JSONValue) -> JSONValue {
        var spec = pod["spec"] ?? [:]
        for field in ["activeDeadlineSeconds", "tolerations", "ephemeralContainers", "schedulingGates"] {
            spec[field] = nil
        }
        for list in ["containers", "initContainers"] {
            guard let containers = spec[list]?.array else { continue }
            spec[list] = .array(
                containers.map { container in
                    var copy = container
                    copy["image"] = nil
                    return copy
                })
        }
        return spec
    }

    static func service(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let path = PathText("spec")
        let spec = object["spec"] ?? [:]
        let type = spec["type"]?.string ?? ""
        let ports = spec["ports"]?.array ?? []
        let isHeadless = spec["clusterIP"]?.string == "None"
        var errors: [FieldError] = []
        if ports.isEmpty, type != "ExternalName", !isHeadless { errors.append(.required(path.child("ports"))) }
        if type == "ExternalName", (spec["externalName"]?.string ?? "").isEmpty {
            errors.append(.required(path.child("externalName")))
        }
        errors += servicePorts(ports, at: path.child("ports"))
        errors += MetadataValidation.labels(spec["selector"], at: path.child("selector"))
        let before = live?[path: ["spec", "clusterIPs"]]?.array ?? []
        let after = spec["clusterIPs"]?.array ?? []
        if let first = before.first, type != "ExternalName", after.first != first {
            errors.append(
                .invalid(path.child("clusterIPs").index(0), .array(after), "may not change once set"))
        }
        return errors
    }

    private static func servicePorts(_ ports: [JSONValue], at path: PathText) -> [FieldError] {
        var names: Set<String> = []
        var seen: Set<JSONValue> = []
        return ports.enumerated().flatMap { index, port -> [FieldError] in
            let place = path.index(index)
            var errors = ContainerValidation.portNumber(port["port"]?.integer ?? 0, at: place.child("port"))
            if let target = port["targetPort"]?.integer {
                errors += ContainerValidation.portNumber(target, at: place.child("targetPort"))
            }
            let name = port["name"]?.string ?? ""
            if name.isEmpty, ports.count > 1 {
                errors.append(.required(place.child("name")))
            } else if !name.isEmpty {
                errors += Names.problems(ofLabel: name).map { .invalid(place.child("name"), .string(name), $0) }
                if !names.insert(name).inserted { errors.append(.duplicate(place.child("name"), .string(name))) }
            }
            let key: JSONValue = ["port": port["port"] ?? 0, "protocol": port["protocol"] ?? "TCP"]
            if !seen.insert(key).inserted { errors.append(.duplicate(place, key)) }
            return errors
        }
    }

    static func configMap(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        var errors = data(object, ["data", "binaryData"])
        for key in (object["data"]?.object ?? [:]).keys where object["binaryData"]?[key] != nil {
            errors.append(
                .invalid(PathText("data").key(key), .string(key), "duplicate of key present in binaryData"))
        }
        return errors + frozen(object, live, ["data", "binaryData"])
    }

    static func secret(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        var errors = data(object, ["data"]) + immutable(object, live, "type") + frozen(object, live, ["data"])
        let needed: [String: [String]] = [
            "kubernetes.io/tls": ["tls.crt", "tls.key"], "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
            "kubernetes.io/ssh-auth": ["ssh-privatekey"],
        ]
        for key in needed[object["type"]?.string ?? ""] ?? [] where object["data"]?[key] == nil {
            errors.append(.required(PathText("data").key(key)))
        }
        return errors
    }

    private static let dataLimit = 1024 * 1024

    private static func data(_ object: JSONValue, _ fields: [String]) -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for field in fields {
            for (key, value) in object[field]?.object ?? [:] {
                errors += Names.problems(ofDataKey: key).map { .invalid(PathText(field).key(key), .string(key), $0) }
                size += value.string?.utf8.count ?? 0
            }
        }
        if size > dataLimit { errors.append(.tooLong(.root, dataLimit)) }
        return errors
    }

    /// `immutable: true` cannot be taken back.
    private static func frozen(_ object: JSONValue, _ live: JSONValue?, _ fields: [String]) -> [FieldError] {
        guard let live, live["immutable"]?.bool == true else { return [] }
        var errors: [FieldError] = []
        if object["immutable"]?.bool != true {
            errors.append(.forbidden(PathText("immutable"), "field is immutable when `immutable` is set"))
        }
        for field in fields where object[field] != live[field] {
            errors.append(.forbidden(PathText(field), "field is immutable when `immutable` is set"))
        }
        return errors
    }

    static func volumeClaim(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let path = PathText("spec")
        var errors: [FieldError] = []
        if (object[path: ["spec", "accessModes"]]?.array ?? []).isEmpty {
            errors.append(.required(path.child("accessModes"), "at least 1 access mode is required"))
        }
        if object[path: ["spec", "resources", "requests", "storage"]] == nil {
            errors.append(.required(path.child("resources").key("storage")))
        }
        guard let live else { return errors }
        let isBound = live[path: ["status", "phase"]]?.string == "Bound"
        func fixed(_ claim: JSONValue) -> JSONObject {
            var free: Set<String> = isBound ? ["resources", "volumeAttributesClassName"] : []
            // What a binder and a default class fill in once.
            for field in ["volumeName", "storageClassName"] where live[path: ["spec", field]] == nil {
                free.insert(field)
            }
            return (claim["spec"]?.object ?? [:]).filter { !free.contains($0.key) }
        }
        if fixed(live) != fixed(object) {
            errors.append(
                .forbidden(
                    path,
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound "
                        + "claims"))
        }
        // Down to what the volume has, so that an expansion that failed can be taken back.
        let capacity = live[path: ["status", "capacity", "storage"]].flatMap { Quantity($0.quantityText) }
        if let before = VolumeResize.size(live), let after = VolumeResize.size(object), after < before,
            after <= capacity ?? Quantity(nano: 0)
        {
            errors.append(
                .forbidden(
                    path.child("resources").child("requests").child("storage"),
                    "field can not be less than status.capacity"))
        }
        return errors
    }

    static func limitRange(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        (object[path: ["spec", "limits"]]?.array ?? []).enumerated().flatMap { index, item -> [FieldError] in
            let path = PathText("spec.limits").index(index)
            let minimum = item["min"]?.object ?? [:]
            return (item["max"]?.object ?? [:]).compactMap { name, most -> FieldError? in
                guard let least = minimum[name]?.string, let low = Quantity(least),
                    let high = most.string.flatMap(Quantity.init), low > high
                else { return nil }
                return .invalid(
                    path.child("min").key(name), .string(least),
                    "min value \(least) is greater than max value \(most.string ?? "")")
            }
        }
    }
}
