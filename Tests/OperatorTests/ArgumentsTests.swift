import CommandLineInterface
import Testing

@testable import Operator

@Suite("Command line")
struct ArgumentsTests {
    private static let flags = [
        Flag("kube-api-qps", "NUMBER", default: "50", help: "requests a second"),
        Flag("file", "FILE", short: "f", isRepeatable: true, help: "a manifest"),
        Flag("leader-elect", default: "false", help: "a switch"),
        Flag("resync", "DURATION", default: "10m", help: "how often"),
    ]

    private func parse(_ arguments: [String], environment: [String: String] = [:]) throws(UsageError) -> Arguments {
        try Arguments(arguments, flags: Self.flags, environment: environment)
    }

    @Test("A flag is read from the command line, else from the environment, else it has its default")
    func precedence() throws {
        #expect(try parse([]).string("kube-api-qps") == "50")
        #expect(try parse([], environment: ["QM_KUBE_API_QPS": "7"]).string("kube-api-qps") == "7")
        #expect(
            try parse(["--kube-api-qps", "9"], environment: ["QM_KUBE_API_QPS": "7"]).string("kube-api-qps") == "9")
        #expect(try parse(["--kube-api-qps=9"]).string("kube-api-qps") == "9")
    }

    @Test("A repeatable flag adds up, by its letter too, and replaces the environment's list")
    func repeatable() throws {
        #expect(try parse(["-f", "a", "--file=b"]).list("file") == ["a", "b"])
        #expect(try parse(["-f", "a"], environment: ["QM_FILE": "x,y"]).list("file") == ["a"])
        #expect(try parse([], environment: ["QM_FILE": "x,y"]).list("file") == ["x", "y"])
    }

    @Test(
        "What is wrong is said with the flag and what to write instead",
        arguments: [
            (["--kube-api-pqs=1"], "unknown flag --kube-api-pqs; see --help"),
            (["--kube-api"], "unknown flag --kube-api; see --help (did you mean --kube-api-qps?)"),
            (["--file"], "flag --file needs a value: --file FILE"),
            (["--resync=1m", "--resync=2m"], "flag --resync is given twice; give it once"),
        ])
    func usageErrors(arguments: [String], wantMessage: String) {
        let error = #expect(throws: UsageError.self) { try parse(arguments) }
        #expect(error?.description == wantMessage)
    }

    @Test("A value of the wrong type is refused with its flag")
    func wrongTypes() throws {
        let arguments = try parse(["--kube-api-qps=many", "--leader-elect=perhaps", "--resync=ten"])
        #expect(throws: UsageError.self) { try arguments.number("kube-api-qps", in: 0...1000) }
        #expect(throws: UsageError.self) { try arguments.bool("leader-elect") }
        #expect(throws: UsageError.self) { try arguments.duration("resync") }
        #expect(throws: UsageError.self) { try parse(["--kube-api-qps=0"]).integer("kube-api-qps", in: 1...5) }
    }

    @Test("A switch needs no value, and what follows -- is no flag")
    func switches() throws {
        let arguments = try parse(["--leader-elect", "--", "--file"])
        #expect(try arguments.bool("leader-elect"))
        #expect(arguments.positional == ["--file"])
    }

    @Test(
        "Lengths of time are read as Kubernetes' programs read them",
        arguments: [
            ("15s", Duration.seconds(15)), ("1h30m", .seconds(5400)), ("500ms", .milliseconds(500)),
            ("1.5s", .milliseconds(1500)), ("0", .zero),
        ])
    func durations(text: String, want: Duration) {
        #expect(Duration(goText: text) == want)
    }

    @Test("What is no length of time is none", arguments: ["", "5", "s", "-1s", "5 s", "1e3s", "1d"])
    func noDurations(text: String) {
        #expect(Duration(goText: text) == nil)
    }

    @Test("An unknown command and a missing one exit 2, help and version exit 0")
    func exitStatus() async {
        #expect(await CommandLineProgram.quartermaster.run(arguments: ["rnu"], environment: [:]) == .error)
        #expect(await CommandLineProgram.quartermaster.run(arguments: [], environment: [:]) == .error)
        #expect(await CommandLineProgram.quartermaster.run(arguments: ["--help"], environment: [:]) == .fine)
        #expect(await CommandLineProgram.quartermaster.run(arguments: ["version"], environment: [:]) == .fine)
        #expect(
            await CommandLineProgram.quartermaster.run(arguments: ["version", "extra"], environment: [:]) == .error)
    }
}
