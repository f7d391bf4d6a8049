import Foundation
import Testing

extension EndToEnd {
    @Suite("Pools on real nodes")
    struct PoolTests {
        private let cluster: Cluster
        /// Two regions; the nodes of the others stay free.
        private let regions: [String]
        private let nodes: [String]

        init() throws {
            cluster = try Cluster.installed.get()
            (regions, nodes) = try cluster.poolRegions()
        }

        private func marks() throws -> [String] { try cluster.marks(of: nodes) }

        @Test("A pool marks its nodes, runs in each region, repairs what is broken, and leaves the nodes as they were")
        func life() throws {
            let before = try marks()
            try cluster.apply(Workload.pool("e2e", regions: regions))
            try cluster.ready("rwp", "e2e", "workers")
            for mark in try marks() { #expect(mark.contains("\"NoSchedule\""), "\(mark)") }
            let places = try cluster.kubectl(
                "get", "pods", "-n", "workers", "-o", "jsonpath={.items[*].spec.nodeName}")
            let used = Set(places.split(separator: " ").map(String.init))
            #expect(used.count == regions.count && used.isSubset(of: nodes), "\(places)")

            try cluster.kubectl("taint", "node", nodes[0], "workload-")
            try cluster.eventually("the taint is back", within: 30, { try marks()[0] }) {
                $0.contains("\"NoSchedule\"")
            }

            try cluster.kubectl("delete", "rwp", "-n", "workers", "e2e", "--timeout=120s")
            #expect(try marks() == before)
            try cluster.expectNothingRefused()
        }

        @Test(
            "A pool says why its pods do not start",
            arguments: [
                ("registry.example.com/nothing/here:1", "", "here:1"),
                (Cluster.backupImage, "          envFrom: [{configMapRef: {name: not-there}}]", "not-there"),
                (Cluster.backupImage, "          resources: {requests: {cpu: 4k}}", "nsufficient cpu"),
            ])
        func reasons(image: String, more: String, words: String) throws {
            defer { _ = try? cluster.kubectl("delete", "rwp", "-n", "workers", "e2e-bad", "--timeout=120s") }
            try cluster.apply(Workload.pool("e2e-bad", regions: regions, image: image, container: more))
            try cluster.eventually("the cause is told", within: 120) {
                try cluster.condition("Ready", "rwp", "e2e-bad", "workers")
            } is: {
                $0.hasPrefix("False ") && $0.contains(words)
            }
        }

        @Test(
            "A node that is lost is told, and its pool is whole again with it",
            .enabled(
                if: Cluster.stopNode != nil && Cluster.startNode != nil, "QM_E2E_STOP_NODE and _START_NODE are not set")
        )
        func lostNode() throws {
            try cluster.apply(Workload.pool("e2e", regions: regions))
            defer { _ = try? cluster.kubectl("delete", "rwp", "-n", "workers", "e2e", "--timeout=120s") }
            try cluster.ready("rwp", "e2e", "workers")
            try Cluster.hook(#require(Cluster.stopNode), nodes[0])
            defer { try? Cluster.hook(Cluster.startNode ?? "", nodes[0]) }
            try cluster.eventually("the node is named", within: 240) {
                try cluster.condition("Ready", "rwp", "e2e", "workers")
            } is: {
                $0.hasPrefix("False ") && $0.contains(nodes[0])
            }
            try Cluster.hook(#require(Cluster.startNode), nodes[0])
            try cluster.ready("rwp", "e2e", "workers", within: 240)
        }
    }
}
