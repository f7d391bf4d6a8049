import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The steps of a restore")
struct RestorePlanTests {
    private static let sources = """
        sources:
        - {name: db, postgres: {host: pg.data.svc, databases: [app], credentialsSecretRef: {name: pg}}}
        - {name: files, pvc: {claimName: uploads}}
        - {name: objects, manifests: {}}
        - {name: others, manifests: {namespaces: [web, jobs]}}
        - {name: cluster, etcd: {}}
        - {name: whole, velero: {}}
        destinations:
        - {name: bucket, credentialsSecretRef: {name: bucket}, s3: {endpoint: "https://s3.example.com", bucket: backups, prefix: prod/}}
        - {name: restic, credentialsSecretRef: {name: restic}, restic: {repository: "rest:https://restic.example.com/it's"}}
        - {name: borg, credentialsSecretRef: {name: borg}, borg: {repository: "ssh://u@box.example.com:23/./r", remotePath: borg-1.4}}
        - {name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: /backups/}}
        """

    @Test(
        "The steps are those of the golden file",
        arguments: ["db/bucket", "files/restic", "objects/borg", "db/box", "others/box", "cluster/bucket"])
    func golden(target: String) throws {
        let plan = try RestorePlan(of: .fixture(Self.sources), target: target, at: "20260131T020000Z")
        let name = target.replacing("/", with: "-")
        try Repository.expect(plan.text, isGolden: "Tests/ReconcilersTests/Golden/restore/\(name).sh")
    }

