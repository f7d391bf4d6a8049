internal import KubeAPI

/// The PriorityClasses that pods of ours name: which of them they may have, and those that are made for them.
///
/// A class belongs to the whole cluster and can't be changed, so no object owns one. It is made where there is none, and
/// never deleted: pods that others make may name it too, and would be refused without it.
struct PriorityClasses: Sendable {
    struct Request: Sendable, Hashable {
        var name: String
        /// The value that it is made with, and counted on; `nil`: any.
        var value: Int64?
        /// Whether it is made where there is none.
        var create = false
    }

    let informer: Informer
    private let client: FencedClient
    private let permissions: Permissions

    init(_ environment: ReconcilerEnvironment) {
        // Every class of the cluster: there are few.
        informer = environment.informers.informer(Selection(.priorityClass))
        client = environment.client
        permissions = environment.permissions
    }

    /// The class as it is made; `nil` where none is asked for.
    static func desired(_ request: Request) -> DesiredChild? {
        guard let value = request.value, request.create else { return nil }
        return DesiredChild(
            .priorityClass,
            DynamicObject(
                [
                    "apiVersion": .string(ResourceType.priorityClass.apiVersion),
                    "kind": .string(ResourceType.priorityClass.kind),
                    "metadata": [
                        "name": .string(request.name), "labels": .strings([LabelKey.managedBy: LabelKey.manager]),
                    ],
                    "value": .integer(value),
                    "globalDefault": false,
                    "description": "Made by Quartermaster; shared by all that name it.",
                ] as JSONObject))
    }

    /// Why pods of a namespace may not have a class, and what to do; `nil` where they may.
    func refusal(of request: Request, in namespace: String) -> String? {
        guard !permissions.isPrivileged(namespace), !request.name.isEmpty else { return nil }
        if request.name.hasPrefix("system-") {
            return """
                PriorityClass \(request.name) is for Kubernetes' own pods; name another class, or add the namespace to \
                the operator's --privileged-namespaces
                """
        }
        guard let value = value(of: request.name) ?? request.value, value > permissions.maxPriority else { return nil }
        return """
            PriorityClass \(request.name) has the value \(value), above the operator's --max-priority-class-value \
            \(permissions.maxPriority); name another class, or raise the flag
            """
    }

    /// Whether it would be made now.
    private func isMissing(_ request: Request) -> Bool {
        request.create && request.value != nil && value(of: request.name) == nil
    }

    /// What became of the classes that an object names.
    struct Ensured: Sendable {
        var failures: [WriteFailure] = []
        /// What would be made if the object were not suspended.
        var heldBack: [String] = []
        /// What is wrong with one that is there.
        var mismatch: Finding?
    }

    /// Makes those that do not exist, of those that pods of the namespace may have.
    ///
    /// - Throws: `NotLeaderError` and `CancellationError` only.
    func ensure(_ requests: [Request], in namespace: String, isSuspended: Bool) async throws -> Ensured {
        var ensured = Ensured()
        for request in requests where refusal(of: request, in: namespace) == nil {
            ensured.mismatch = ensured.mismatch ?? mismatch(request)
            if isSuspended {
                if isMissing(request) { ensured.heldBack.append("PriorityClass \(request.name)") }
            } else if let failure = try await ensure(request) {
                ensured.failures.append(failure)
            }
        }
        return ensured
    }

    /// - Returns: why the class could not be made.
    private func ensure(_ request: Request) async throws -> WriteFailure? {
        guard isMissing(request), let child = Self.desired(request) else { return nil }
        do {
            try await client.create(
                child.object, as: .priorityClass, fieldManager: ReconcilerEnvironment.fieldManager)
        } catch let error as APIError where error.isAlreadyExists {
            return nil  // somebody was faster, and theirs stands
        } catch {
            return try WriteFailure(error, on: child.reference)
        }
        return nil
    }

    /// What is wrong with the class as it is; `nil` where it is as it is counted on, and where there is none: the API
    /// server says so of every pod.
    func mismatch(_ request: Request) -> Finding? {
        guard let wanted = request.value, let value = value(of: request.name), value != wanted else { return nil }
        return Finding(
            .priorityMismatch,
            """
            PriorityClass \(request.name) has the value \(value), not \(wanted), and a class can't be changed; write \
            its value, or name another class
            """, .edit)
    }

    private func value(of name: String) -> Int64? {
        informer.store.get(ObjectKey(name: name))?.value(at: "value")?.integer
    }
}
