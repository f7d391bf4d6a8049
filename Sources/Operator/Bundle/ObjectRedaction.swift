internal import KubeAPI
internal import Reconcilers

/// Takes out of objects what may be a secret: by the place where it stands, and for the rest by its look.
///
/// What a user may have written freely goes as a whole: values of environment variables, commands and their arguments, annotations,
/// data of ConfigMaps, parameters of triggers. The name of each stays.
struct ObjectRedaction: Sendable {
    private let text = TextRedaction()
    private let notes = RedactionNotes()

    /// The object as it may be shown; `nil` for a Secret.
    func redacted(_ object: DynamicObject) -> JSONValue? {
        guard object.kind != ResourceType.secret.kind else { return nil }
        let isOperator = LabelKey.operatorPods.allSatisfy { object.labels[$0.key] == $0.value }
        let isBackup =
            object.labels[LabelKey.backupPolicy] != nil && object.labels[LabelKey.managedBy] == LabelKey.manager
        var walk = Walk(
            text: text, notes: notes, showsArguments: isOperator, knownVariables: isBackup ? Self.variables : [])
        if isOperator { walk.knownVariables.formUnion(["POD_NAME", "POD_NAMESPACE"]) }
        return walk.value(object.json, named: "")
    }

    /// What a document says, by its look alone.
    func redacted(_ document: JSONValue) -> JSONValue {
        Walk(text: text, notes: notes, showsArguments: true, knownVariables: []).value(document, named: "")
    }

    func redacted(_ text: String) -> String { self.text.redacted(text) }

    /// Takes out of any text what was taken out of the objects so far.
    var scrub: @Sendable (String) -> String { notes.scrub }

    /// Of the containers of backups: names, numbers and words of ours.
    private static let variables: Set = [
        "QM_NAMESPACE", "QM_POLICY", "QM_SOURCE", "QM_SOURCES", "QM_DESTINATION", "QM_KIND", "QM_TASK",
        "QM_DELAY_SECONDS",
        "QM_DEADLINE_SECONDS", "QM_KEEP", "QM_VERIFY", "QM_PG_HOST", "QM_PG_PORT", "QM_PG_SSLMODE", "QM_MIN_SIZE",
        "QM_MAX_SHRINK", "QM_OPTIONAL", "QM_CHECK_PART", "QM_MAX_SECONDS",
    ]
}

/// One pass through a document.
private struct Walk {
    /// Annotations with what the operator, Kubernetes and cert-manager say; others may hold anything.
    private static let knownAnnotations = ["quartermaster.dev/", "deployment.kubernetes.io/", "cert-manager.io/"]
    /// Fields that hold what somebody has written freely, as text or as a map of texts.
    private static let freeFields: Set = [
        "data", "binaryData", "stringData", "config", "sql", "script", "volumeAttributes", "options",
    ]

    let text: TextRedaction
    let notes: RedactionNotes
    /// Whether commands and arguments are looked at like other text.
    let showsArguments: Bool
    var knownVariables: Set<String>

    func value(_ value: JSONValue, named name: String) -> JSONValue {
        switch value {
        case .object(let fields): object(fields, named: name)
        case .array(let elements): array(elements, named: name)
        case .string(let words):
            SecretWords.isSecret(name) || Self.freeFields.contains(name) ? mark(value, named: name) : shown(words)
        case .integer, .number: SecretWords.isSecret(name) ? mark(value, named: name) : value
        case .null, .bool: value
        }
    }

    private func shown(_ words: String) -> JSONValue {
        let shown = text.redacted(words)
        if shown == words { notes.keep(words) }
        return .string(shown)
    }

    /// What stands in the place of a value.
    private func mark(_ value: JSONValue, named name: String) -> JSONValue {
        notes.take(value.string ?? value.serializedString(), named: name)
        return .string(TextRedaction.mark)
    }

    private func object(_ fields: JSONObject, named name: String) -> JSONValue {
        if Self.freeFields.contains(name) { return marked(fields) }
        if name == "annotations" { return annotations(fields) }
        var result = JSONObject()
        for (key, child) in fields where key != "managedFields" {
            // A trigger's parameters are addresses, queries and whatever else KEDA's scalers take.
            let isFree = name == "triggers" && key == "metadata"
            result[key] = isFree ? marked(child.object ?? [:]) : value(child, named: key)
        }
        return .object(result)
    }

    private func array(_ elements: [JSONValue], named name: String) -> JSONValue {
        switch name {
        case "command", "args":
            return .array(showsArguments ? arguments(elements) : elements.map { mark($0, named: name) })
        case "env", "httpHeaders":
            return .array(
                elements.map { element in
                    guard let words = element["value"], !knownVariables.contains(element["name"]?.string ?? "") else {
                        return value(element, named: name)
                    }
                    var shown = element
                    shown["value"] = mark(words, named: element["name"]?.string ?? "")
                    return shown
                })
        default: return .array(elements.map { value($0, named: name) })
        }
    }

    /// A flag may be one element and its value the next.
    private func arguments(_ elements: [JSONValue]) -> [JSONValue] {
        var isSecret = false
        return elements.map { element in
            defer {
                let words = element.string ?? ""
                isSecret = words.hasPrefix("-") && !words.contains("=") && SecretWords.isSecret(words)
            }
            return isSecret ? mark(element, named: "token") : value(element, named: "")
        }
    }

    private func annotations(_ fields: JSONObject) -> JSONValue {
        var result = JSONObject()
        for (key, words) in fields where !key.hasSuffix("/last-applied-configuration") {
            let isKnown = Self.knownAnnotations.contains { key.hasPrefix($0) }
            result[key] = isKnown ? value(words, named: "") : mark(words, named: key)
        }
        return .object(result)
    }

    private func marked(_ fields: JSONObject) -> JSONValue {
        var result = JSONObject()
        for (key, value) in fields { result[key] = mark(value, named: key) }
        return .object(result)
    }
}
