/// A place in an object as error messages write it: `spec.regions[0].name`, `spec.hard[cpu]`.
struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    private(set) var description: String

    static let root = FieldPath("")
    /// What the real server writes where it knows no field.
    static let unnamed = FieldPath("<nil>")

    init(_ description: String) { self.description = description }

    func child(_ name: String) -> FieldPath { FieldPath(description.isEmpty ? name : "\(description).\(name)") }
    func index(_ index: Int) -> FieldPath { FieldPath("\(description)[\(index)]") }
    func key(_ key: String) -> FieldPath { FieldPath("\(description)[\(key)]") }
}
