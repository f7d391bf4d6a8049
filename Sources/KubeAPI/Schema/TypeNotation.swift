/// Reads the notation in which the catalogue writes the built-in types.
///
/// A line without indentation begins a type, indented lines are its fields:
///
///     @prefix io.k8s.api.core.v1.          names that follow get this prefix in OpenAPI
///     ContainerPort                        or `Name = full.name`; `atomic` after it makes the struct atomic
///       containerPort! int32 min(1)        `!`: required, and written even when it is zero
///       protocol string ==TCP              `==` a default that is published, `=` one that is only applied
///       ports [ContainerPort] map(containerPort,protocol)
///
/// Types: `string int int32 int64 bool number quantity intOrString time microTime bytes any`, `[T]`, `{T}` (a map)
/// or another type's name; a `?` keeps zero values (a pointer in the real server).
/// Attributes: `always`, `map(keys)`, `set`, `atomic`, `patch(key)`, `patch(merge)`, `nopatch`, `retain`, `replace`,
/// `enum(a|b)`, `min(n)`, `max(n)`.
struct TypeNotation {
    struct Problem: Error, CustomStringConvertible {
        var line: Int
        var description: String
    }

    /// Types by their short names, and the full names under which OpenAPI publishes them.
    private(set) var types: [String: TypeSchema] = [:]
    private(set) var fullNames: [String: String] = [:]
    private(set) var order: [String] = []

    private var prefix = ""
    private var open: Header?

    private struct Header {
        var name: String
        var isAtomic: Bool
        var preservesUnknownFields: Bool
        var fields: [TypeSchema.Field] = []
        var required: [String] = []
    }

    init() {}

    mutating func read(_ text: String) throws(Problem) {
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let words = line.split(separator: " ")
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if first == "@prefix" {
                close()
                prefix = words.count > 1 ? String(words[1]) : ""
            } else if line.first == " " {
                try field(words, number)
            } else {
                begin(words)
            }
        }
        close()
    }

    private mutating func begin(_ words: [Substring]) {
        close()
        let name = String(words[0])
        let full = words.count > 2 && words[1] == "=" ? String(words[2]) : prefix + name
        fullNames[name] = full
        open = Header(
            name: name, isAtomic: words.contains("atomic"), preservesUnknownFields: words.contains("open"))
    }

    private mutating func close() {
        guard let header = open else { return }
        open = nil
        order.append(header.name)
        var rules = ValueRules()
        rules.required = header.required
        types[header.name] = TypeSchema(
            .object, fields: header.fields, isAtomicMap: header.isAtomic,
            preservesUnknownFields: header.preservesUnknownFields, rules: rules)
    }

    private mutating func field(_ words: [Substring], _ line: Int) throws(Problem) {
        guard words.count >= 2, open != nil else {
            throw Problem(line: line, description: "line \(line): expected a field's name and type")
        }
        let isRequired = words[0].hasSuffix("!")
        let name = String(isRequired ? words[0].dropLast() : words[0])
        var attributes = Attributes()
        if isRequired { attributes.presence = .always }
        for word in words.dropFirst(2) {
            guard attributes.read(word) else {
                throw Problem(line: line, description: "line \(line): unknown attribute \(word)")
            }
        }
        open?.fields.append(.init(name: name, schema: Self.type(words[1], attributes)))
        if isRequired { open?.required.append(name) }
    }

    private static func type(_ expression: Substring, _ attributes: Attributes) -> TypeSchema {
        if expression.hasPrefix("[") {
            let items = type(expression.dropFirst().dropLast(), Attributes())
            return attributes.schema(.array, items: items)
        }
        if expression.hasPrefix("{") {
            let values = type(expression.dropFirst().dropLast(), Attributes())
            return attributes.schema(.object, additional: values)
        }
        var attributes = attributes
        var name = expression
        if name.hasSuffix("?") {
            name = name.dropLast()
            attributes.presence = .keepsZero
        }
        if let (form, format) = primitive(name) {
            attributes.rules.format = format
            return attributes.schema(form)
        }
        return attributes.schema(.object, reference: String(name))
    }

    private static func primitive(_ name: Substring) -> (TypeSchema.Form, String?)? {
        switch name {
        case "string": (.string, nil)
        case "bytes": (.string, "byte")
        case "time": (.string, "date-time")
        case "microTime": (.string, "micro-time")
        case "int": (.integer, nil)
        case "int32", "int64": (.integer, String(name))
        case "bool": (.boolean, nil)
        case "number": (.number, "double")
        case "quantity": (.quantity, nil)
        case "intOrString": (.intOrString, nil)
        case "any": (.any, nil)
        default: nil
        }
    }
}

/// What stands after a field's type.
private struct Attributes {
    var presence = TypeSchema.Presence.omitsZero
    var defaultValue: JSONValue?
    var publishesDefault = false
    var listType = TypeSchema.ListType.atomic
    var isAtomicMap = false
    var patch = TypeSchema.PatchRule()
    var rules = ValueRules()

    mutating func read(_ word: Substring) -> Bool {
        switch word {
        case "always": presence = .always
        case "atomic": isAtomicMap = true
        case "retain": patch.retainsKeys = true
        case "replace": patch.replaces = true
        case "nopatch": patch = TypeSchema.PatchRule()
        case "set":
            listType = .set
            patch.merges = true
        default: return readValue(word)
        }
        return true
    }

    private mutating func readValue(_ word: Substring) -> Bool {
        if word.hasPrefix("=") {
            publishesDefault = word.hasPrefix("==")
            let text = String(word.drop { $0 == "=" })
            defaultValue = (try? JSONValue.parse(text)) ?? .string(text)
            return true
        }
        guard let open = word.firstIndex(of: "("), word.hasSuffix(")") else { return false }
        let argument = word[open...].dropFirst().dropLast()
        switch word[..<open] {
        case "map":
            let keys = argument.split(separator: ",").map(String.init)
            listType = .map(keys: keys)
            patch.mergeKey = keys.first
            patch.merges = true
        case "patch":
            patch.merges = true
            patch.mergeKey = argument == "merge" ? nil : String(argument)
        case "enum": rules.allowed = argument.split(separator: "|").map { .string(String($0)) }
        case "min": rules.minimum = Double(argument)
        case "max": rules.maximum = Double(argument)
        default: return false
        }
        return true
    }

    func schema(
        _ form: TypeSchema.Form, reference: String? = nil, additional: TypeSchema? = nil, items: TypeSchema? = nil
    ) -> TypeSchema {
        TypeSchema(
            form, reference: reference, additional: additional, items: items, listType: listType,
            isAtomicMap: isAtomicMap, preservesUnknownFields: form == .any, presence: presence,
            defaultValue: defaultValue, publishesDefault: publishesDefault, patch: patch, rules: rules)
    }
}