    @Test("What Velero stored is restored by Velero, by the name of its backup")
    func velero() throws {
        let policy = try BackupPolicy.fixture(
            Self.sources,
            status: "targets: [{source: whole, destination: velero, artifact: nightly-whole-20260131020000}]")
        let plan = try RestorePlan(of: policy, target: "whole", at: nil)
        #expect(plan.artifact == "nightly-whole-20260131020000")
        try Repository.expect(plan.text, isGolden: "Tests/ReconcilersTests/Golden/restore/whole-velero.sh")
        #expect(throws: RestorePlan.Refusal.self) {
            try RestorePlan(of: .fixture(Self.sources), target: "whole", at: nil)
        }
    }

    @Test("Where no destination is named it is the one with the newest good backup, and its newest artifact")
    func newest() throws {
        let policy = try BackupPolicy.fixture(
            status: """
                targets:
                - {source: db, destination: bucket, lastSuccessTime: "2026-01-10T02:05:00Z", artifact: 20260110T020000Z}
                - {source: db, destination: box, lastSuccessTime: "2026-01-12T02:05:00Z", artifact: 20260112T020000Z}
                """)
        let plan = try RestorePlan(of: policy, target: "db", at: nil)
        #expect(plan.destination == "box" && plan.artifact == "20260112T020000Z")
        let other = try RestorePlan(of: policy, target: "db/bucket", at: nil)
        #expect(other.artifact == "20260110T020000Z")
    }

    @Test("Without a name the newest artifact that is complete is taken, and what is odd is said before anything else")
    func complete() throws {
        func plan(_ fields: String, at artifact: String? = nil) throws -> RestorePlan {
            let policy = try BackupPolicy.fixture(
                status: "targets: [{source: db, destination: bucket, artifact: 20260112T020000Z, \(fields)}]")
            return try RestorePlan(of: policy, target: "db/bucket", at: artifact)
        }
        let good = try plan("complete: 20260112T020000Z")
        #expect(good.artifact == "20260112T020000Z" && good.remarks.isEmpty)
        #expect(good.text.hasPrefix(RestorePlan.preamble[0]))
        let older = try plan("complete: 20260110T020000Z, suspicion: it shrank")
        #expect(older.artifact == "20260110T020000Z")
        #expect(
            older.text.hasPrefix(
                "# The artifact 20260110T020000Z is not the newest one. 20260112T020000Z is suspicious: it shrank;"))
        let named = try plan("complete: 20260110T020000Z", at: "20260112T020000Z")
        #expect(named.artifact == "20260112T020000Z")
        #expect(named.remarks == ["The artifact 20260112T020000Z is not known to be complete."])
        let old = try plan("complete: 20260112T020000Z", at: "20260101T020000Z")
        #expect(old.remarks == ["The artifact 20260101T020000Z is not the newest one: that is 20260112T020000Z."])
        // Of a status without that field nobody knows.
        #expect(try plan("count: 1").remarks == ["The artifact 20260112T020000Z is not known to be complete."])
    }

    @Test("Each artifact has a folder of its own, whatever it is and wherever it comes from")
    func folders() throws {
        for target in ["db/bucket", "files/restic", "objects/borg", "others/box", "cluster/bucket"] {
            let plans = try ["20260131T020000Z", "20260201T020000Z"].map {
                try RestorePlan(of: .fixture(Self.sources), target: target, at: $0)
            }
            for plan in plans {
                let lines = plan.steps.flatMap(\.lines)
                #expect(lines.contains { $0.contains("mkdir \(plan.source)-\(plan.artifact)") }, "\(target)")
                #expect(!lines.contains { $0.hasSuffix(" artifact") || $0.contains("artifact/") }, "\(target)")
            }
        }
    }

    /// The level of the namespace, and whether its environment is suspended: before, and while a restore has not ended.
    @Test(
        "After a step has failed a new shell puts everything back, and a second attempt takes nothing of the first for what was",
        arguments: [
            ("restricted", "false", "baseline true"), ("", "false", "baseline true"),
            ("restricted", "true", "baseline true"), ("privileged", "false", "privileged true"),
        ])
    func again(level: String, suspend: String, between: String) async throws {
        let plan = try RestorePlan(of: .fixture(Self.sources), target: "files/restic", at: "20260131T020000Z")
        let steps = plan.steps.drop { !$0.title.hasPrefix("Stop") }
        func script(_ steps: some Collection<RestorePlan.Step>) -> String {
            (RestorePlan.preamble + steps.flatMap(\.lines)).joined(separator: "\n")
        }
        let last = try #require(steps.last)
        let (_, output) = try await Shell.run(
            """
            now() { echo "$1 $? $(cat level) $(cat suspend)"; }
            bash all; now failed
            bash all; now failed
            bash last; now reset
            touch good
            bash all; now good
            ls pod *before-restore
            bash last; now without
            """,
            programs: [
                "kubectl": """
                #!/bin/bash
                case $* in
                    "get namespace "*pod-security*) cat level ;;
                    "get namespace "*) echo web ;;
                    "get appenv "*) echo "web $(cat suspend)" ;;
                    "label namespace "*enforce=*) label=${*: -1}; echo "${label##*=}" >level ;;
                    "label namespace "*) : >level ;;
                    "patch appenv "*true*) echo true >suspend ;;
                    "patch appenv "*) echo false >suspend ;;
                    # What is still there of a first attempt would be waited for.
                    "get pods "*) [ ! -f pod ] || { echo "mounted by the pod of before" >&2; exit 1; } ;;
                    "apply "*) touch pod ;;
                    "delete pod "*) rm -f pod ;;
                    "exec "*) [ -f good ] ;;
                esac
                """
            ],
            files: [
                "level": "\(level)\n", "suspend": "\(suspend)\n", "files-20260131T020000Z/data.tar": "",
                "all": script(steps), "last": last.lines.joined(separator: "\n"),
            ])
        let before = "\(level) \(suspend)"
        let states = output.split(separator: "\n").filter { line in
            ["failed", "reset", "good", "without"].contains { line.hasPrefix("\($0) ") }
        }
        #expect(
            states == [
                "failed 1 \(between)", "failed 1 \(between)", "reset 0 \(before)", "good 0 \(before)",
                "without 1 \(before)",
            ], "\(output)")
        #expect(output.contains("shop.before-restore is not here"), "\(output)")
        #expect(!output.contains("mounted by") && output.contains("cannot access 'pod'"), "\(output)")
    }

    @Test(
        "What is asked for wrongly is refused with what to write instead",
        arguments: [
            ("web", nil, "the sources of the policy are db"),
            ("db/nowhere", nil, "those of the policy are bucket, box"),
            ("db", nil, "name it with --at"), ("db", "yesterday", "they are named as in 20260131T020000Z"),
            ("db/box/x", nil, "is no target"),
        ] as [(String, String?, String)])
    func refused(target: String, at: String?, words: String) throws {
        let policy = try BackupPolicy.fixture()
        let error = #expect(throws: RestorePlan.Refusal.self) { try RestorePlan(of: policy, target: target, at: at) }
        #expect(error?.description.contains(words) == true)
    }
}
