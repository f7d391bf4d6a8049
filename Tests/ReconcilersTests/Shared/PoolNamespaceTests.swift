import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The namespace of pools, as it is shipped")
struct PoolNamespaceTests {
    @Test(
        "The namespaces that may claim nodes have a Pod Security level",
        arguments: ["workers/namespace", "samples/regionalworkerpool", "samples/queue-workers"])
    func level(file: String) throws {
        let deployment = try #require(try Repository.yaml("config/manager/deployment.yaml").first)
        let arguments = deployment["spec"]?["template"]?["spec"]?["containers"]?.elements.first?["args"]?.elements ?? []
        let flag = "--node-pool-namespaces="
        let named = arguments.compactMap(\.string).filter { $0.hasPrefix(flag) }
            .flatMap { $0.dropFirst(flag.count).split(separator: ",").map(String.init) }
        let namespaces = try Repository.yaml("config/\(file).yaml").filter { $0["kind"]?.string == "Namespace" }
        #expect(namespaces.map { $0["metadata"]?["name"]?.string } == named)
        for namespace in namespaces {
            #expect(namespace["metadata"]?["labels"]?["pod-security.kubernetes.io/enforce"]?.string == "restricted")
        }
    }
}
