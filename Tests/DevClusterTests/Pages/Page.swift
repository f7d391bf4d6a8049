import Foundation
import Testing

/// A page for people, and the commands that it tells them to paste.
struct Page: CustomTestStringConvertible {
    /// What is between two fences, and what the comment before it says.
    struct Block {
        var line: Int
        var language: String
        var text: String
        /// Why no test runs it: `<!-- not run: REASON -->`.
        var reasonNotToRun: String?
        /// `<!-- exit status 1 -->` of one of its commands; all others have to succeed.
        var exitStatus = 0

        var isForTheShell: Bool { ["sh", "bash", "console"].contains(language) }
    }

    /// What the shell gets in one piece, and what it answers if the page shows that.
    struct Command {
        var line: Int
        var text: String
        var exitStatus: Int
        var output: String?
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    let path: String
    let blocks: [Block]

    var name: String { URL(filePath: path).deletingPathExtension().lastPathComponent }
    var testDescription: String { path }

    /// README and the pages that lead through something; the reference and the runbooks are to be looked up.
    static var all: [Page] {
        get throws { try [Page("README.md")] + pages(in: "docs") + pages(in: "docs/guides") }
    }

    static func pages(in folder: String) throws -> [Page] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { $0.hasSuffix(".md") }.sorted().map { try Page("\(folder)/\($0)") }
    }

    private init(_ path: String) throws {
        self.init(path, try String(contentsOf: Self.root.appending(path: path), encoding: .utf8))
    }

    init(_ path: String, _ text: String) {
        self.path = path
        var blocks: [Block] = []
        var open: Block?
        var indent = 0
        var before = ""
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if let block = open {
                if trimmed == "```" {
                    blocks.append(block)
                    open = nil
                } else {
                    open?.text += line.dropFirst(min(indent, line.prefix { $0 == " " }.count)) + "\n"
                }
            } else if trimmed.hasPrefix("```") {
                indent = line.prefix { $0 == " " }.count
                open = Block(
                    line: index + 1, language: String(trimmed.dropFirst(3)), text: "",
                    reasonNotToRun: Self.comment(before, "not run:"),
                    exitStatus: Self.comment(before, "exit status").flatMap { Int($0.prefix { $0.isNumber }) } ?? 0)
            }
            if !trimmed.isEmpty { before = trimmed }
        }
        self.blocks = blocks
    }

    private static func comment(_ line: String, _ name: String) -> String? {
        guard line.hasPrefix("<!-- \(name)"), line.hasSuffix("-->") else { return nil }
        return line.dropFirst(5 + name.count).dropLast(3).trimmingCharacters(in: .whitespaces)
    }

    /// What is run, in the order of the page. In a `console` block a command begins with `$ `, and what follows is its output.
    var commands: [Command] {
        blocks.filter { $0.isForTheShell && $0.reasonNotToRun == nil }.flatMap { block -> [Command] in
            guard block.language == "console" else {
                return [Command(line: block.line, text: block.text, exitStatus: block.exitStatus, output: nil)]
            }
            return block.text.components(separatedBy: "\n$ ").enumerated().map { index, part in
                let lines = (index == 0 ? String(part.dropFirst(2)) : part).split(
                    separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                return Command(
                    line: block.line, text: "\(lines[0])\n", exitStatus: block.exitStatus,
                    output: lines.count > 1 ? String(lines[1]) : "")
            }
        }
    }
}
