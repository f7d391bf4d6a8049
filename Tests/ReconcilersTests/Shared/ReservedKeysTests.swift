import Foundation
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Keys that are not inherited")
struct ReservedKeysTests {
    /// The patterns by which the CRDs refuse keys.
    private func patterns(in schema: JSONValue) -> [String] {
        var found: [String] = []
        for rule in schema["x-kubernetes-validations"]?.elements ?? [] {
            guard let text = rule["rule"]?.string, text.contains("istio-injection"),
                let start = text.range(of: "matches('"), let end = text.range(of: "')", options: .backwards)
            else { continue }
            found.append(String(text[start.upperBound..<end.lowerBound]))
        }
        for (_, field) in schema.object ?? [:] { found += patterns(in: field) }
        for element in schema.elements { found += patterns(in: element) }
        return found
    }

    @Test("The CRDs and the code refuse the same keys")
    func sameKeys() throws {
        let all = CustomResource.all.flatMap { patterns(in: $0.schema) }
        #expect(all.count == 9 && Set(all).count == 1)
        let pattern = try #require(all.first)
        let named = try #require(pattern.split(separator: "(").last?.split(separator: ")").first)
        let domains = named.split(separator: "|").map { String($0).replacing("[.]", with: ".") }
        #expect(Set(domains) == ReservedKeys.domains)
        let keys = ReservedKeys.domains.flatMap { ["\($0)/a", "x.\($0)/a", "x\($0)/a", "\($0).x/a", $0] }
        for key in keys + Self.cases.map(\.0) where !key.hasPrefix("app.kubernetes.io/") {
            #expect(key.matches(pattern: pattern) == ReservedKeys.contains(key), "\(key)")
        }
    }

    private static let cases = [
        ("team", false), ("cost-center", false), ("example.com/team", false), ("app.kubernetes.io/part-of", false),
        ("app.kubernetes.io/version", false), ("prometheus.io/scrape", false), ("app.kubernetes.io/instance", true),
        ("pod-security.kubernetes.io/enforce-version", true), ("kubernetes.io/metadata.name", true),
        ("service.beta.kubernetes.io/aws-load-balancer-type", true), ("hnc.x-k8s.io/subnamespace-of", true),
        ("eks.amazonaws.com/role-arn", true), ("iam.gke.io/gcp-service-account", true),
        ("azure.workload.identity/client-id", true), ("nginx.ingress.kubernetes.io/server-snippet", true),
        ("haproxy.org/backend-config-snippet", true), ("argocd.argoproj.io/instance", true),
        ("kustomize.toolkit.fluxcd.io/name", true), ("policies.kyverno.io/x", true), ("istio-injection", true),
        ("admission.gatekeeper.sh/ignore", true), ("simulation.quartermaster.dev/x", true),
        ("notkubernetes.io/x", false),
    ]

    @Test("What somebody obeys is refused, what only people read is not", arguments: cases)
    func keys(key: String, isReserved: Bool) {
        #expect(ReservedKeys.contains(key) == isReserved)
    }
}
