package import KubeAPI

/// A kind of ours: it has a CRD, rules across its fields, and children.
package protocol OwnResource: ChildOwner {
    /// The types of its children.
    static var childKinds: [ChildKind] { get }
    /// The list of the spec whose entries are the parts that a child may belong to, such as `regions`.
    static var partList: String { get }
    /// What the operator may do with the objects, beside reading and patching them.
    static var ownVerbs: Set<String> { get }
    static var departure: Departure { get }
    /// The controller of the kind, with its informers and what wakes it. Its `run` is the caller's.
    ///
    /// - Parameter now: the wall clock.
    static func controller(
        in environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp, logger: Logger,
        controllerOptions: Controller.Options
    ) -> Controller
    /// The children that the object would have, as far as that can be said without a cluster.
    func rendered() throws -> [DesiredChild]
    /// The children that the loop would write now, as the cluster is.
    func rendered(asking client: KubeClient) async throws -> [DesiredChild]
    /// The kind's CRD.
    static var definition: CustomResource { get }
    /// The CRDs without which its objects can't be followed: its own, and those of what is made for them.
    static var definitions: [CustomResource] { get }
    /// The fields that hold types of Kubernetes itself.
    static var builtInFields: [BuiltInField] { get }
    /// What is wrong that neither the CRD's schema nor its rules can say. None where a kind does not tell.
    var violationsBeyondDefinition: [Violation] { get }
}

extension OwnResource {
    package var violationsBeyondDefinition: [Violation] { [] }
    package static var ownVerbs: Set<String> { [] }
    package static var definitions: [CustomResource] { [definition] }

    /// Reads an object, with the CRD's defaults for what a server or a file has left out.
    ///
    /// - Throws: `JSONError` that names the field.
    package init(defaulting object: DynamicObject) throws {
        self = try Self.definition.applyingDefaults(to: object).decode(Self.self)
    }

    /// Everything that is wrong with a manifest; it need not have its defaults.
    ///
    /// What is beyond the CRD comes last.
    package static func violations(in manifest: DynamicObject) -> [Violation] {
        let violations = definition.allViolations(in: manifest)
        guard violations.isEmpty, !manifest.name.isEmpty else { return violations }
        do {
            return try Self(defaulting: manifest).violationsBeyondDefinition
        } catch let error as JSONError {
            return [Violation(error.path, error.message)]
        } catch {
            return [Violation("", "\(error)")]
        }
    }

    /// What Kubernetes' own types have against the fields of a manifest that hold them, as far as the catalogue knows those types.
    package static func misfits(in manifest: DynamicObject) -> [Violation] {
        builtInFields.flatMap { $0.violations(in: manifest.json) }
    }

    /// The object as it is to be, or why it can't be read.
    static func read(_ object: DynamicObject) -> Result<Self, Finding> {
        do {
            let object = definition.applyingDefaults(to: object)
            let resource = try object.decode(Self.self)
            let violation = definition.ruleViolations(in: object).first ?? resource.violationsBeyondDefinition.first
            guard let violation else { return .success(resource) }
            return .failure(Finding(.invalidSpec, "\(violation)", .edit))
        } catch {
            return .failure(Finding(.invalidSpec, "\(error)", .edit))
        }
    }
}

/// How the objects of a kind go when the operator is taken out of a cluster.
package struct Departure: Sendable {
    /// What their spec says from now on, in the very version that is deleted.
    package var change: JSONValue?
    /// What follows, for whoever is asked to confirm it.
    package var consequence: String
}
