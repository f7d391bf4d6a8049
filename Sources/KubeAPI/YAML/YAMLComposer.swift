/// Builds values from the events of a reader.
struct YAMLComposer: ~Copyable {
    private typealias Event = (event: YAMLEvent, mark: YAMLMark)

    /// A finished node; `cost` is what an alias to it adds to the document.
    private struct Node {
        var value: JSONValue
        var cost: Int
    }

    private var reader: YAMLReader
    private let booleans: YAML.Booleans
    private var anchors: [String: Node] = [:]
    /// Anchors whose node is being read: an alias to one of them would be endless.
    private var openAnchors: Set<String> = []
    private var expansion = 0

    init(_ reader: consuming YAMLReader, booleans: YAML.Booleans) {
        self.reader = reader
        self.booleans = booleans
    }

    mutating func documents() throws(JSONError) -> [JSONValue] {
        var documents: [JSONValue] = []
        while true {
            switch try reader.next().event {
            case .streamEnd: return documents
            case .documentStart:
                anchors = [:]
                let root = try reader.next()
                let value = try node(root, depth: 0).value
                if !Self.isEmptyDocument(root.event) { documents.append(value) }
            default: break
            }
        }
    }

    private static func isEmptyDocument(_ event: YAMLEvent) -> Bool {
        if case .scalar("", nil, true, nil) = event { true } else { false }
    }

    private mutating func node(_ start: Event, depth: Int) throws(JSONError) -> Node {
        switch start.event {
        case .alias(let name): return try alias(name, start.mark)
        case .scalar(let text, let tag, let isPlain, let anchor):
            let node = Node(value: try scalar(text, tag, isPlain, start.mark), cost: 8 + text.utf8.count)
            if let anchor { anchors[anchor] = node }
            return node
        case .sequenceStart(let anchor): return try container(anchor, start.mark, depth, isMapping: false)
        case .mappingStart(let anchor): return try container(anchor, start.mark, depth, isMapping: true)
        default: throw start.mark.error(.syntax, "a value is missing")
        }
    }

    private func scalar(_ text: String, _ tag: String?, _ isPlain: Bool, _ mark: YAMLMark) throws(JSONError)
        -> JSONValue
    {
        do {
            return try YAMLScalar.resolve(text, tag: tag, isPlain: isPlain, booleans)
        } catch .mismatch(let tag) {
            throw mark.error(.value, "the value is no \(tag)")
        } catch .notFinite {
            throw mark.error(.value, "infinity and NaN have no JSON form; quote the text if it is a string")
        } catch {
            throw mark.error(.value, "the value of !!binary is not base64 of UTF-8 text")
        }
    }

    private mutating func alias(_ name: String, _ mark: YAMLMark) throws(JSONError) -> Node {
        if openAnchors.contains(name) { throw mark.error(.value, "the anchor &\(name) contains itself") }
        guard let node = anchors[name] else {
            throw mark.error(.value, "there is no anchor &\(name) before this alias")
        }
        expansion += node.cost
        guard expansion <= YAML.maximumAliasExpansion else {
            throw mark.error(.value, "aliases expand the document beyond \(YAML.maximumAliasExpansion >> 20) MiB")
        }
        return node
    }

    private mutating func container(
        _ anchor: String?, _ mark: YAMLMark, _ depth: Int, isMapping: Bool
    ) throws(JSONError) -> Node {
        guard depth < YAML.maximumDepth else {
            throw mark.error(.value, "nested more than \(YAML.maximumDepth) levels deep")
        }
        if let anchor { openAnchors.insert(anchor) }
        let node = isMapping ? try mapping(depth) : try sequence(depth)
        if let anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = node
        }
        return node
    }

    private mutating func sequence(_ depth: Int) throws(JSONError) -> Node {
        var elements: [JSONValue] = []
        var cost = 8
        while true {
            let next = try reader.next()
            if case .sequenceEnd = next.event { return Node(value: .array(elements), cost: cost) }
            let element = try node(next, depth: depth + 1)
            elements.append(element.value)
            cost += element.cost
        }
    }

    private mutating func mapping(_ depth: Int) throws(JSONError) -> Node {
        var fields = JSONObject()
        var merges: [JSONObject] = []
        var cost = 8
        while true {
            let next = try reader.next()
            if case .mappingEnd = next.event { break }
            let isMerge = Self.isMergeKey(next.event)
            let key = try key(next)
            let value = try reader.next()
            let child = try node(value, depth: depth + 1)
            cost += key.utf8.count + child.cost
            if isMerge {
                merges += try Self.mergeSources(child.value, value.mark)
            } else if fields.contains(key) {
                throw next.mark.error(.value, "the key \"\(key)\" stands here a second time")
            } else {
                fields[key] = child.value
            }
        }
        for source in merges {
            for (key, value) in source where !fields.contains(key) { fields[key] = value }
        }
        return Node(value: .object(fields), cost: cost)
    }

    private static func isMergeKey(_ event: YAMLEvent) -> Bool {
        guard case .scalar("<<", let tag, let isPlain, _) = event else { return false }
        return tag == YAMLScalar.tagPrefix + "merge" || (isPlain && tag == nil)
    }

    private static func mergeSources(_ value: JSONValue, _ mark: YAMLMark) throws(JSONError) -> [JSONObject] {
        if let fields = value.object { return [fields] }
        guard let sources = value.array?.map(\.object), !sources.contains(nil) else {
            throw mark.error(.value, "a merge key (<<) takes a mapping or a list of mappings")
        }
        return sources.compactMap(\.self)
    }

    /// Keys of JSON are strings, so numbers and booleans become their text: `010: x` is the field `8`.
    private mutating func key(_ start: Event) throws(JSONError) -> String {
        switch start.event {
        case .scalar, .alias: break
        default: throw start.mark.error(.value, "a key must be a string, a number or a boolean")
        }
        switch try node(start, depth: 0).value {
        case .string(let text): return text
        case .null: throw start.mark.error(.value, "a key must not be null; quote it if it is a string")
        case .array, .object: throw start.mark.error(.value, "a key must be a string, a number or a boolean")
        case let scalar: return scalar.serializedString()
        }
    }
}
