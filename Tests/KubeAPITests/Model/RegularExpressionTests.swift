import Testing

@testable import KubeAPI

@Suite("Regular expressions")
struct RegularExpressionTests {
    @Test(
        "Each match is replaced, and what is between them stays",
        arguments: [
            ("a+", "caat a baaa", "c<aa>t <a> b<aaa>"), ("x", "none", "none"), ("^", "start", "<>start"),
            ("é", "cafés é", "caf<é>s <é>"), ("", "äb", "<>ä<>b<>"), ("a|$", "ba", "b<a><>"), (".*", "", "<>"),
        ])
    func replacing(pattern: String, text: String, want: String) throws {
        #expect(try RegularExpression(pattern).replacing(in: text) { "<\($0)>" } == want)
    }
}
