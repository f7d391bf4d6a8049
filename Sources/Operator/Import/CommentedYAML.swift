internal import KubeAPI

/// A YAML document with comments at the places that they are about.
struct CommentedYAML {
    /// Names of fields, and places in lists as numbers.
    typealias Path = [String]

    private(set) var document: JSONValue
    private var comments: [Path: [String]] = [:]

    init(_ document: JSONValue) { self.document = document }

    /// Puts a comment above the value at a path or, where that is not there, above the nearest one that holds it.
    mutating func comment(_ text: String, at path: Path) {
        comments[existing(path), default: []].append(text)
    }

    /// Removes a value; its comments go to what holds it.
    mutating func remove(at path: Path) {
        guard let last = path.last else { return }
        let holder = Path(path.dropLast())
        let isElement = Self.value(document, at: holder)?.array != nil
        document = Self.removing(path[...], from: document)
        var kept: [Path: [String]] = [:]
        for (place, texts) in comments.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            kept[Self.moved(place, holder, last, isElement), default: []] += texts
        }
        comments = kept
    }

    /// Where a comment stands after an element or a field of `holder` is gone.
    private static func moved(_ place: Path, _ holder: Path, _ last: String, _ isElement: Bool) -> Path {
        guard place.count > holder.count, Path(place.prefix(holder.count)) == holder else { return place }
        let step = place[holder.count]
        if step == last { return holder }
        guard isElement, let index = Int(step), let removed = Int(last), index > removed else { return place }
        return holder + [String(index - 1)] + place.dropFirst(holder.count + 1)
    }

    /// As much of a path as leads to something.
    func existing(_ path: Path) -> Path {
        var path = path
        while !path.isEmpty, Self.value(document, at: path) == nil { path.removeLast() }
        return path
    }

    /// The document as text, which reads back as the same value.
    func text() -> String {
        (commentLines(at: []) + lines(of: document, at: [])).map { "\($0)\n" }.joined()
    }

    // MARK: Lines

    private func lines(of value: JSONValue, at path: Path) -> [String] {
        switch value {
        case .object(let fields) where !fields.isEmpty:
            return fields.flatMap { key, value in
                commentLines(at: path + [key]) + field(key, value, at: path + [key])
            }
        case .array(let elements) where !elements.isEmpty:
            return elements.enumerated().flatMap { index, element in
                let place = path + [String(index)]
                return commentLines(at: place) + Self.item(lines(of: element, at: place))
            }
        default:
            // As an element, for libyaml would end a document that is one plain scalar with three dots.
            return Self.textLines([value]).map { String($0.dropFirst(2)) }
        }
    }

    private func field(_ key: String, _ value: JSONValue, at path: Path) -> [String] {
        let isBlock = value.object?.isEmpty == false || value.array?.isEmpty == false
        guard isBlock else { return Self.textLines(.object([key: value])) }
        // A key with line breaks has a line of its own.
        var head = Self.textLines(.object([key: 0]))
        head[head.count - 1].removeLast(2)
        return head + lines(of: value, at: path).map { "  \($0)" }
    }

    /// The comments of an element's first field stand above the dash.
    private static func item(_ lines: [String]) -> [String] {
        let comments = lines.prefix { $0.hasPrefix("#") }
        return comments
            + lines.dropFirst(comments.count).enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
    }

    private static func textLines(_ value: JSONValue) -> [String] {
        YAML.write(value).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    private func commentLines(at path: Path) -> [String] {
        (comments[path] ?? []).flatMap(Self.commentLines)
    }

    /// A text may hold what somebody else wrote: no line of it is without its mark. Lines that are indented are not filled.
    private static func commentLines(_ text: String) -> [String] {
        var lines: [String] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let plain = String(line.map { isControl($0) ? " " : $0 })
            lines += plain.hasPrefix(" ") ? [plain] : filled(plain)
        }
        return lines.map { $0.isEmpty ? "#" : "# \($0)" }
    }

    private static func isControl(_ character: Character) -> Bool {
        character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    private static func filled(_ line: String) -> [String] {
        var lines: [String] = [""]
        for word in line.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + word.count < 100 {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    // MARK: Values at paths

    static func value(_ document: JSONValue, at path: Path) -> JSONValue? {
        var value = document
        for step in path {
            let child: JSONValue?
            if let elements = value.array {
                child = Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                child = value.object?[step]
            }
            guard let child else { return nil }
            value = child
        }
        return value
    }

    private static func removing(_ path: ArraySlice<String>, from value: JSONValue) -> JSONValue {
        guard let step = path.first else { return value }
        let rest = path.dropFirst()
        if var elements = value.array {
            guard let index = Int(step), elements.indices.contains(index) else { return value }
            if rest.isEmpty {
                elements.remove(at: index)
            } else {
                elements[index] = removing(rest, from: elements[index])
            }
            return .array(elements)
        }
        guard var fields = value.object, let child = fields[step] else { return value }
        fields[step] = rest.isEmpty ? nil : removing(rest, from: child)
        return .object(fields)
    }
}
