import Foundation
import Support
import Testing

@Suite("Hooks by the agent", .onThreadsOfItsOwn)
struct HookTests {
    /// A kubectl with two pods, which runs commands here and writes down where.
    private func kubectl(_ sandbox: Sandbox, pods: String = #"pod/db-0\npod/db-1\n"#) throws {
        try sandbox.shim(
            "kubectl",
            #"""
            if [ "$1" = get ]; then echo "get $*" >>\#(sandbox.path("calls")); printf '\#(pods)'; exit; fi
            echo "$*" >>\#(sandbox.path("calls"))
            while [ "$1" != -- ]; do shift; done
            shift
            exec "$@"
            """#)
    }

    private func hook(
        _ sandbox: Sandbox, _ stage: String, _ command: [String], _ environment: [String: String] = [:]
    ) throws -> Report {
        try sandbox.run(
            "hook",
            [
                "QM_HOOK_STAGE": stage, "QM_HOOK_SELECTOR": "app=db", "QM_HOOK_CONTAINER": "", "QM_HOOK_TIMEOUT": "5",
                "QM_HOOK_ON_ERROR": "Fail",
            ].merging(environment) { $1 }, arguments: command,
            // Less than the slowest command here takes by itself.
            within: 40)
    }

    @Test("The command runs as it is in every running pod of the selector, in the container that is named")
    func everyPod() throws {
        let sandbox = try Sandbox()
        try kubectl(sandbox)
        let words = "it's $HOME; a \"word\""
        let report = try hook(
            sandbox, "pre", ["sh", "-c", "echo \"got: $1\"", "_", words], ["QM_HOOK_CONTAINER": "main"])
        #expect(report.result == "Succeeded", "\(report.all)")
        let calls = try String(contentsOfFile: sandbox.path("calls"), encoding: .utf8).split(separator: "\n")
        #expect(calls.count == 3 && calls[0].contains("--selector app=db"), "\(calls)")
        #expect(calls[0].contains("--namespace shop") && calls[0].contains("status.phase=Running"))
        #expect(calls[1].contains("exec --namespace shop pod/db-0 --container main -- sh -c"))
        #expect(calls[2].contains("pod/db-1"))
        #expect(report.log.components(separatedBy: "got: \(words)").count == 3)
    }

    @Test(
        "A pre hook that fails stops the run and the hooks after it; the post hooks still run, and the last ends the pod"
    )
    func preFails() throws {
        let sandbox = try Sandbox()
        try kubectl(sandbox)
        try sandbox.fillVolume()
        let puts = ["QM_DEFER_FAILURE": "true"]
        let first = try hook(sandbox, "pre", ["sh", "-c", "echo locked >&2; exit 3"], puts)
        // The pod has to get to the post hooks.
        #expect(first.status == 0 && first.result == "Failed", "\(first.all)")
        #expect(first.message.contains("pre hook sh: it failed in pod/db-0 (status 3): locked"), "\(first.all)")
        let second = try hook(sandbox, "pre", ["touch", sandbox.path("second")], puts)
        #expect(second.status == 0 && second.message.contains("skipped"))
        let source = try sandbox.run("source-pvc", sandbox.volumeSource.merging(puts) { $1 })
        #expect(source.status == 0 && source.result == "Failed" && source.message.contains("locked"), "\(source.all)")
        let post = try hook(sandbox, "post", ["touch", sandbox.path("post")], ["QM_HOOK_IS_LAST": "true"])
        #expect(post.status == 1 && post.result == "Failed" && post.message.contains("locked"), "\(post.all)")
        #expect(sandbox.files(in: ".").contains("post") && !sandbox.files(in: ".").contains("second"))
    }

    @Test("Post hooks run after a source that failed")
    func sourceFails() throws {
        let sandbox = try Sandbox()
        try kubectl(sandbox)
        try FileManager.default.createDirectory(atPath: sandbox.path("volume"), withIntermediateDirectories: true)
        let source = try sandbox.run(
            "source-pvc", sandbox.volumeSource.merging(["QM_DEFER_FAILURE": "true"]) { $1 })
        #expect(source.status == 0 && source.result == "Failed", "\(source.all)")
        let post = try hook(sandbox, "post", ["touch", sandbox.path("post")], ["QM_HOOK_IS_LAST": "true"])
        #expect(post.status == 1 && post.message.contains("the volume is empty"), "\(post.all)")
        #expect(sandbox.files(in: ".").contains("post"))
    }

    @Test("A post hook that fails leaves the backup, which is then no full success and prunes nothing")
    func postFails() throws {
        let sandbox = try Sandbox()
        try kubectl(sandbox)
        try sandbox.fillVolume()
        let source = try sandbox.run("source-pvc", sandbox.volumeSource)
        try #require(source.result == "Succeeded", "\(source.all)")
        let post = try hook(sandbox, "post", ["false"], ["QM_HOOK_IS_LAST": "true"])
        #expect(post.status == 0 && post.result == "Partial", "\(post.all)")
        let stored = try sandbox.deliver(sandbox.localDestination())
        #expect(stored.result == "Partial" && stored.string("pruned") == "Refused", "\(stored.all)")
        #expect(stored.message.contains("post hook false"))
    }

    @Test("A hook that takes too long is ended, one without pods fails, and Continue goes on")
    func limits() throws {
        let sandbox = try Sandbox()
        try kubectl(sandbox)
        let slow = try hook(sandbox, "pre", ["sleep", "50"], ["QM_HOOK_TIMEOUT": "1"])
        #expect(slow.status == 1 && slow.message.contains("took more than 1 s"), "\(slow.all)")
        let noisy = try hook(
            sandbox, "pre", ["sh", "-c", "while :; do echo more; sleep 0.1; done"], ["QM_HOOK_TIMEOUT": "1"])
        #expect(noisy.status == 1 && noisy.message.contains("took more than 1 s"), "\(noisy.all)")
        let goesOn = try hook(sandbox, "pre", ["false"], ["QM_HOOK_ON_ERROR": "Continue"])
        #expect(goesOn.status == 0 && goesOn.result == "Succeeded" && goesOn.message.contains("the run goes on"))
        try kubectl(sandbox, pods: "")
        let nobody = try hook(sandbox, "pre", ["true"])
        #expect(nobody.status == 1 && nobody.message.contains("no running pod has the labels app=db"), "\(nobody.all)")
    }

    @Test(
        "The address of the API server reaches kubectl, and nothing that can't be written keeps a post hook from running"
    )
    func lettingGo() throws {
        let sandbox = try Sandbox()
        try sandbox.shim(
            "kubectl",
            """
            if [ "$1" = get ]; then echo pod/db-0; exit; fi
            echo "$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT" >>\(sandbox.path("calls"))

            """)
        // A file is in the place of the folder.
        try sandbox.write("", to: "staging/hooks")
        let report = try hook(
            sandbox, "post", ["thaw"], ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "16443"])
        #expect(report.result == "Succeeded", "\(report.all)")
        #expect(try String(contentsOfFile: sandbox.path("calls"), encoding: .utf8) == "10.0.0.1:16443\n")
    }

    @Test(
        "What a source leaves can be written by the group: hooks and destinations are other users than sources as root")
    func shared() throws {
        let sandbox = try Sandbox()
        try kubectl(sandbox)
        try sandbox.fillVolume()
        _ = try hook(sandbox, "pre", ["true"])
        let source = try sandbox.run("source-pvc", sandbox.volumeSource)
        try #require(source.result == "Succeeded", "\(source.all)")
        for folder in ["hooks", "run", "artifact"] {
            let path = sandbox.path("staging/\(folder)")
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o770, "\(folder) has \(String(mode ?? 0, radix: 8))")
        }
    }
}
