import KubeAPI
import Testing

@testable import Reconcilers

@Suite("When Secrets replace pods")
struct SecretsHashTests {
    private let component = """
        components:
        - name: web
          image: web:1
          secrets: [{name: a}, {name: b, optional: true}]
          env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: c, key: token}}}]
          envFrom: [{secretRef: {name: d, optional: true}}, {configMapRef: {name: e}}, {secretRef: {name: a}}]
        """

    private func secrets(_ contents: [String: JSONObject]) -> EnvironmentSecrets {
        var secrets = EnvironmentSecrets()
        for (name, data) in contents { secrets.own[name] = .found(SecretContent(data: data, .test)) }
        return secrets
    }

    private func hash(_ secrets: EnvironmentSecrets, of name: String = "shop", uid: String = "uid") throws
        -> SecretsHash
    {
        let environment = try ResolvedEnvironment.fixture(component, name: name, uid: uid)
        return secrets.hash(of: try #require(environment.components.first), in: environment.environment)
    }

    private let whole: [String: JSONObject] = [
        "a": ["k": "MQ=="], "b": ["k": "Mg=="], "c": ["token": "Mw=="], "d": ["k": "NA=="],
    ]

    @Test("Every Secret that the environment comes from counts once, whichever way it is named")
    func uses() throws {
        let component = try #require(ResolvedEnvironment.fixture(component).components.first)
        #expect(component.secretUses.map(\.name) == ["a", "b", "d", "c"])
        #expect(component.secretUses.map(\.isOptional) == [false, true, true, false])
    }

    @Test("A change of any content changes the hash, and back again")
    func content() throws {
        let before = try hash(secrets(whole))
        for name in whole.keys {
            var changed = whole
            changed[name] = ["k": "bmV3"]
            #expect(try hash(secrets(changed)) != before, "\(name)")
        }
        #expect(try hash(secrets(whole)) == before)
    }

    @Test("The same content in another Secret, or of another environment, has another hash")
    func salted() throws {
        var swapped = whole
        (swapped["a"], swapped["b"]) = (whole["b"], whole["a"])
        #expect(try hash(secrets(swapped)) != hash(secrets(whole)))
        #expect(try hash(secrets(whole), of: "another") != hash(secrets(whole)))
        #expect(try hash(secrets(whole), uid: "made-again") == hash(secrets(whole)))
    }

    @Test("A required Secret that is gone leaves the pods as they were rolled out")
    func requiredIsMissing() throws {
        var secrets = secrets(whole.filter { $0.key != "a" })
        #expect(try hash(secrets) == .value(nil))
        secrets.rolledOut["web"] = "0123456789abcdef"
        #expect(try hash(secrets) == .value("0123456789abcdef"))
    }

    @Test("An optional Secret may come and go: each time is a roll-out")
    func optionalIsMissing() throws {
        let without = try hash(secrets(whole.filter { $0.key != "b" }))
        guard case .value(.some) = without else {
            Issue.record("no hash without the optional Secret")
            return
        }
        #expect(try without != hash(secrets(whole)))
    }

    @Test("While a Secret is not read nothing is known")
    func unread() throws {
        var secrets = secrets(whole)
        secrets.own["c"] = .unread(nil)
        #expect(try hash(secrets) == .unknown)
    }

    @Test("A copy that is on its way counts as what it will be")
    func copied() throws {
        var copied = secrets(whole)
        copied.sources["a"] = .found(SecretContent(data: ["k": "bmV3"], .test))
        var written = secrets(whole)
        written.own["a"] = .found(SecretContent(data: ["k": "bmV3"], .test))
        #expect(try hash(copied) == hash(written))
        copied.own["a"] = .missing
        #expect(try hash(copied) == hash(written))
        copied.sources["a"] = .missing
        copied.own["a"] = .found(SecretContent(data: ["k": "MQ=="], .test))
        #expect(try hash(copied) == hash(secrets(whole)))
    }

    @Test("A preview takes the Secrets to be as they were rolled out")
    func preview() throws {
        var secrets = EnvironmentSecrets()
        secrets.isAssumedUnchanged = true
        #expect(try hash(secrets) == .value(nil))
        secrets.rolledOut["web"] = "0123456789abcdef"
        #expect(try hash(secrets) == .value("0123456789abcdef"))
    }

    @Test("A component without Secrets has no annotation")
    func none() throws {
        let environment = try ResolvedEnvironment.fixture()
        let component = try #require(environment.components.first)
        #expect(EnvironmentSecrets().hash(of: component, in: environment.environment) == .value(nil))
    }

    @Test("A large Secret is kept as codes: its hash is the same, and its values are not in memory")
    func large() throws {
        func secret(_ value: String) throws -> CachedObject {
            let fields: JSONValue = [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a", "namespace": "shop"],
                "data": ["k": .string(value), "other": "MQ=="],
            ]
            return CachedObject(try DynamicObject(fields))
        }
        let trim = SecretContent.trim(.test)
        #expect(try trim(secret("c21hbGw=")) == nil)
        let whole = try secret(String(repeating: "QUFB", count: 4000))
        let kept = CachedObject(try DynamicObject(try #require(trim(whole))))
        #expect(kept.byteCount < 400 && kept.value(at: "data")?.object?.keys.sorted() == ["k", "other"])
        #expect(SecretContent(kept, .test).digest == SecretContent(whole, .test).digest)
        #expect(try SecretContent(secret("QUFB"), .test).digest != SecretContent(whole, .test).digest)
        let keys = JSONObject((0..<3000).map { ("k\($0)", .string("")) })
        let fields: JSONValue = [
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"], "data": .object(keys),
        ]
        let many = CachedObject(try DynamicObject(fields))
        let few = CachedObject(try DynamicObject(try #require(trim(many))))
        #expect(few.byteCount < 400 && SecretContent(few, .test).digest == SecretContent(many, .test).digest)
        #expect(
            try SecretContent(secret("QUFB"), .test).digest
                != SecretContent(secret("QUFB"), Seal(key: Array(repeating: 8, count: Seal.keyLength))).digest)
    }

    @Test("No description shows what is in a Secret")
    func secrecy() {
        let content = SecretContent(data: ["password": "aHVudGVyMg=="], .test)
        var secrets = EnvironmentSecrets()
        secrets.own["a"] = .found(content)
        var dumped = ""
        dump(secrets, to: &dumped)
        for text in ["\(content)", String(reflecting: content), "\(secrets)", String(reflecting: secrets), dumped] {
            #expect(!text.contains("aHVudGVyMg"))
        }
    }
}
