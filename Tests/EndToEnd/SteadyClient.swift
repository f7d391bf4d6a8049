import Foundation
import Testing

/// A pod of a namespace of its own that asks an address twenty times a second and writes down what it is answered.
struct SteadyClient {
    static let namespace = "e2e-client"

    private let cluster: Cluster
    /// What the pod asked in vain before its first answer: its network was not there yet.
    private let early: Int

    /// Waits until it is answered.
    init(on cluster: Cluster, asking address: String) throws {
        let script = """
            import time, urllib.request
            while True:
                try:
                    print(urllib.request.urlopen("http://\(address)", timeout=3).status, flush=True)
                except Exception as error:
                    print("failed", time.strftime("%T"), error, flush=True)
                time.sleep(0.05)
            """
        try cluster.apply(
            Workload.namespace(Self.namespace)
                + Workload.pod(
                    "client", Self.namespace, labels: "{app: client}",
                    "exec python3 -c \(Workload.shellQuoted(script))"))
        try cluster.eventually("the client is answered", within: 60) {
            try Self.answers(cluster).contains("200") ? "answered" : ""
        } is: {
            !$0.isEmpty
        }
        self.cluster = cluster
        early = try Self.answers(cluster).prefix { $0 != "200" }.count
    }

    private static func answers(_ cluster: Cluster) throws -> [Substring] {
        try cluster.kubectl("logs", "-n", namespace, "client").split(separator: "\n")
    }

    /// Waits for a hundred more answers.
    func goOn() throws {
        let before = try Self.answers(cluster).count
        try cluster.eventually("the client asks on", within: 60) {
            try String(Self.answers(cluster).count - before)
        } is: {
            (Int($0) ?? 0) > 100
        }
    }

    func expectNoneFailed(_ location: SourceLocation = #_sourceLocation) throws {
        let all = try Self.answers(cluster)
        let failed = all.dropFirst(early).filter { $0 != "200" }
        #expect(failed.isEmpty, "\(failed.count) of \(all.count): \(failed.suffix(5))", sourceLocation: location)
    }
}
