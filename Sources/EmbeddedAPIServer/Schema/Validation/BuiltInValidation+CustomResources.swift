import KubeAPI

extension BuiltInValidation {
    /// A CRD's own rules. Source: k8s.io/apiextensions-apiserver, validation.
    static func customResource(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let spec = object["spec"] ?? [:]
        let path = PathText("spec")
        let group = spec["group"]?.string ?? ""
        let plural = spec[path: ["names", "plural"]]?.string ?? ""
        var errors: [FieldError] = []
        if let name = object[path: ["metadata", "name"]], name.string != "\(plural).\(group)" {
            errors.append(
                .invalid(PathText("metadata.name"), name, "must be spec.names.plural+\".\"+spec.group"))
        }
        if !group.isEmpty, !group.contains(".") {
            errors.append(.invalid(path.child("group"), .string(group), "should be a domain with at least one dot"))
        }
        if let scope = spec["scope"]?.string, !scope.isEmpty, scope != "Cluster", scope != "Namespaced" {
            errors.append(.notSupported(path.child("scope"), .string(scope), ["Cluster", "Namespaced"]))
        }
        errors += names(spec["names"] ?? [:], at: path.child("names"))
        errors += versions(spec["versions"]?.array ?? [], at: path.child("versions"))
        if (object[path: ["status", "storedVersions"]]?.array ?? []).isEmpty {
            errors.append(.invalid(PathText("status.storedVersions"), .null, "must have at least one stored version"))
        }
        guard let live, CustomResources.isTrue("Established", live) else { return errors }
        errors += storedVersions(object)
        for fields in [["scope"], ["group"], ["names", "kind"], ["names", "plural"]]
        where object[path: ["spec"] + fields] != live[path: ["spec"] + fields] {
            errors.append(
                .invalid(
                    PathText((["spec"] + fields).joined(separator: ".")), object[path: ["spec"] + fields] ?? .null,
                    "field is immutable"))
        }
        return errors
    }

    private static func names(_ names: JSONValue, at path: PathText) -> [FieldError] {
        var texts: [(PathText, String)] = ["plural", "singular"].map { (path.child($0), names[$0]?.string ?? "") }
        texts += ["kind", "listKind"].map { (path.child($0), (names[$0]?.string ?? "").lowercased()) }
        for list in ["shortNames", "categories"] {
            texts += (names[list]?.array ?? []).enumerated().map {
                (path.child(list).index($0.offset), $0.element.string ?? "")
            }
        }
        return texts.flatMap { place, text -> [FieldError] in
            guard !text.isEmpty else { return [] }
            return Names.problems(ofLabel1035: text).map { .invalid(place, .string(text), $0) }
        }
    }

    private static func versions(_ versions: [JSONValue], at path: PathText) -> [FieldError] {
        guard !versions.isEmpty else { return [] }
        var errors: [FieldError] = []
        if versions.count(where: { $0["storage"]?.bool == true }) != 1 {
            errors.append(
                .invalid(path, .array(versions), "must have exactly one version marked as storage version"))
        }
        var seen: Set<String> = []
        for (index, version) in versions.enumerated() {
            let place = path.index(index)
            let name = version["name"]?.string ?? ""
            if !seen.insert(name).inserted {
                errors.append(.invalid(place.child("name"), .string(name), "must be unique"))
            }
            if !name.isEmpty {
                errors += Names.problems(ofLabel1035: name).map {
                    .invalid(place.child("name"), .string(name), $0)
                }
            }
            // One schema for all versions is kept, and named, as that of the whole.
            let isCommon = Set(versions.map { $0["schema"] }).count == 1
            let spot = (isCommon && version["schema"] != nil ? PathText("spec.validation") : place.child("schema"))
                .child("openAPIV3Schema")
            if isCommon, index > 0 { continue }
            if let schema = version[path: ["schema", "openAPIV3Schema"]] {
                let structure = StructuralRules.errors(schema, at: spot)
                errors += structure.isEmpty ? ExpressionRules.errors(schema, at: spot) : structure
            } else {
                errors.append(.required(spot))
            }
        }

        return errors
    }

    private static func storedVersions(_ object: JSONValue) -> [FieldError] {
        let names = (object[path: ["spec", "versions"]]?.array ?? []).compactMap { $0["name"] }
        let stored = object[path: ["status", "storedVersions"]]?.array ?? []
        return stored.enumerated().filter { !names.contains($0.element) }.map { index, version in
            let quoted = names.compactMap(\.string).joined(separator: " ")
            return .invalid(
                PathText("status.storedVersions").index(index), version,
                "missing from spec.versions; \(version.string ?? "") was previously a storage version, and must remain in "
                    + "spec.versions until a storage migration ensures no data remains persisted in "
                    + "\(version.string ?? "") and removes \(version.string ?? "") from status.storedVersions "
                    + "(versions: \(quoted))")
        }
    }
}
