internal import Testing

@testable import KubeAPI

@Suite struct NamesTests {
    private static let long = String(repeating: "a", count: 63)

    @Test(
        "Label keys that Kubernetes takes are taken",
        arguments: ["a", "A1", "my.name", "a-b_c.d", "example.com/MyName", "a/b", "1/2", long, "x.y.z/\(long)"])
    func labelKeys(key: String) {
        #expect(Names.problems(ofLabelKey: key) == [])
    }

    @Test(
        "Other label keys are refused, with every rule that they break",
        arguments: [
            ("", ["name part must be non-empty", "name part must consist of alphanumeric characters"]),
            ("a/b/c", ["a valid label key must consist of alphanumeric characters"]),
            ("/a", ["prefix part must be non-empty"]),
            ("Ex.com/a", ["prefix part a lowercase RFC 1123 subdomain must"]),
            ("a/", ["name part must be non-empty", "name part must consist"]), ("-a", ["name part must consist"]),
            ("a.", ["name part must consist"]), ("a b", ["name part must consist"]), ("é", ["name part must consist"]),
            (long + "b", ["name part must be no more than 63 bytes"]),
            ("\(String(repeating: "a.", count: 130))a/x", ["prefix part must be no more than 253 bytes"]),
            ("a\n", ["name part must consist"]),
        ])
    func brokenLabelKeys(key: String, want: [String]) {
        let problems = Names.problems(ofLabelKey: key)
        #expect(problems.count == want.count)
        for (problem, prefix) in zip(problems, want) { #expect(problem.hasPrefix(prefix), "\(problem)") }
    }

    @Test(
        "Label values",
        arguments: [
            ("", 0), ("a", 0), ("A_b.c-1", 0), (long, 0), (long + "a", 1), ("-a", 1), ("a-", 1), ("a/b", 1), (" ", 1),
            (long + "a-", 2),
        ])
    func labelValues(value: String, problems: Int) {
        #expect(Names.problems(ofLabelValue: value).count == problems)
    }

    @Test(
        "Names of each kind are judged by their own rule",
        arguments: [
            ("a", [], [], []), ("a-1", [], [], []), ("1a", [], [], ["DNS-1035"]), ("a.b", ["dots"], [], ["DNS-1035"]),
            ("", ["RFC 1123 label"], ["RFC 1123 subdomain"], ["DNS-1035"]),
            ("A", ["RFC 1123 label"], ["RFC 1123 subdomain"], ["DNS-1035"]),
            ("a_b", ["RFC 1123 label"], ["RFC 1123 subdomain"], ["DNS-1035"]),
            ("a..b", ["RFC 1123 label"], ["RFC 1123 subdomain"], ["DNS-1035"]),
            ("a.-b", ["RFC 1123 label"], ["RFC 1123 subdomain"], ["DNS-1035"]),
            (long + "a", ["63 bytes"], [], ["63 bytes"]),
        ] as [(String, [String], [String], [String])])
    func names(name: String, label: [String], subdomain: [String], service: [String]) {
        func check(_ problems: [String], _ want: [String]) {
            #expect(problems.count == want.count)
            for (problem, part) in zip(problems, want) { #expect(problem.contains(part)) }
        }
        check(Names.problems(ofLabel: name), label)
        check(Names.problems(ofSubdomain: name), subdomain)
        check(Names.problems(ofLabel1035: name), service)
    }

    @Test("A message is the API server's, word for word")
    func wording() {
        #expect(
            Names.problems(ofSubdomain: "A") == [
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                    + #"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
            ])
    }

    @Test(
        "Path segments",
        arguments: [("a:b", []), (".", ["may not be '.'"]), ("a/%", ["may not contain '/'", "may not contain '%'"])]
            as [(String, [String])])
    func pathSegments(name: String, want: [String]) {
        #expect(Names.problems(ofPathSegment: name) == want)
    }
}
