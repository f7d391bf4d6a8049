internal import CommandLineInterface
internal import KubeAPI

/// Values of Compose files in the many ways in which they can be written.
enum ComposeValue {
    /// The text of a scalar.
    static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text): text
        case .integer, .number, .bool: value?.serializedString()
        default: nil
        }
    }

    /// A field that says yes or no, in the spellings that Compose takes there. Source: compose-go, `toBoolean`.
    static func flag(_ value: JSONValue?) -> Bool? {
        switch text(value)?.lowercased() {
        case "true", "1", "y", "yes", "on": true
        case "false", "0", "n", "no", "off": false
        default: nil
        }
    }

    /// A list, or a scalar as a list of one.
    static func texts(_ value: JSONValue?) -> [String] {
        (value?.array ?? [value].compactMap(\.self)).compactMap(text)
    }

    /// A map, or a list of `KEY=value`; a key alone has null.
    static func pairs(_ value: JSONValue?) -> JSONObject {
        if let fields = value?.object { return fields }
        var pairs = JSONObject()
        for entry in texts(value) {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            pairs[parts[0]] = parts.count == 2 ? .string(parts[1]) : .null
        }
        return pairs
    }

    /// The names of `depends_on`, `networks` and their like: a list, or the keys of a map.
    static func names(_ value: JSONValue?) -> [String] { value?.object.map { Array($0.keys) } ?? texts(value) }

    /// Words of a command, as a shell would split them.
    static func words(_ value: JSONValue?) -> [String]? {
        if value?.array != nil { return texts(value) }
        guard let text = text(value) else { return nil }
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
                word = (word ?? "") + String(character)
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let ended = word { words.append(ended) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        return words + [word].compactMap(\.self)
    }

    /// Bytes as Compose counts them (`512m`, `1gb`), as a quantity.
    static func bytes(_ value: JSONValue?) -> String? {
        guard let text = text(value)?.lowercased() else { return nil }
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = [
            "": 1, "b": 1, "k": 1024, "m": 1_048_576, "g": 1_073_741_824, "t": 1_099_511_627_776,
        ]
        var unit = text.dropFirst(digits.count).trimmed
        if unit.count > 1, unit.hasSuffix("b") { unit.removeLast() }
        if unit.count > 1, unit.hasSuffix("i") { unit.removeLast() }
        guard let amount = Double(digits), let factor = units[unit], amount > 0, amount < 1e6 || factor == 1 else {
            return nil
        }
        guard let bytes = Int64(exactly: (amount * factor).rounded()) else { return nil }
        for (suffix, shift) in [("Gi", 30), ("Mi", 20), ("Ki", 10)] where bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(suffix)"
        }
        return "\(bytes)"
    }

    /// CPUs (`0.5`), as a quantity.
    static func cpus(_ value: JSONValue?) -> String? {
        guard let text = text(value), let amount = Double(text), amount > 0, amount < 1e6 else { return nil }
        let milli = Int64((amount * 1000).rounded(.up))
        return milli % 1000 == 0 ? "\(milli / 1000)" : "\(milli)m"
    }

    /// Whole seconds, at least one; a number alone is seconds.
    static func seconds(_ value: JSONValue?) -> Int64? {
        guard let text = text(value) else { return nil }
        let duration = Duration(goText: text.allSatisfy(\.isNumber) ? "\(text)s" : text)
        return duration.map { max(1, $0.components.seconds + ($0.components.attoseconds > 0 ? 1 : 0)) }
    }
}

/// A port of a service.
struct ComposePort: Hashable {
    var port: Int
    var isUDP: Bool
    /// Whether it is open on the host.
    var isPublished: Bool

    /// `8080:80`, `127.0.0.1:8080:80/udp`, `80`, `3000-3005:3000-3005`, or the long form.
    ///
    /// - Returns: `nil` where it can't be read.
    static func ports(_ value: JSONValue, isPublished: Bool) -> [ComposePort]? {
        var text = ComposeValue.text(value) ?? ""
        var transport = value["protocol"]?.string ?? "tcp"
        if let target = ComposeValue.text(value["target"]) { text = target }
        if let slash = text.lastIndex(of: "/") {
            transport = text[text.index(after: slash)...].lowercased()
            text = String(text[..<slash])
        }
        let container = text.split(separator: ":").last ?? ""
        let bounds = container.split(separator: "-").map { Int($0) }
        guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, first <= last, last - first < 16,
            (1...65535).contains(first), (1...65535).contains(last), ["tcp", "udp"].contains(transport)
        else { return nil }
        return (first...last).map { ComposePort(port: $0, isUDP: transport == "udp", isPublished: isPublished) }
    }
}

/// What a service mounts.
struct ComposeMount: Hashable {
    enum Kind: Hashable {
        case volume(String)
        case anonymous
        case memory(size: String?)
        case host(String)
    }

    var kind: Kind
    var path: String
    var isReadOnly: Bool
    /// Whether a volume takes the place of a folder of the host.
    private(set) var isOfHost = false

    /// The same with a volume where a folder of the host is, if that may hold data. What is read only, lies below `/etc` or
    /// has the name of a file is rather configuration.
    var withData: ComposeMount {
        guard case .host(let source) = kind, !isReadOnly, let last = source.split(separator: "/").last,
            !last.contains("."),
            !["/etc/", "/docker-entrypoint", "/run/", "/var/run/", "/proc", "/sys", "/dev"].contains(where: {
                "\(path)/".hasPrefix($0) || "\(source)/".hasPrefix($0)
            })
        else { return self }
        var mount = self
        mount.kind = .volume(source)
        mount.isOfHost = true
        return mount
    }

    /// `data:/var/lib/data:ro`, `./conf:/etc/conf`, `/tmp`, or the long form.
    ///
    /// - Returns: `nil` where it can't be read.
    init?(_ value: JSONValue) {
        if value.object != nil {
            guard let path = value["target"]?.string else { return nil }
            let source = value["source"]?.string
            self.path = path
            isReadOnly = ComposeValue.flag(value["read_only"]) == true
            switch value["type"]?.string {
            case "tmpfs": kind = .memory(size: ComposeValue.bytes(value["tmpfs"]?["size"]))
            case "bind": kind = .host(source ?? "")
            case "volume", nil: kind = source.map { $0.isEmpty ? .host("") : .volume($0) } ?? .anonymous
            default: return nil
            }
            return
        }
        guard let text = value.string else { return nil }
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        isReadOnly = parts.count > 2 && parts[2].split(separator: ",").contains("ro")
        if parts.count == 1 {
            kind = .anonymous
            path = parts[0]
        } else {
            let source = parts.removeFirst()
            kind = source.isEmpty || source.contains { "/.~$\\".contains($0) } ? .host(source) : .volume(source)
            path = parts[0]
        }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    }
}
