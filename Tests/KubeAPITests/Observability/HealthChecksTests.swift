import KubeAPI
import Testing

@Suite("Health checks")
struct HealthChecksTests {
    private let checks = HealthChecks("readyz")

    @Test("all well is a short ok")
    func ok() {
        checks.add("informers") { .passing }
        #expect(checks.report() == .init(status: 200, body: "ok"))
    }

    @Test("verbose lists every check as kube-apiserver does")
    func verbose() {
        checks.add("informers") { .passing }
        #expect(
            checks.report(verbose: true).body == "[+]ping ok\n[+]informers ok\nreadyz check passed\n")
    }

    @Test("a failure is 500 and says which check and why, verbose or not", arguments: [true, false])
    func failure(verbose: Bool) {
        checks.add("informers") { .failing("pods is behind") }
        #expect(
            checks.report(verbose: verbose)
                == .init(
                    status: 500, body: "[+]ping ok\n[-]informers failed: pods is behind\nreadyz check failed\n"))
    }

    @Test("an excluded check counts as passed, an unknown exclusion is a warning")
    func exclusion() {
        checks.add("informers") { .failing("pods is behind") }
        let report = checks.report(verbose: true, excluding: ["informers", "typo"])
        #expect(report.status == 200)
        #expect(report.body.contains("[+]informers excluded: ok\n"))
        #expect(report.body.contains("no matches for \"typo\"\n"))
    }

    @Test("one check can be asked by its name")
    func single() {
        checks.add("informers") { .failing("pods is behind") }
        #expect(checks.report(of: "ping").status == 200)
        #expect(checks.report(of: "informers").status == 500)
        #expect(checks.report(of: "typo").status == 404)
    }
}
