extension CELEvaluation {
    /// Functions on texts; places are counted in code points.
    mutating func text(_ function: CELFunction, _ arguments: [CELValue]) throws(CELError) -> CELValue {
        guard case .string(let text) = arguments[0] else { throw .noSuchOverload }
        switch function {
        case .startsWith, .endsWith, .contains: return try affix(function, text, arguments[1])
        case .isIP, .isCIDR:
            try charge(traversing: text.utf8.count)
            return .bool(function == .isIP ? AddressText.isAddress(text) : AddressText.isRange(text))
        case .lowerAscii, .upperAscii:
            try charge(traversing: text.utf8.count)
            let letters = UInt8(ascii: function == .lowerAscii ? "A" : "a")
            let bytes = text.utf8.map { $0 >= letters && $0 < letters + 26 ? $0 ^ 0x20 : $0 }
            return .string(String(decoding: bytes, as: UTF8.self))
        case .trim:
            try charge(traversing: text.utf8.count)
            return .string(text.trimmed)
        case .charAt, .substring: return try part(function, text, arguments)
        case .split: return try split(text, arguments)
        case .replace: return try replaced(text, arguments)
        case .format: return try formatted(text, arguments[1])
        default: return try index(function, text, arguments)
        }
    }

    mutating func search(_ function: CELFunction, _ arguments: [CELValue]) throws(CELError) -> CELValue {
        guard case .string(let text) = arguments[0], case .string(let pattern) = arguments[1] else {
            throw .noSuchOverload
        }
        try charge(matching: text, pattern)
        let expression: RegularExpression
        do {
            expression = try RegularExpression(pattern)
        } catch {
            throw CELError(.evaluation, "error parsing regexp: \(error.reason)")
        }
        switch function {
        case .matches: return .bool(expression.isFound(in: text))
        case .find: return .string(expression.matches(in: text, limit: 1).first ?? "")
        default:
            let limit = try arguments.count == 3 ? Self.place(arguments[2]) : -1
            return .list(expression.matches(in: text, limit: limit < 0 ? .max : limit).map(CELValue.string))
        }
    }

    private mutating func affix(
        _ function: CELFunction, _ text: String, _ argument: CELValue
    ) throws(CELError) -> CELValue {
        guard case .string(let other) = argument else { throw .noSuchOverload }
        guard function == .contains else {
            try charge(traversing: text.utf8.count)
            let holds =
                function == .startsWith
                ? text.utf8.starts(with: other.utf8)
                : text.utf8.count >= other.utf8.count && text.utf8.suffix(other.utf8.count).elementsEqual(other.utf8)
            return .bool(holds)
        }
        try charge((text.utf8.count + 9) / 10 * ((other.utf8.count + 9) / 10))
        return .bool(Array(text.utf8).firstIndex(of: Array(other.utf8)) != nil)
    }

    private static func place(_ value: CELValue) throws(CELError) -> Int {
        guard case .int(let place) = value else { throw .noSuchOverload }
        return Int(place)
    }

    private mutating func part(
        _ function: CELFunction, _ text: String, _ arguments: [CELValue]
    ) throws(CELError) -> CELValue {
        try charge(traversing: text.utf8.count)
        let scalars = Array(text.unicodeScalars)
        let start = try Self.place(arguments[1])
        var end = scalars.count
        if function == .charAt {
            // Right behind the last one there is nothing.
            end = start < Int.max ? min(start + 1, end) : start
        } else if arguments.count == 3 {
            end = try Self.place(arguments[2])
        }
        for place in [start, end] where !(0...scalars.count).contains(place) {
            throw CELError(.evaluation, "index out of range: \(place)")
        }
        guard start <= end else {
            throw CELError(.evaluation, "invalid substring range. start: \(start), end: \(end)")
        }
        return .string(String(scalars[start..<end]))
    }

    private mutating func index(
        _ function: CELFunction, _ text: String, _ arguments: [CELValue]
    ) throws(CELError) -> CELValue {
        guard case .string(let other) = arguments[1] else { throw .noSuchOverload }
        try charge((text.utf8.count + 9) / 10 * max(1, (other.utf8.count + 9) / 10))
        let scalars = Array(text.unicodeScalars)
        let sought = Array(other.unicodeScalars)
        let isFirst = function == .indexOf
        var offset = isFirst ? 0 : scalars.count
        if arguments.count == 3 {
            offset = try Self.place(arguments[2])
            guard offset >= 0, isFirst || offset < scalars.count || scalars.isEmpty else {
                throw CELError(.evaluation, "index out of range: \(offset)")
            }
        }
        let last = scalars.count - sought.count
        guard last >= 0 else { return .int(-1) }
        let places =
            isFirst ? stride(from: offset, through: last, by: 1) : stride(from: min(offset, last), through: 0, by: -1)
        let found = places.first { scalars[$0..<($0 + sought.count)].elementsEqual(sought) }
        return .int(Int64(found ?? -1))
    }

