/// Everything that is made from the CRDs, by its path.
struct Generation {
    private(set) var files: [(path: String, text: String)] = []

    /// - Throws: `GeneratorError` that names the file and what has to be done to it.
    init(from tree: SourceTree) throws(GeneratorError) {
        for path in try tree.manifests(in: "crds") {
            let definition = try Definition(tree.read(path), path: path)
            let source = "Sources/Reconcilers/\(definition.kind)/\(definition.kind)+Generated.swift"
            files.append((source, try SwiftSource(definition).text))
            let page = "docs/reference/\(definition.kind.lowercased()).md"
            let current = String(decoding: try tree.read(page), as: UTF8.self)
            files.append((page, try ReferencePage(current, of: definition, path: page).text))
        }
    }

    /// The files of the tree that differ from what is made.
    func differences(in tree: SourceTree) -> [(path: String, text: String)] {
        files.filter { file in (try? tree.read(file.path)) != Array(file.text.utf8) }
    }
}
