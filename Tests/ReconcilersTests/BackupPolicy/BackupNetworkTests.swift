import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The network of a BackupPolicy's pods")
struct BackupNetworkTests {
    @Test(
        "What a destination's address says is what its pods may reach",
        arguments: [
            ("s3: {endpoint: \"https://s3.example.com\", bucket: b}", "port(443)"),
            ("s3: {endpoint: \"http://10.0.0.7:9000\", bucket: b}", "port(9000)"),
            ("s3: {endpoint: \"https://minio.storage.svc.cluster.local:9000/x\", bucket: b}", "namespace(\"storage\")"),
            ("s3: {endpoint: \"http://minio:9000\", bucket: b}", "namespace(\"shop\")"),
            ("borg: {repository: \"ssh://u@box.example.com:23/./r\"}", "port(23)"),
            ("borg: {repository: \"ssh://box.example.com/./r\"}", "port(22)"),
            ("borg: {repository: \"u@box.example.com:r\"}", "port(22)"),
            ("borg: {repository: /mnt/r}", ""),
            ("restic: {repository: \"rest:https://r.example.com:8000/x\"}", "port(8000)"),
            ("restic: {repository: \"rest:http://[2001:db8::1]:8000/x\"}", "port(8000)"),
            ("restic: {repository: \"s3:https://s3.example.com/b/r\"}", "port(443)"),
            ("restic: {repository: \"s3:s3.example.com/b/r\"}", "port(443)"),
            ("restic: {repository: \"sftp:u@box.example.com:/r\"}", "port(22)"),
            ("restic: {repository: \"sftp://u@box.example.com:2222//r\"}", "port(2222)"),
            ("restic: {repository: \"b2:bucket:r\"}", "port(443)"),
            ("restic: {repository: \"swift:container:/r\"}", "unknown"),
            ("restic: {repository: /mnt/r}", ""),
            ("rclone: {remote: box, path: p}", "unknown"),
        ])
    func destinations(kind: String, want: String) throws {
        let policy = try BackupPolicy.fixture(
            "destinations: [{name: d, credentialsSecretRef: {name: s}, \(kind)}]")
        #expect(policy.resolved.destinationReach.map { "\($0)" } == (want.isEmpty ? [] : [want]))
    }

    @Test("Sources are reached by their own pods only, the API server by those that read objects")
    func sources() throws {
        let policy = try BackupPolicy.fixture(
            """
            sources:
            - {name: near, postgres: {host: pg-rw.data.svc, allDatabases: true, credentialsSecretRef: {name: s}}}
            - {name: far, postgres: {host: pg.example.com, port: 6432, allDatabases: true, credentialsSecretRef: {name: s}}}
            - {name: objects, manifests: {}}
            - {name: files, pvc: {claimName: c}}
            """)
        let reach = policy.spec.sources.map { policy.resolved.sourceReach(of: $0) }
        #expect(reach == [[.namespace("data")], [.port(6432)], [.port(443), .port(6443)], []])
        #expect(
            try policy.resolved.networkPolicies().map(\.object.name) == [
                "nightly-backup", "nightly--near-reach", "nightly--far-reach", "nightly--objects-reach",
            ])
    }

    @Test("The API server is reached where it listens, as its EndpointSlice says")
    func serverPorts() throws {
        var policy = try BackupPolicy.fixture("sources: [{name: objects, manifests: {}}]").resolved
        policy.inputs.serverPorts = ServerPorts.list([
            ["name": "https", "port": 16443, "protocol": "TCP"], ["port": 53, "protocol": "UDP"], ["port": 0],
        ])
        let rules = try policy.networkPolicies().last?.object[path: "spec", "egress"]?.elements ?? []
        #expect(rules.map { $0["ports"]?.elements.compactMap { $0["port"]?.integer } } == [[443, 6443, 16443]])
    }

    @Test(
        "A source may be called what the policy calls what all its pods share",
        arguments: ["backup", "reader", "check"])
    func names(source: String) throws {
        let children = try BackupPolicy.fixture(
            """
            sources: [{name: \(source), postgres: {host: pg, allDatabases: true, credentialsSecretRef: {name: s}}}]
            verification: {checkSchedule: 0 5 * * 0}
            """
        ).rendered().map(\.name)
        #expect(Set(children).count == children.count, "\(children)")
    }

    @Test("Without a NetworkPolicy there is none, and ports that are given take the place of every port")
    func settings() throws {
        #expect(try BackupPolicy.fixture("network: {enabled: false}").resolved.networkPolicies().isEmpty)
        let open = try #require(try BackupPolicy.fixture().resolved.networkPolicies().first?.object["spec"])
        #expect(open["egress"]?.elements.last == ["ports": [["protocol": "TCP"]]])
        #expect(open["policyTypes"] == ["Ingress", "Egress"] && open["ingress"] == nil)
        let given = try #require(
            try BackupPolicy.fixture("network: {egressPorts: [23]}").resolved.networkPolicies().first?.object["spec"])
        #expect(given["egress"]?.elements.last == ["ports": [["protocol": "TCP", "port": 23]]])
    }

    @Test("Only the container that reads objects has a token, and the notifier holds the webhook's Secret alone")
    func tokens() throws {
        let documents = try Repository.yaml("Tests/Fixtures/backuppolicy/valid/told.yaml")
        let jobs = try Rendering.children(of: documents).filter { $0.kind == "CronJob" }
        #expect(jobs.count == 3)
        for job in jobs {
            let pod = try #require(job[path: "spec", "jobTemplate", "spec", "template", "spec"])
            #expect(pod["automountServiceAccountToken"] == false)
            let all = (pod["initContainers"]?.elements ?? []) + (pod["containers"]?.elements ?? [])
            let withToken = all.filter { $0["volumeMounts"]?.elements.contains { $0["name"] == "token" } == true }
            #expect(withToken.map { $0["name"] } == (job.name == "nightly-objects" ? ["source"] : []))
            let withHook = all.filter { $0["volumeMounts"]?.elements.contains { $0["name"] == "webhook" } == true }
            #expect(withHook.map { $0["name"] } == ["notify"])
            #expect(all.first?["name"] == "notify" && all.first?["restartPolicy"] == "Always")
            let mounts = withHook.first?["volumeMounts"]?.elements.compactMap { $0["name"]?.string }
            #expect(mounts == ["webhook", "reports", "tmp"])
        }
    }
}
