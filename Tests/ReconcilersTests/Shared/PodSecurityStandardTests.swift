import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Levels of Pod Security")
struct PodSecurityStandardTests {
    private static let good = """
        spec:
          securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
          volumes: [{name: a, emptyDir: {}}]
          containers:
          - name: c
            securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
        """

    private func violation(_ old: String, _ new: String, _ level: PodSecurityStandard = .restricted) throws -> String? {
        let text = Self.good.replacing(old, with: new)
        #expect(old.isEmpty || text != Self.good)
        return level.violation(in: try YAML.parseDocument(Array(text.utf8)), at: "t")
    }

    @Test(
        "What restricted asks for beyond baseline is found, field by field",
        arguments: [
            ("emptyDir: {}", "nfs: {path: /, server: s}", "t.spec.volumes[0].nfs"),
            ("runAsNonRoot: true", "runAsNonRoot: true, runAsUser: 0", "t.spec.securityContext.runAsUser"),
            ("runAsNonRoot: true, ", "", "t.spec.containers[0].securityContext.runAsNonRoot"),
            (
                ", seccompProfile: {type: RuntimeDefault}", "",
                "t.spec.containers[0].securityContext.seccompProfile.type"
            ),
            ("allowPrivilegeEscalation: false, ", "", "t.spec.containers[0].securityContext.allowPrivilegeEscalation"),
            ("drop: [ALL]", "drop: [CHOWN]", "t.spec.containers[0].securityContext.capabilities.drop"),
            ("NET_BIND_SERVICE", "CHOWN", "t.spec.containers[0].securityContext.capabilities.add"),
            ("{allowP", "{runAsNonRoot: false, allowP", "t.spec.containers[0].securityContext.runAsNonRoot"),
            ("{allowP", "{runAsUser: 0, allowP", "t.spec.containers[0].securityContext.runAsUser"),
        ])
    func restricted(old: String, new: String, want: String) throws {
        #expect(try violation(old, new) == want)
        #expect(try violation(old, new, .baseline) == nil)
    }

    @Test("What is good is good at every level, and what needs more is known")
    func levels() throws {
        #expect(try PodSecurityStandard.allCases.allSatisfy { try violation("", "", $0) == nil })
        #expect(try violation("emptyDir: {}", "hostPath: {path: /}", .baseline) == "t.spec.volumes[0].hostPath")
        #expect(try violation("emptyDir: {}", "hostPath: {path: /}", .privileged) == nil)
        let levels = try [("", ""), ("CE]", "CE, CHOWN]"), ("emptyDir: {}", "hostPath: {path: /}")].map { old, new in
            PodSecurityStandard.strictest(
                for: try YAML.parseDocument(Array(Self.good.replacing(old, with: new).utf8)))
        }
        #expect(levels == [.restricted, .baseline, .privileged])
    }

    @Test("A policy's pods are looked at under the level of its namespace: a volume's need more than restricted")
    func policies() throws {
        func finding(_ spec: String, _ level: String?, version: String? = nil) throws -> Finding? {
            let policy = try BackupPolicy.fixture(spec)
            var labels: [String: String] = [:]
            labels["pod-security.kubernetes.io/enforce"] = level
            labels["pod-security.kubernetes.io/enforce-version"] = version
            return policy.resolved.podSecurityFinding(of: try policy.rendered(), under: labels)
        }
        let volume = try #require(try finding("", "restricted"))
        #expect(volume.reason == .podSecurityBlocked && volume.consequence == .edit)
        #expect(
            volume.message.hasPrefix(
                "CronJob shop/nightly-db: Namespace shop enforces the Pod Security level restricted"))
        #expect(volume.message.contains("they need baseline: set spec.namespace.podSecurity of the AppEnvironment"))
        for level in ["baseline", "privileged", "odd", nil] { #expect(try finding("", level) == nil) }
        #expect(try finding("", "restricted", version: "latest") == volume)
        #expect(try finding("", "restricted", version: "v1.20") == nil, "what that version refuses is not known here")
        let database = "sources: [{name: db, postgres: {host: db, credentialsSecretRef: {name: s}}}]"
        #expect(try finding(database, "restricted") == nil, "no pod of ours needs more than it must")

        var seen = PolicyObservation(policy: try .fixture(), now: Timestamp(secondsSinceEpoch: 0), runs: [])
        seen.podSecurity = volume
        let conditions = seen.status.conditions ?? []
        #expect(conditions.first?.reason == "PodSecurityBlocked" && conditions.contains { $0.type == "Stalled" })
    }
}
