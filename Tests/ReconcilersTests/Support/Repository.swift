import Foundation
import KubeAPI
import Testing

/// Files of the repository that tests read, found from the place of this source.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Whether `make golden` runs: golden files are written instead of compared.
    static let rewritesGolden = ProcessInfo.processInfo.environment["QM_GOLDEN"] == "rewrite"

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func yaml(_ path: String) throws -> [JSONValue] { try YAML.parse(text(path)) }

    /// The names of a folder's YAML files without their ending, sorted.
    static func cases(in folder: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// The paths of a folder's files, those of folders in it too, sorted.
    static func files(in folder: String, ending: String) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.allObjects ?? []
        return files.compactMap { $0 as? String }.filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }.sorted()
    }

    /// Compares a text with a file, or writes the file under `make golden`.
    static func expect(_ text: String, isGolden path: String, sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        let file = root.appending(path: path)
        if rewritesGolden {
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let golden = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(
            text == golden, "\(path) differs; look at it after QM_GOLDEN=rewrite", sourceLocation: sourceLocation)
    }
}