    private mutating func split(_ text: String, _ arguments: [CELValue]) throws(CELError) -> CELValue {
        guard case .string(let separator) = arguments[1] else { throw .noSuchOverload }
        try charge(traversing: 2 * text.utf8.count)
        let limit = try arguments.count == 3 ? Self.place(arguments[2]) : -1
        guard limit != 0 else { return .list([]) }
        let parts = Array(text.utf8).split(by: Array(separator.utf8), limit: limit < 0 ? .max : limit)
        return .list(parts.map { .string(String(decoding: $0, as: UTF8.self)) })
    }

    private mutating func replaced(_ text: String, _ arguments: [CELValue]) throws(CELError) -> CELValue {
        guard case .string(let old) = arguments[1], case .string(let new) = arguments[2] else {
            throw .noSuchOverload
        }
        try charge(traversing: 2 * text.utf8.count)
        let limit = try arguments.count == 4 ? Self.place(arguments[3]) : -1
        guard limit != 0 else { return .string(text) }
        let most = limit < 0 ? .max : limit
        let parts: [ArraySlice<UInt8>]
        if old.isEmpty {
            // Before each character and at the end, as Go does.
            let end: [ArraySlice<UInt8>] = most > text.unicodeScalars.count ? [[]] : []
            parts = [[]] + Array(text.utf8).split(by: [], limit: most) + end
        } else {
            parts = Array(text.utf8).split(by: Array(old.utf8), limit: most == .max ? most : most + 1)
        }
        // The result may be longer than the text by any factor.
        try charge(traversing: parts.count * new.utf8.count)
        return .string(String(decoding: Array(parts.joined(separator: Array(new.utf8))), as: UTF8.self))
    }

    /// `%s`, `%d` and `%%`.
    private mutating func formatted(_ text: String, _ argument: CELValue) throws(CELError) -> CELValue {
        guard let values = argument.elements else { throw .noSuchOverload }
        try charge(traversing: text.utf8.count)
        var result = ""
        var rest = text.unicodeScalars[...]
        var used = 0
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let verb = rest.popFirst()
            if verb == "%" {
                result.append("%")
                continue
            }
            guard verb == "s" || verb == "d" else {
                throw CELError(
                    .evaluation, "could not parse formatting clause: '%\(verb.map(String.init) ?? "")' is not known")
            }
            guard used < values.count else { throw CELError(.evaluation, "index \(used) out of range") }
            let part =
                try verb == "d" ? CELConversion.string(.int(CELConversion.int(values[used]))) : shown(values[used])
            try charge(traversing: part.utf8.count)
            result += part
            used += 1
        }
        return .string(result)
    }

    private mutating func shown(_ value: CELValue) throws(CELError) -> String {
        try charge(1)
        if case .null = value { return "null" }
        if let elements = value.elements {
            var parts: [String] = []
            for element in elements { parts.append(try shown(element)) }
            return "[\(parts.joined(separator: ", "))]"
        }
        guard value.isMap, let keys = value.range else { return try CELConversion.string(value) }
        var parts: [String] = []
        for key in keys { parts.append("\(try shown(key)): \(try shown(value[key] ?? .null))") }
        return "{\(parts.sorted().joined(separator: ", "))}"
    }
}

extension String {
    fileprivate init(_ scalars: ArraySlice<Unicode.Scalar>) {
        self.init(String.UnicodeScalarView(scalars))
    }
}

extension [UInt8] {
    /// Where a part begins, looking from a place on.
    fileprivate func firstIndex(of part: [UInt8], from start: Int = 0) -> Int? {
        guard count - part.count >= start else { return nil }
        return (start...(count - part.count)).first { self[$0..<($0 + part.count)].elementsEqual(part) }
    }

    /// The parts between separators, the last of which has what is left; characters where the separator is empty.
    fileprivate func split(by separator: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        while parts.count < limit - 1 {
            let end: Int?
            if separator.isEmpty {
                end = indices.dropFirst(start + 1).first { self[$0] & 0xC0 != 0x80 }
            } else {
                end = firstIndex(of: separator, from: start)
            }
            guard let end else { break }
            parts.append(self[start..<end])
            start = end + separator.count
        }
        return parts + (start < count || !separator.isEmpty ? [self[start...]] : [])
    }
}
