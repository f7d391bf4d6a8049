import Foundation
import Testing

@Suite("Pages that run", .timeLimit(.minutes(10)))
struct PageTests {
    @Test("Every block of commands is run by a test, or says why not")
    func marks() throws {
        let pages = try Page.all
        for page in pages {
            for block in page.blocks {
                #expect(!block.language.isEmpty, "\(page.path):\(block.line) has no language")
                #expect(block.reasonNotToRun != "", "\(page.path):\(block.line) gives no reason")
                #expect(
                    block.reasonNotToRun == nil || block.isForTheShell, "\(page.path):\(block.line) is never run anyway"
                )
            }
        }
        #expect(pages.count { !$0.commands.isEmpty } > 5)
    }

    @Test(
        "The commands of a page do what the page says",
        .enabled(if: Self.hasKubectl, "there is no kubectl of 1.31 or newer"),
        arguments: try Page.all.filter { !$0.commands.isEmpty })
    func commands(page: Page) async throws {
        if let problem = try await PageRun.problem(of: page) { Issue.record("\(problem)") }
    }

    @Test("Manifests of ours on pages are valid")
    func manifests() async throws {
        let pages = try Page.all + Page.pages(in: "docs/reference")
        let manifests = pages.flatMap(\.blocks).filter {
            $0.language == "yaml" && $0.text.contains("apiVersion: quartermaster.dev/")
                && !$0.text.hasPrefix(" ")
        }.map(\.text)
        #expect(manifests.count > 1)
        let (status, output) = try await PageRun.validate(manifests)
        #expect(status == 0, "\(output)")
    }

    @Test(
        "Shown output is compared without what differs each time",
        arguments: [
            ("NAME   AGE\nweb    3m\n", "NAME  AGE\nweb   12s\n", true),
            ("pod/web-7d9f8c6b5d-x2x4z Running\n", "pod/web-6c5f7d8b9c-q9q8w Running\n", true),
            ("a … c\n…\nz\n", "a b c\nd\ne\nz\n", true),
            ("web 1.4.2\n", "web 1x4.2\n", false),
            ("a\n", "a\nb\n", false),
            ("a\nb\n", "a\n", false),
        ])
    func comparison(shown: String, output: String, want: Bool) throws {
        #expect(try ShownOutput(shown).matches(output) == want)
    }

    @Test("A block is what is between fences, without its indent; the comment before it counts")
    func blocks() {
        let page = Page(
            "x.md",
            "<!-- not run: why -->\n```sh\na\n```\n- b:\n\n  <!-- exit status 1 -->\n  ```console\n  $ c\n  d\n  $ e\n  ```\n"
        )
        #expect(page.blocks.map(\.reasonNotToRun) == ["why", nil])
        #expect(page.commands.map(\.text) == ["c\n", "e\n"])
        #expect(page.commands.map(\.output) == ["d", ""])
        #expect(page.commands.map(\.exitStatus) == [1, 1])
    }

    /// One that knows what pages use; `make deps-test` installs it where the machine has none, or an old one.
    private static let hasKubectl = {
        let script = "PATH=.build/kubectl:$PATH; kubectl wait --help | grep -q for=create"
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = Page.root
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}
