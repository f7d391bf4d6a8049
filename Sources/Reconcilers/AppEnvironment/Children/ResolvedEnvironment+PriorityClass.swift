internal import KubeAPI

extension ResolvedEnvironment {
    /// The classes that a cluster of ours has by convention, with their values.
    static let sharedPriorityClasses: [String: Int64] = [
        "critical-infrastructure": 1_000_000, "production": 100_000, "tools": 5000, "staging": 1000,
    ]

    /// The shared PriorityClasses that the components name. They belong to no environment: one that exists is left as
    /// it is, and none is ever deleted.
    func priorityClasses() throws -> [DesiredChild] {
        Set(components.map(\.priorityClassName)).sorted().compactMap { name in
            Self.sharedPriorityClasses[name].map { ConventionalPriorityClasses.desired(name, value: $0) }
        }
    }
}

/// Makes the PriorityClasses that environments share.
///
/// They lack the label of what pools share and delete again: other workloads of the cluster may name them too.
struct ConventionalPriorityClasses: Sendable {
    let informer: Informer
    private let api: any ObjectAPI
    private let gate: WriteGate
    private let objects: any LiveObjects

    init(_ environment: ReconcilerEnvironment) {
        informer = environment.informers.informer(Selection(.priorityClass))
        api = environment.api
        gate = environment.gate
        objects = InformerObjects(environment.informers)
    }

    static func desired(_ name: String, value: Int64) -> DesiredChild {
        DesiredChild(
            .priorityClass,
            DynamicObject(
                [
                    "apiVersion": .string(ResourceType.priorityClass.apiVersion),
                    "kind": .string(ResourceType.priorityClass.kind),
                    "metadata": ["name": .string(name), "labels": .strings([LabelKey.managedBy: LabelKey.manager])],
                    "value": .integer(value),
                    "globalDefault": false,
                    "description": "Made by Quartermaster; shared by all that name it.",
                ] as JSONObject))
    }

    /// Makes those that do not exist.
    ///
    /// - Returns: what could not be made.
    /// - Throws: `NotLeaderError` and `CancellationError` only.
    func ensure(_ classes: [DesiredChild]) async throws -> [WriteFailure] {
        var failures: [WriteFailure] = []
        for child in classes where informer.store.get(child.object.key) == nil {
            do {
                try gate.check()
                let made = try await api.create(
                    child.object, as: .priorityClass,
                    options: WriteOptions(fieldManager: ReconcilerEnvironment.fieldManager))
                objects.recordWrite(made, of: .priorityClass)
            } catch let error as APIError where error.isAlreadyExists {
                continue  // somebody was faster, and theirs stands
            } catch {
                failures.append(try WriteFailure(error, on: child.name))
            }
        }
        return failures
    }
}
