internal import KubeAPI
internal import Reconcilers

/// The key of the operator's seal, in a Secret of its own namespace that every replica reads and the first one makes.
struct SealKey: Sendable {
    static let secretName = "quartermaster-seal"
    private static let field = "key"

    let api: any ObjectAPI
    let namespace: String

    private var secret: ObjectKey { ObjectKey(namespace: namespace, name: Self.secretName) }

    /// - Throws: `APIError` where the Secret can be neither read nor made; `ConfigurationError` where it holds no key.
    func read() async throws -> [UInt8] {
        do {
            return try key(in: try await api.get(.secret, secret))
        } catch let error as APIError where error.isNotFound {
            return try await make()
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
