/// The values of a command's flags: from the command line, else the environment, else the default.
package struct Arguments: Sendable {
    private var values: [String: [String]] = [:]
    package private(set) var positional: [String] = []
    package private(set) var wantsHelp = false
    private let flags: [Flag]

    /// - Throws: `UsageError` that names the argument and what to write instead.
    package init(_ arguments: some Sequence<String>, flags: [Flag], environment: [String: String]) throws(UsageError) {
        self.flags = flags
        for flag in flags {
            if let value = environment[flag.environmentVariable], !value.isEmpty {
                values[flag.name] = flag.isRepeatable ? value.split(separator: ",").map(String.init) : [value]
            }
        }
        var given: Set<String> = []
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" {
                wantsHelp = true
            } else if argument == "--" {
                positional += rest
                rest = []
            } else if argument.hasPrefix("-"), argument != "-" {
                try take(argument, &rest, &given)
            } else {
                positional.append(argument)
            }
        }
    }

    private mutating func take(
        _ argument: String, _ rest: inout ArraySlice<String>, _ given: inout Set<String>
    ) throws(UsageError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let flag = flags.first(where: { "--\($0.name)" == parts[0] || $0.short.map { "-\($0)" } == parts[0] })
        else {
            throw UsageError("unknown flag \(parts[0]); see --help\(suggestion(for: parts[0]))")
        }
        let value: String
        if parts.count == 2 {
            value = parts[1]
        } else if flag.placeholder == nil {
            value = "true"
        } else if let next = rest.popFirst() {
            value = next
        } else {
            throw UsageError("flag --\(flag.name) needs a value: --\(flag.name) \(flag.placeholder ?? "")")
        }
        // The command line replaces what the environment said; only repeatable flags add up.
        if given.insert(flag.name).inserted { values[flag.name] = [] }
        if !flag.isRepeatable, values[flag.name]?.isEmpty == false {
            throw UsageError("flag --\(flag.name) is given twice; give it once")
        }
        values[flag.name, default: []].append(value)
    }

    private func suggestion(for argument: String) -> String {
        let word = argument.drop { $0 == "-" }
        guard let near = flags.first(where: { $0.name.contains(word) || word.contains($0.name) }) else { return "" }
        return " (did you mean --\(near.name)?)"
    }

    package func list(_ name: String) -> [String] {
        if let given = values[name] { return given }
        guard let flag = flags.first(where: { $0.name == name }), let value = flag.defaultValue else { return [] }
        return flag.isRepeatable ? value.split(separator: ",").map(String.init) : [value]
    }

    package func string(_ name: String) -> String? { list(name).last.flatMap { $0.isEmpty ? nil : $0 } }

    package func bool(_ name: String) throws(UsageError) -> Bool {
        switch string(name) ?? "false" {
        case "true", "1", "yes": return true
        case "false", "0", "no": return false
        case let other: throw UsageError("flag --\(name): \"\(other)\" is neither true nor false")
        }
    }

    package func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int {
        let text = string(name) ?? ""
        guard let value = Int(text), range.contains(value) else {
            throw UsageError(
                "flag --\(name): \"\(text)\" is no whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    package func number(_ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Double {
        let text = string(name) ?? ""
        guard let value = Double(text), range.contains(value) else {
            throw UsageError("flag --\(name): \"\(text)\" is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A length of time as Kubernetes' programs take it: `15s`, `2m`, `1h30m`, `500ms`.
    package func duration(_ name: String) throws(UsageError) -> Duration {
        let text = string(name) ?? ""
        guard let value = Duration(goText: text) else {
            throw UsageError("flag --\(name): \"\(text)\" is no length of time; write it as 15s, 2m or 1h30m")
        }
        return value
    }

    package func choice(_ name: String, of choices: [String]) throws(UsageError) -> String {
        let text = string(name) ?? ""
        guard choices.contains(text) else {
            throw UsageError("flag --\(name): \"\(text)\" is none of \(choices.joined(separator: ", "))")
        }
        return text
    }
}

extension Duration {
    /// Reads `1h30m`, `15s`, `1.5s`, `500ms`; `nil` where the text is something else or negative.
    package init?(goText text: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("h", 3600), ("m", 60), ("s", 1)]
        var rest = Substring(text)
        var seconds = 0.0
        guard !rest.isEmpty else { return nil }
        if rest == "0" {
            self = .zero
            return
        }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            guard let amount = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.0) }) else {
                return nil
            }
            seconds += amount * unit.1
            rest = rest.dropFirst(unit.0.count)
        }
        guard seconds.isFinite, seconds < 1e9 else { return nil }
        self = .milliseconds(Int64((seconds * 1000).rounded()))
    }
}
