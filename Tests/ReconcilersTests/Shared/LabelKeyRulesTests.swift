import Foundation
import KubeAPI
import Testing

@testable import Reconcilers

/// What the CRDs' expressions say of keys of labels and annotations.
@Suite("Keys of labels and annotations")
struct LabelKeyRulesTests {
    /// The patterns in the rules of the CRDs that hold a word.
    private func patterns(with word: String, in schema: JSONValue) -> [String] {
        var found: [String] = []
        for rule in schema["x-kubernetes-validations"]?.elements ?? [] {
            guard let text = rule["rule"]?.string, text.contains(word), let start = text.range(of: "matches('"),
                let end = text.range(of: "')", options: .backwards)
            else { continue }
            found.append(String(text[start.upperBound..<end.lowerBound]))
        }
        for (_, field) in schema.object ?? [:] { found += patterns(with: word, in: field) }
        for element in schema.elements { found += patterns(with: word, in: element) }
        return found
    }

    /// The one pattern that all rules with a word have.
    private func pattern(with word: String) throws -> RegularExpression {
        let all = Set(CustomResource.all.flatMap { patterns(with: word, in: $0.schema) })
        #expect(all.count == 1, "\(all)")
        return try RegularExpression(#require(all.first))
    }

    @Test(
        "A key is a name, or a domain and a name",
        arguments: [
            ("workload", true), ("a", true), ("example.com/workload", true), ("a-b.c_d", true), ("A1", true),
            ("", false), ("/a", false), ("a/", false), ("a/b/c", false), ("Example.com/a", false), ("-a", false),
            ("a-", false), ("ex..com/a", false), ("ex-.com/a", false), ("ä", false), ("a b", false),
            (String(repeating: "n", count: 63), true), (String(repeating: "n", count: 64), false),
        ])
    func keys(key: String, isKey: Bool) throws {
        #expect(try pattern(with: "key.size() <= 317").isFound(in: key) == isKey)
    }

    @Test(
        "Keys on nodes under kubernetes.io and k8s.io belong to the cluster, for the CRD and for the code",
        arguments: [
            ("kubernetes.io/a", true), ("node.kubernetes.io/a", true), ("k8s.io/a", true), ("a.b.k8s.io/a", true),
            ("notkubernetes.io/a", false), ("kubernetes.io", false), ("example.com/kubernetes.io", false),
        ])
    func nodeKeys(key: String, isReserved: Bool) throws {
        #expect(ReservedNodeKeys.isLabel(key) == isReserved)
        #expect(try pattern(with: "!key.matches('^([^/]*[.])?(kubernetes").isFound(in: key) == isReserved)
    }

    private static let cases = [
        ("team", false), ("cost-center", false), ("example.com/team", false), ("prometheus.io/scrape", false),
        ("app.kubernetes.io/instance", true),
        ("pod-security.kubernetes.io/enforce-version", true), ("kubernetes.io/metadata.name", true),
        ("service.beta.kubernetes.io/aws-load-balancer-type", true), ("hnc.x-k8s.io/subnamespace-of", true),
        ("eks.amazonaws.com/role-arn", true), ("iam.gke.io/gcp-service-account", true),
        ("azure.workload.identity/client-id", true), ("nginx.ingress.kubernetes.io/server-snippet", true),
        ("haproxy.org/backend-config-snippet", true), ("argocd.argoproj.io/instance", true),
        ("kustomize.toolkit.fluxcd.io/name", true), ("policies.kyverno.io/x", true), ("istio-injection", true),
        ("admission.gatekeeper.sh/ignore", true), ("simulation.quartermaster.dev/x", true),
        ("notkubernetes.io/x", false),
    ]

    @Test("What somebody obeys is not inherited, what only people read is", arguments: cases)
    func inheritedKeys(key: String, isReserved: Bool) throws {
        #expect(try pattern(with: "istio-injection").isFound(in: key) == isReserved)
    }

    @Test("Two keys of Kubernetes that nobody obeys may be inherited")
    func harmless() throws {
        let pool = try DynamicObject(
            #require(Repository.yaml("Tests/Fixtures/regionalworkerpool/valid/minimal.yaml").first))
        func violations(_ key: String) -> [Violation] {
            var pool = pool
            let labels: [(String, JSONValue)] = [(key, "a")]
            pool[path: "spec", "inheritedMetadata", "labels"] = .object(JSONObject(labels))
            return RegionalWorkerPool.violations(in: pool)
        }
        #expect(violations("app.kubernetes.io/part-of") == [] && violations("app.kubernetes.io/version") == [])
        #expect(violations("app.kubernetes.io/instance").map(\.path) == ["spec.inheritedMetadata.labels"])
    }
}
