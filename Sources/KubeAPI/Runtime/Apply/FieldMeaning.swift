/// What a field means beyond its JSON: list keys, amounts, values that the server leaves out or fills in.
///
/// Built-in types are looked up in the catalogue. Of custom resources, and of fields that are newer than the catalogue, only
/// the name is known (`FieldNames`): what a server makes of those is learnt from its answers (`ApplyMemory`).
struct FieldMeaning {
    enum List: Hashable {
        /// By position; also the lists that server-side apply calls atomic.
        case ordered
        case set
        /// By the values of these fields, with the value that stands for a missing one.
        case keyed([Key])
    }

    struct Key: Hashable {
        var field: String
        var fallback: JSONValue?
    }

    /// As it is declared for the field, and what it refers to; `nil` where only the name is known.
    private let declared: TypeSchema?
    private let type: TypeSchema?
    /// Entries of maps and elements of lists are stored whatever they are.
    private let isEntry: Bool

    init(type: TypeSchema?, isEntry: Bool = false) {
        declared = type
        self.type = type?.resolved
        self.isEntry = isEntry
    }

    init(apiVersion: String, kind: String) {
        self.init(type: TypeCatalogue.type(apiVersion: apiVersion, kind: kind))
    }

    func field(_ name: String) -> FieldMeaning {
        if let field = type?.field(name) { return FieldMeaning(type: field) }
        return FieldMeaning(type: type?.additional, isEntry: type?.additional != nil)
    }

    /// Of a list.
    var element: FieldMeaning { FieldMeaning(type: type?.items, isEntry: type != nil) }

    func list(_ path: FieldPath, elements: [JSONValue]) -> List {
        let list = type.map(Self.list) ?? FieldNames.list(at: path, elements: elements)
        guard case .keyed(let keys) = list else { return list }
        // What lacks a key has only its place.
        let areKeyed = elements.allSatisfy { element in
            keys.allSatisfy { element[$0.field] != nil || $0.fallback != nil }
        }
        return areKeyed ? list : .ordered
    }

    private static func list(_ type: TypeSchema) -> List {
        switch type.listType {
        case .atomic: return .ordered
        case .set: return .set
        case .map(let keys):
            let fields = type.items?.resolved
            return .keyed(
                keys.map { key in
                    let schema = fields?.field(key)
                    return Key(field: key, fallback: schema?.publishesDefault == true ? schema?.defaultValue : nil)
                })
        }
    }

    /// Whether the value is an amount, equal by meaning.
    func isQuantity(_ path: FieldPath) -> Bool { type.map { $0.form == .quantity } ?? FieldNames.isQuantity(path) }

    /// Whether an addition by somebody else changes the field's meaning: selectors, rules, and structures that are atomic.
    func isClosed(_ path: FieldPath) -> Bool {
        guard let type, let declared else { return FieldNames.isClosed(path) }
        if type.isAtomicMap || declared.isAtomicMap { return true }
        return type.items?.reference.map(Self.closedElements.contains) ?? false
    }

    /// Elements of atomic lists to which the server adds nothing but defaults that the catalogue has.
    private static let closedElements: Set<String> = [
        "NetworkPolicyEgressRule", "NetworkPolicyIngressRule", "PolicyRule", "Subject", "Toleration",
    ]

    /// What the server adds in a closed field by itself.
    func isServerDefault(_ field: String, _ value: JSONValue) -> Bool {
        guard type != nil else { return FieldNames.isServerDefault(field, value) }
        // Worked out from the kind of a subject or a role.
        if field == "apiGroup", value == "rbac.authorization.k8s.io" { return true }
        let added = self.field(field)
        return value == added.declared?.defaultValue || added.isOmitted(value, .root)
    }

    /// Whether a missing field means the same as this desired value, because the server does not store the value.
    func isOmitted(_ desired: JSONValue, _ path: FieldPath) -> Bool {
        guard let type, let declared else { return FieldNames.isOmitted(desired, at: path) }
        if desired.isNull { return true }
        guard !isEntry else { return false }
        return switch desired {
        case .array(let elements): elements.isEmpty
        case .object(let fields): fields.isEmpty && !isStoredEmpty
        case .string(let text): text.isEmpty && declared.presence != .keepsZero
        case .bool(let flag): !flag && declared.presence != .keepsZero
        case .integer(let number): number == 0 && type.form == .integer && declared.presence != .keepsZero
        case .null, .number: false
        }
    }

    /// Whether the server stores an object of no fields, which then means something: `emptyDir: {}`.
    var isStoredEmpty: Bool {
        guard let type, let declared else { return false }
        return type.form != .object || (type.additional == nil && declared.presence != .always)
    }

    /// The default that the server puts in the place of a value that it takes for none, such as a time of 0 seconds.
    func valueInstead(of desired: JSONValue) -> JSONValue? {
        guard let value = declared?.defaultValue, isOmitted(desired, .root) else { return nil }
        return value
    }
}
