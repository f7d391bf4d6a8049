import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Label syntax")
struct LabelSyntaxTests {
    /// The expression that the CRD has for keys.
    private static let pattern =
        "^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"

    @Test(
        "A key is a name, or a domain and a name, for the CRD's expression as well",
        arguments: [
            ("workload", true), ("a", true), ("example.com/workload", true), ("a-b.c_d", true), ("A1", true),
            ("", false), ("/a", false), ("a/", false), ("a/b/c", false), ("Example.com/a", false), ("-a", false),
            ("a-", false), ("ex..com/a", false), ("ex-.com/a", false), ("ä", false), ("a b", false),
            (String(repeating: "n", count: 63), true), (String(repeating: "n", count: 64), false),
        ])
    func keys(key: String, isKey: Bool) {
        #expect(LabelSyntax.isKey(key) == isKey)
        #expect(key.matches(pattern: Self.pattern) == isKey)
    }

    @Test("A key of more than 317 characters is none")
    func length() {
        let domain = String(repeating: "d", count: 253)
        #expect(LabelSyntax.isKey("\(domain)/\(String(repeating: "n", count: 63))"))
        #expect(!LabelSyntax.isKey("\(domain)d/\(String(repeating: "n", count: 63))"))
    }

    @Test(
        "Keys under kubernetes.io and k8s.io are reserved",
        arguments: [
            ("kubernetes.io/a", true), ("node.kubernetes.io/a", true), ("k8s.io/a", true), ("a.b.k8s.io/a", true),
            ("notkubernetes.io/a", false), ("kubernetes.io", false), ("example.com/kubernetes.io", false),
        ])
    func reserved(key: String, isReserved: Bool) {
        #expect(LabelSyntax.isReserved(key) == isReserved)
        #expect(key.matches(pattern: "^([^/]*[.])?(kubernetes|k8s)[.]io/") == isReserved)
    }
}
