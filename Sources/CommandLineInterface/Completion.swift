/// What a shell may offer for the word that is being written: from the same descriptions as the help.
///
/// The answer is that of Cobra's programs, which kubectl understands too: a candidate in each line, with a tab and what it means, and
/// at the end a colon and what the shell is to do besides.
package struct Completion: Sendable {
    /// The hidden command that shells call, with all words after the program's name.
    package static let command = "__complete"

    private enum Addition: Int {
        /// Names of files.
        case files = 0
        case nothing = 4
    }

    private struct Candidate {
        var text: String
        var meaning = ""
    }

    let commands: [any Command.Type]
    let environment: [String: String]

    /// - Parameter words: those after the program's name; the last one is being written, and may be empty.
    package func answer(to words: [String]) async -> String {
        let (words, isValue) = Self.joined(words)
        let current = words.last ?? ""
        let (candidates, addition) = await candidates(for: current, after: Array(words.dropLast()))
        let lines = candidates.filter { $0.text.hasPrefix(current) }.map { candidate in
            // Where the shell takes `--output=` for a word of its own, it wants what stands behind it alone.
            let text = isValue ? String(candidate.text.drop { $0 != "=" }.dropFirst()) : candidate.text
            return candidate.meaning.isEmpty ? text : "\(text)\t\(candidate.meaning)"
        }
        return (lines + [":\(addition.rawValue)"]).joined(separator: "\n")
    }

    private func candidates(for current: String, after words: [String]) async -> ([Candidate], Addition) {
        guard let name = words.first else {
            return (commands.map { Candidate(text: $0.name, meaning: $0.summary) }, .nothing)
        }
        guard let command = commands.first(where: { $0.name == name }) else { return ([], .nothing) }
        if let flag = Self.awaited(in: words, of: command.flags) { return Self.values(of: flag, prefix: "") }
        if current.hasPrefix("-") {
            if let sign = current.firstIndex(of: "="),
                let flag = command.flags.first(where: { "--\($0.name)" == current[..<sign] })
            {
                return Self.values(of: flag, prefix: "\(current[...sign])")
            }
            return (command.flags.map { Candidate(text: "--\($0.name)", meaning: $0.help) }, .nothing)
        }
        guard let arguments = try? Arguments(words.dropFirst(), flags: command.flags, environment: environment) else {
            return ([], .nothing)
        }
        return (await command.candidates(after: arguments).map { Candidate(text: $0) }, .nothing)
    }

    /// The flag whose value comes next.
    private static func awaited(in words: [String], of flags: [Flag]) -> Flag? {
        guard let last = words.dropFirst().last else { return nil }
        return flags.first { $0.placeholder != nil && ("--\($0.name)" == last || $0.short.map { "-\($0)" } == last) }
    }

    private static func values(of flag: Flag, prefix: String) -> ([Candidate], Addition) {
        let isFile = ["FILE", "PATH"].contains(flag.placeholder)
        let choices = flag.placeholder == "BOOL" ? ["true", "false"] : flag.choices
        return (choices.map { Candidate(text: prefix + $0) }, isFile ? .files : .nothing)
    }

    /// Bash makes three words of `--output=json`.
    private static func joined(_ words: [String]) -> (words: [String], isValue: Bool) {
        var joined: [String] = []
        var isValue = false
        for word in words {
            if word == "=", let last = joined.last, last.hasPrefix("--") {
                joined[joined.count - 1] = last + "="
                isValue = true
            } else if isValue, joined.last?.hasSuffix("=") == true {
                joined[joined.count - 1] += word
            } else {
                joined.append(word)
                isValue = false
            }
        }
        return (joined, isValue)
    }
}
