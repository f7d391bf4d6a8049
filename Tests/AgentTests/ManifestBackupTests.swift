import Foundation
import Support
import Testing

@Suite("Backups of manifests by the scripts of the pods", .onThreadsOfItsOwn)
struct ManifestBackupTests {
    /// A kubectl that knows three kinds.
    private func kubectl(_ sandbox: Sandbox, failingFor kind: String = "none") throws {
        try sandbox.shim(
            "kubectl",
            #"""
            case "$1" in
                api-resources) printf '%s\n' configmaps secrets pods deployments.apps widgets.example.com ;;
                get)
                    [ "$2" != \#(kind) ] || { echo 'Error from server (Forbidden): no' >&2; exit 1; }
                    [ "$2" = widgets.example.com ] || printf 'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: %s\n' "$2"
                    ;;
            esac
            """#)
    }

    @Test("Every kind has a file, but for what others make again, for Secrets, and for what is not there")
    func files() throws {
        let sandbox = try Sandbox()
        try kubectl(sandbox)
        let report = try sandbox.run("source-manifests", [:])
        #expect(report.result == "Succeeded" && report.number("objects") == 2, "\(report.all)")
        #expect(sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "configmaps.yaml", "deployments.apps.yaml"])
        let secrets = try sandbox.run(
            "source-manifests", ["QM_INCLUDE_SECRETS": "true", "QM_EXCLUDE_KINDS": "deployments.apps"])
        #expect(secrets.result == "Succeeded")
        #expect(sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "configmaps.yaml", "secrets.yaml"])
    }

    @Test("One kind that can't be read fails the run")
    func forbidden() throws {
        let sandbox = try Sandbox()
        try kubectl(sandbox, failingFor: "deployments.apps")
        let report = try sandbox.run("source-manifests", [:])
        #expect(
            report.result == "Failed" && report.message.contains("deployments.apps could not be read"), "\(report.all)")
        #expect(report.message.contains("Forbidden") && sandbox.files(in: "staging/artifact").isEmpty)
    }
}
