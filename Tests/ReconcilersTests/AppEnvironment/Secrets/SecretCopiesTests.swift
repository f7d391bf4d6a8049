import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Copies of shared Secrets, and what is said of Secrets")
struct SecretCopiesTests {
    private let spec = """
        secretsFrom: {namespace: shared, names: [registry, database]}
        imagePullSecrets: [{name: registry}]
        components: [{name: web, image: 'web:1', secrets: [{name: database}, {name: own}, {name: extra, optional: true}]}]
        """

    private let found = EnvironmentSecrets.Lookup.found(SecretContent(data: ["k": "djE="], .test))

    private func whole() -> EnvironmentSecrets {
        var secrets = EnvironmentSecrets()
        secrets.sources = ["registry": found, "database": found]
        secrets.own = ["registry": found, "database": found, "own": found, "extra": .missing]
        return secrets
    }

    private func copies(_ secrets: EnvironmentSecrets?) throws -> [DesiredChild] {
        var environment = try ResolvedEnvironment.fixture(spec)
        environment.inputs.secrets = secrets
        return try environment.secretCopies()
    }

    @Test("A copy has the type and data of its source, says where it is from, and no owner that could take it along")
    func copy() throws {
        var secrets = whole()
        secrets.sources["registry"] = .found(
            SecretContent(type: "kubernetes.io/dockerconfigjson", data: [".dockerconfigjson": "e30="], .test))
        let copy = try #require(copies(secrets).first)
        #expect(copy.object.key == ObjectKey(namespace: "shop", name: "registry") && !copy.isHeld)
        #expect(copy.object["type"] == "kubernetes.io/dockerconfigjson")
        #expect(copy.object["data"] == [".dockerconfigjson": "e30="])
        #expect(copy.object.annotations[AnnotationKey.copiedFrom] == "shared/registry")
        #expect(copy.object.ownerReferences.isEmpty)
    }

    @Test("A copy whose source is missing, unread or not permitted stays as it is")
    func held() throws {
        for change: (inout EnvironmentSecrets) -> Void in [
            { $0.sources["database"] = .missing }, { $0.sources["database"] = .unread(nil) },
            { $0.isSourcePermitted = false }, { $0.own["registry"] = .unread(nil) },
        ] {
            var secrets = whole()
            change(&secrets)
            let copies = try copies(secrets)
            #expect(copies.count == 2 && copies[1].isHeld)
            #expect(copies[1].object["data"] == nil)
        }
    }

    @Test("Without a cluster there are no copies to show")
    func rendered() throws { #expect(try copies(nil).isEmpty) }

    private func condition(_ secrets: EnvironmentSecrets) throws -> Condition {
        var conditions = Conditions()
        try ResolvedEnvironment.fixture(spec).addSecrets(secrets, to: &conditions)
        return try #require(conditions.assembled(ready: (.ready, "")).last)
    }

    @Test("The condition names the first Secret that is not there, and who needs it")
    func condition() throws {
        #expect(try condition(whole()).reason == "Resolved")
        for (change, reason, words): ((inout EnvironmentSecrets) -> Void, Reason, String) in [
            ({ $0.own["own"] = .missing }, .missing, "Secret shop/own, which web needs, is missing"),
            ({ $0.sources["registry"] = .missing }, .missing, "Secret shared/registry is missing or has no label"),
            (
                { $0.sources["registry"] = .unread("forbidden") }, .unread,
                "the Secrets of shared are not read yet: forbidden"
            ),
            ({ $0.own["own"] = .unread(nil) }, .unread, "the Secrets of shop are not read yet"),
            ({ $0.isSourcePermitted = false }, .notPermitted, "--secret-source-namespaces does not list shared"),
        ] {
            var secrets = whole()
            change(&secrets)
            let condition = try condition(secrets)
            #expect(condition.reason == reason.rawValue && condition.status == .false)
            #expect(condition.message.contains(words), "\(condition.message)")
        }
    }
}
