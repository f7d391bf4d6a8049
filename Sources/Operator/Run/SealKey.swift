internal import KubeAPI
internal import Reconcilers

/// The key of the operator's seal, in a Secret of its own namespace that every replica reads and the first leader makes.
///
/// A leader of an older version knows no seal and would never make it, and without the key no new replica becomes ready and
/// takes over: after a while the key is made by whoever waits for it. A creation undoes nobody's work.
struct SealKey: Sendable {
    static let secretName = "quartermaster-seal"
    private static let field = "key"

    /// Writes whether this process leads or not.
    let api: any ObjectAPI
    let gate: WriteGate
    let namespace: String
    /// How long a leader is waited for.
    var patience = Duration.seconds(10)

    private var secret: ObjectKey { ObjectKey(namespace: namespace, name: Self.secretName) }

    /// - Returns: `nil` where no leader has made it yet.
    /// - Throws: `APIError`; `ConfigurationError` where the Secret holds no key.
    func find() async throws -> [UInt8]? {
        try await api.find(.secret, secret).map(key(in:))
    }

    /// Finds the key, or makes it where this process leads, and waits for it where another one does, but not for ever. Faults
    /// of the server are waited out.
    ///
    /// - Throws: `CancellationError`.
    func obtain(logger: Logger) async throws -> [UInt8] {
        let start = ContinuousClock.now
        while true {
            do {
                if let key = try await find() { return key }
                if gate.isOpen || ContinuousClock.now - start > patience { return try await make() }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning("the key of the seal could not be read or made", ["error": .string("\(error)")])
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func make() async throws -> [UInt8] {
        let body: JSONObject = [
            "apiVersion": "v1", "kind": "Secret",
            "metadata": [
                "name": .string(secret.name), "namespace": .string(secret.namespace),
                "labels": [LabelKey.name: .string(LabelKey.manager)],
            ],
            // A key that changed would make everything that the operator has sealed somebody else's.
            "immutable": true,
            "data": [Self.field: .string(Base64.encode(secretBytes(Seal.keyLength)))],
        ]
        do {
            return try key(in: try await api.create(DynamicObject(body), as: .secret, options: WriteOptions()))
        } catch let error as APIError where error.isAlreadyExists {
            return try key(in: try await api.get(.secret, secret))
        }
    }

    private func key(in object: DynamicObject) throws -> [UInt8] {
        let text = object[path: "data", Self.field]?.string ?? ""
        guard let key = Base64.decode(text), key.count >= Seal.keyLength else {
            throw ConfigurationError(
                .invalid,
                """
                Secret \(secret) holds no key of \(Seal.keyLength) bytes under \(Self.field); restore it, or delete it: \
                the operator then makes a new one
                """)
        }
        return key
    }
}
