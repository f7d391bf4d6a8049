import KubeAPI
import Testing

@testable import Reconcilers

/// What no API server refuses, and no container survives.
@Suite("Samples of environments, as their containers find them")
struct SampleTests {
    /// Images of others that begin as root unless they are told a user; nothing of ours lets them.
    private static let beginAsRoot: Set = ["postgres", "redis"]

    private func deployments(_ sample: String) throws -> [(name: String, pod: JSONValue, container: JSONValue)] {
        try Rendering.children(of: Repository.yaml("config/samples/\(sample).yaml")).filter { $0.kind == "Deployment" }
            .map { deployment in
                let pod = try #require(deployment[path: "spec", "template", "spec"])
                return (deployment.name, pod, try #require(pod["containers"]?[0]))
            }
    }

    @Test("An image that begins as root names a user, and whoever has a volume a group", arguments: samples)
    func users(sample: String) throws {
        for (name, pod, container) in try deployments(sample) {
            let image = container["image"]?.string?.split(separator: "/").last?.split(separator: ":").first ?? ""
            let user = pod["securityContext"]?["runAsUser"]?.integer
            if Self.beginAsRoot.contains(String(image)) { #expect((user ?? 0) > 0, "\(name)") }
            if container["volumeMounts"] != nil {
                #expect((user ?? 0) > 0 && pod["securityContext"]?["fsGroup"]?.integer == user, "\(name)")
            }
        }
    }

    @Test("PostgreSQL has a folder of its own below its volume: that of the volume is root's", arguments: samples)
    func folder(sample: String) throws {
        for (name, _, container) in try deployments(sample) {
            guard container["image"]?.string?.contains("/postgres:") == true else { continue }
            let volume = try #require(container["volumeMounts"]?[0]?["mountPath"]?.string, "\(name)")
            let folder = container["env"]?.elements.first { $0["name"] == "PGDATA" }?["value"]?.string
            #expect(folder?.hasPrefix("\(volume)/") == true, "\(name)")
        }
    }

    private static let samples = Repository.cases(in: "config/samples").filter { $0.hasPrefix("appenvironment") }
}
