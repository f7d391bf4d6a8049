/// A Swift type that is made from a schema.
struct GeneratedType: Equatable {
    struct Property: Equatable {
        var name: String
        var type: String
        var isOptional: Bool
        var description: String
    }

    enum Body: Equatable {
        case structure([Property])
        case enumeration([String])
    }

    /// With the types that it stands in: `Network.Peer`.
    var name: String
    var body: Body
    /// Where it is used.
    var paths: [String]

    /// The type with another use of it: a field that one of them may lack is optional.
    ///
    /// - Throws: `GeneratorError` where the two are different types.
    func merged(with other: GeneratedType) throws(GeneratorError) -> GeneratedType {
        var merged = self
        merged.paths += other.paths
        switch (body, other.body) {
        case (.structure(let own), .structure(let others)):
            merged.body = .structure(try properties(own, others, of: other))
        case (.enumeration(let own), .enumeration(let others)) where own == others: break
        default: throw clash(with: other)
        }
        return merged
    }

    private func properties(_ own: [Property], _ others: [Property], of other: GeneratedType) throws(GeneratorError)
        -> [Property]
    {
        guard own.map(\.name) == others.map(\.name), own.map(\.type) == others.map(\.type) else {
            throw clash(with: other)
        }
        return zip(own, others).map { mine, theirs in
            var property = mine
            property.isOptional = mine.isOptional || theirs.isOptional
            return property
        }
    }

    private func clash(with other: GeneratedType) -> GeneratorError {
        GeneratorError(
            """
            \(other.paths[0]) and \(paths[0]) are both called \(name) and differ; give one of them another name in \
            Sources/Generator/TypeNames.swift
            """)
    }
}
