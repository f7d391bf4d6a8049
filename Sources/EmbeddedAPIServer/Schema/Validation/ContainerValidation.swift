import KubeAPI

/// The rules of a container. Source: kubernetes, validateContainers.
enum ContainerValidation {
    static func errors(_ container: JSONValue, volumes: Set<String>, at path: PathText) -> [FieldError] {
        var errors: [FieldError] = []
        let image = container["image"]?.string ?? ""
        if image.isEmpty { errors.append(.required(path.child("image"))) }
        if image.first?.isWhitespace == true || image.last?.isWhitespace == true {
            errors.append(.invalid(path.child("image"), .string(image), "must not have leading or trailing whitespace"))
        }
        errors += ports(container["ports"]?.array ?? [], at: path.child("ports"))
        errors += environment(container["env"]?.array ?? [], at: path.child("env"))
        errors += mounts(container["volumeMounts"]?.array ?? [], volumes, at: path.child("volumeMounts"))
        errors += resources(container["resources"], at: path.child("resources"))
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let probe = container[name] else { continue }
            errors += self.probe(probe, isReadiness: name == "readinessProbe", at: path.child(name))
        }
        return errors
    }

    private static func ports(_ ports: [JSONValue], at path: PathText) -> [FieldError] {
        var names: Set<String> = []
        return ports.enumerated().flatMap { index, port -> [FieldError] in
            let place = path.index(index)
            var errors: [FieldError] = []
            if let name = port["name"]?.string, !name.isEmpty {
                if let problem = portName(name) { errors.append(.invalid(place.child("name"), .string(name), problem)) }
                if !names.insert(name).inserted { errors.append(.duplicate(place.child("name"), .string(name))) }
            }
            let number = port["containerPort"]?.integer ?? 0
            if number == 0 {
                errors.append(.required(place.child("containerPort")))
            } else {
                errors += portNumber(number, at: place.child("containerPort"))
            }
            if let host = port["hostPort"]?.integer, host != 0 {
                errors += portNumber(host, at: place.child("hostPort"))
            }
            return errors
        }
    }

    static func portNumber(_ number: Int64, at path: PathText) -> [FieldError] {
        (1...65535).contains(number) ? [] : [.invalid(path, .integer(number), "must be between 1 and 65535, inclusive")]
    }

    /// What is wrong with a port's name; `nil` where nothing is.
    static func portName(_ name: String) -> String? {
        if name.utf8.count > 15 { return "must be no more than 15 characters" }
        if name.utf8.contains(where: { !(97...122).contains($0) && !(48...57).contains($0) && $0 != 45 }) {
            return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
        }
        if !name.utf8.contains(where: { (97...122).contains($0) }) {
            return "must contain at least one letter (a-z)"
        }
        if name.contains("--") { return "must not contain consecutive hyphens" }
        return name.hasPrefix("-") || name.hasSuffix("-") ? "must not begin or end with a hyphen" : nil
    }

    private static func environment(_ variables: [JSONValue], at path: PathText) -> [FieldError] {
        variables.enumerated().flatMap { index, variable -> [FieldError] in
            let place = path.index(index)
            var errors: [FieldError] = []
            let name = variable["name"]?.string ?? ""
            if name.contains(where: { $0 == "=" || !$0.isASCII || $0.asciiValue ?? 0 < 0x20 }) {
                errors.append(
                    .invalid(
                        place.child("name"), .string(name),
                        "a valid environment variable name must consist only of printable ASCII characters other than '='"
                    ))
            }
            guard let source = variable["valueFrom"] else { return errors }
            let place2 = place.child("valueFrom")
            if !(variable["value"]?.string ?? "").isEmpty {
                errors.append(.invalid(place2, "", "may not be specified when `value` is not empty"))
            }
            let count = source.object?.count ?? 0
            if count == 0 {
                errors.append(
                    .invalid(
                        place2, "",
                        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or "
                            + "`fileKeyRef`"))
            }
            if count > 1 { errors.append(.invalid(place2, "", "may not have more than one field specified at a time")) }
            return errors
        }
    }

    private static func mounts(_ mounts: [JSONValue], _ volumes: Set<String>, at path: PathText) -> [FieldError] {
        var paths: Set<String> = []
        return mounts.enumerated().flatMap { index, mount -> [FieldError] in
            let place = path.index(index)
            var errors: [FieldError] = []
            let name = mount["name"]?.string ?? ""
            if !name.isEmpty, !volumes.contains(name) {
                errors.append(FieldError(.notFound, place.child("name"), value: .string(name)))
            }
            let target = mount["mountPath"]?.string ?? ""
            if !target.isEmpty, !paths.insert(target).inserted {
                errors.append(.invalid(place.child("mountPath"), .string(target), "must be unique"))
            }
            return errors
        }
    }

    private static func resources(_ resources: JSONValue?, at path: PathText) -> [FieldError] {
        let limits = resources?["limits"]?.object ?? [:]
        let requests = resources?["requests"]?.object ?? [:]
        var errors: [FieldError] = []
        for (field, amounts) in [("limits", limits), ("requests", requests)] {
            for (name, amount) in amounts {
                guard let quantity = amount.string.flatMap(Quantity.init), quantity.nano < 0 else { continue }
                errors.append(.invalid(path.child(field).key(name), amount, "must be greater than or equal to 0"))
            }
        }
        for (name, amount) in requests {
            guard let limit = limits[name]?.string, let most = Quantity(limit),
                let request = amount.string.flatMap(Quantity.init), request > most
            else { continue }
            errors.append(
                .invalid(
                    path.child("requests"), amount, "must be less than or equal to \(name) limit of \(limit)"))
        }
        return errors
    }

    private static func probe(_ probe: JSONValue, isReadiness: Bool, at path: PathText) -> [FieldError] {
        let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter { probe[$0] != nil }
        var errors: [FieldError] = []
        if handlers.isEmpty { errors.append(.required(path, "must specify a handler type")) }
        for handler in handlers.dropFirst() {
            errors.append(.forbidden(path.child(handler), "may not specify more than 1 handler type"))
        }
        if !isReadiness, let threshold = probe["successThreshold"]?.integer, threshold > 1 {
            errors.append(.invalid(path.child("successThreshold"), .integer(threshold), "must be 1"))
        }
        return errors
    }
}
