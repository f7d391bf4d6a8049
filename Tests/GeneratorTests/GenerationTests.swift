import Foundation
import Testing

@testable import Generator

@Suite("What is made from the CRDs")
struct GenerationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("What is committed is what the CRDs give")
    func committedFilesAreCurrent() throws {
        let tree = SourceTree(root: Self.root.path)
        let generation = try Generation(from: tree)
        #expect(generation.files.count == 8)
        #expect(generation.differences(in: tree).map(\.path) == [], "run make generate")
    }

    @Test("A page without a place for the fields is refused, with the mark that it lacks")
    func pageWithoutMark() throws {
        let definition = try Definition.fixture("spec: {type: object}")
        let error = #expect(throws: GeneratorError.self) {
            try ReferencePage("# Sample\n", of: definition, path: "docs/sample.md")
        }
        #expect(error?.description.contains("<!-- fields of spec, made by make generate -->") == true)
    }

    @Test("A page keeps what people wrote, and its table is replaced")
    func pageIsReplaced() throws {
        let definition = try Definition.fixture("spec: {properties: {size: {type: boolean, description: Wide.}}}")
        let page = "# Sample\n<!-- fields of spec, made by make generate -->\nold\n<!-- /fields -->\nWords.\n"
        let text = try ReferencePage(page, of: definition, path: "docs/sample.md").text
        #expect(
            text == """
                # Sample
                <!-- fields of spec, made by make generate -->

                | Field | Type | Default | Meaning |
                | --- | --- | --- | --- |
                | `size` | boolean |  | Wide. |

                <!-- /fields -->
                Words.

                """)
        #expect(try ReferencePage(text, of: definition, path: "docs/sample.md").text == text)
    }
}
