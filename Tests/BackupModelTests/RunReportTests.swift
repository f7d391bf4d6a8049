import BackupModel
import KubeAPI
import Testing

@Suite("Reports of runs")
struct RunReportTests {
    @Test("A report comes back as it was written")
    func comesBack() throws {
        var report = RunReport(.partial, "files changed: \"a\\b\"")
        (report.artifact, report.sizeBytes, report.count, report.deleted) = ("20260131T020000Z", 1 << 40, 30, 2)
        (report.verified, report.pruned, report.suspicion) = ("read", "Refused", "it shrank")
        (report.checked, report.unsound, report.part, report.durationSeconds) = (["a"], [], 3, 12)
        (report.oldest, report.complete) = ("20260101T020000Z", "20260130T020000Z")
        #expect(RunReport(terminationMessage: "words before\n\(report.line)\n") == report)
        #expect(report.line.hasPrefix(#"{"result":"Partial","#))
    }

    @Test("Twelve containers fit into what the kubelet keeps of a pod, whatever they have to say")
    func bounded() throws {
        var report = RunReport(.failed, String(repeating: "ü\"\n", count: 4000))
        report.suspicion = String(repeating: "s", count: 4000)
        report.finding = String(repeating: "f", count: 4000)
        report.checked = (0..<32).map { "source-number-\($0)-xxxxxx" }
        report.unsound = report.checked
        report.reason = "VerificationFailed"
        report.artifact = "20260131T020000Z"
        (report.oldest, report.complete) = ("20260101T020000Z", "20260130T020000Z")
        (report.sizeBytes, report.count) = (1 << 53, 1 << 53)
        #expect(report.line.utf8.count <= 12 * 1024 / 12)
        let read = try #require(RunReport(terminationMessage: report.line))
        #expect(read.result == .failed && read.count == 1 << 53 && read.reason == "VerificationFailed")
        #expect(read.message.hasSuffix("…"))
    }

    @Test("What was cut, and what is no report, is none")
    func cut() {
        let line = RunReport(.succeeded, "all is well").line
        for count in 0..<line.utf8.count {
            #expect(RunReport(terminationMessage: String(line.prefix(count))) == nil)
        }
        #expect(RunReport(terminationMessage: "restored 3 tables") == nil)
    }

    @Test("Numbers, words and choices that no run writes are left out")
    func bounds() throws {
        let text =
            #"{"result":"Succeeded","version":1,"message":"","artifact":"a b","complete":"$(reboot)","count":-1,"verified":"yes","pruned":"x","sizeBytes":9007199254740993}"#
        let report = try #require(RunReport(terminationMessage: text))
        #expect(report == RunReport(.succeeded))
    }
}
