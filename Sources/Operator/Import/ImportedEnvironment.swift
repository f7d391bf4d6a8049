internal import KubeAPI
internal import Reconcilers

/// The AppEnvironment that an import writes.
struct ImportedEnvironment {
    /// Why there is none.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    let name: String
    let tier: String
    /// Above the whole.
    var remarks: [Remark] = []
    var components: [ImportedComponent] = []
    /// Fields of the spec beside tier and components.
    var fields: JSONObject = [:]

    init(name: String, tier: String) {
        self.name = name
        self.tier = tier
    }

    mutating func leaveOut(_ text: String, at path: String...) {
        remarks.append(Remark(path: path, text: text, isLoss: true))
    }

    mutating func note(_ text: String, at path: String...) {
        remarks.append(Remark(path: path, text: text, isLoss: false))
    }

    /// The manifest, which passes `validate`, and how much could not be taken.
    ///
    /// - Throws: `Failure` where nothing is left that could be an environment.
    func manifest() throws -> (text: String, losses: Int) {
        var whole = self
        if tier == AppEnvironment.Tier.production.rawValue { try whole.chooseTags() }
        var (yaml, losses) = whole.commented()
        while let violation = try Self.violation(in: yaml.document) {
            try Self.leaveOut(violation, from: &yaml)
            losses += 1
        }
        return (yaml.text(), losses)
    }

    private func commented() -> (CommentedYAML, losses: Int) {
        var spec: JSONObject = ["tier": .string(tier)]
        for (key, value) in fields where Self.first.contains(key) { spec[key] = value }
        spec["components"] = .array(components.map(\.json))
        for (key, value) in fields where !Self.first.contains(key) { spec[key] = value }
        var yaml = CommentedYAML([
            "apiVersion": .string(AppEnvironment.resourceType.apiVersion),
            "kind": .string(AppEnvironment.resourceType.kind),
            "metadata": ["name": .string(name)],
            "spec": .object(spec),
        ])
        var losses = 0
        func say(_ remark: Remark, below path: CommentedYAML.Path) {
            yaml.comment(remark.text, at: path + remark.path)
            losses += remark.isLoss ? 1 : 0
        }
        for remark in remarks { say(remark, below: []) }
        for (index, component) in components.enumerated() {
            for remark in component.remarks { say(remark, below: ["spec", "components", String(index)]) }
        }
        return (yaml, losses)
    }

    /// In production an image without a tag that stays is refused, and a component without an image too.
    private mutating func chooseTags() throws {
        let rule = try RegularExpression("(@sha256:[0-9a-f]{64}|^[^@]+:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$")
        for index in components.indices {
            let image = components[index].fields["image"]?.string ?? ""
            guard !rule.isFound(in: image) || image.hasSuffix(":latest") else { continue }
            var parts = image.prefix { $0 != "@" }.split(separator: "/", omittingEmptySubsequences: false)
            if let last = parts.popLast() { parts.append(last.prefix { $0 != ":" }) }
            let name = parts.joined(separator: "/")
            let isName = !name.isEmpty && !name.contains(where: \.isNewline)
            components[index].fields["image"] = .string("\(isName ? name : "registry.example.com/app"):change-me")
            components[index].leaveOut(
                "In production an image has a digest or a tag other than latest: choose one.", at: "image")
        }
    }

    private static let first: Set = ["namespace", "adopt", "quota", "limitRange", "imagePullSecrets"]

    // MARK: What the rules refuse

    /// The first of what `validate` would say.
    private static func violation(in document: JSONValue) throws -> Violation? {
        let object = try DynamicObject(document)
        return Rendering.violations(in: object).first ?? Rendering.misfits(in: object).first
    }

    /// A source may hold what no environment takes, in more ways than a mapping foresees: what a rule refuses is left out,
    /// with the words of the rule.
    private static func leaveOut(_ violation: Violation, from yaml: inout CommentedYAML) throws {
        var path = yaml.existing(steps(violation.path))
        // Of what has too many entries the last one goes.
        if violation.message.hasSuffix("are allowed"), let last = yaml.lastStep(below: path) { path.append(last) }
        guard path.count > 2 || (path.count == 2 && !["tier", "components"].contains(path[1]) && path[0] == "spec")
        else {
            throw Failure("no environment can be made of it: \(violation)")
        }
        let name = CommentedYAML.value(yaml.document, at: path)?["name"]?.string ?? path.last ?? ""
        yaml.remove(at: path)
        yaml.comment("Left out, \(name): \(violation.message).", at: Array(path.dropLast()))
        if path.count == 3, path[1] == "components" { yaml.removeMentions(of: name) }
    }

    /// `spec.components[0].config[A.B]` as its steps.
    private static func steps(_ text: String) -> CommentedYAML.Path {
        var steps: CommentedYAML.Path = []
        var step = ""
        var isBracketed = false
        func end() {
            if !step.isEmpty { steps.append(step) }
            step = ""
        }
        for character in text {
            switch character {
            case "[" where !isBracketed:
                end()
                isBracketed = true
            case "]" where isBracketed:
                end()
                isBracketed = false
            case "." where !isBracketed: end()
            default: step.append(character)
            }
        }
        end()
        return steps
    }
}

extension CommentedYAML {
    fileprivate func lastStep(below path: Path) -> String? {
        let value = Self.value(document, at: path)
        if let elements = value?.array { return elements.isEmpty ? nil : String(elements.count - 1) }
        return value?.object?.map { $0.key }.last
    }

    /// Removes the connections and paths that lead to a component.
    fileprivate mutating func removeMentions(of component: String) {
        func indices(_ path: Path) -> [String] {
            (Self.value(document, at: path)?.array ?? []).indices.reversed().map(String.init)
        }
        let components: Path = ["spec", "components"]
        for owner in indices(components) {
            let peers = components + [owner, "connectsTo"]
            for peer in indices(peers) where Self.value(document, at: peers + [peer, "component"])?.string == component
            {
                remove(at: peers + [peer])
            }
        }
        for host in indices(["spec", "ingress"]) {
            let paths = ["spec", "ingress", host, "paths"]
            for path in indices(paths) where Self.value(document, at: paths + [path, "component"])?.string == component
            {
                remove(at: paths + [path])
            }
            if Self.value(document, at: paths)?.array?.isEmpty == true { remove(at: ["spec", "ingress", host]) }
        }
    }
}
