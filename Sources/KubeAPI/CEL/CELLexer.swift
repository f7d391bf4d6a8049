/// Splits an expression into tokens.
struct CELLexer {
    private let bytes: [UInt8]
    private var position = 0

    private static let words: Set = ["in", "true", "false", "null"]
    /// The longer ones first.
    private static let symbols = [
        "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+",
        "*", "/", "%",
    ].map { Array($0.utf8) }

    init(_ source: String) { bytes = Array(source.utf8) }

    /// All tokens; the last one is `.end`.
    static func tokens(of source: String) throws(CELError) -> [CELToken] {
        var lexer = CELLexer(source)
        var tokens: [CELToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(CELError) -> CELToken {
        skipSpace()
        let start = position
        guard let byte = peek() else { return CELToken(kind: .end, position: start) }
        let kind: CELToken.Kind =
            if let literal = try stringLiteral() {
                literal
            } else if byte.isDecimalDigit || (byte == UInt8(ascii: ".") && peek(1)?.isDecimalDigit == true) {
                try number()
            } else if byte.startsName {
                name()
            } else {
                try symbol()
            }
        return CELToken(kind: kind, position: start)
    }

    private func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private mutating func skipSpace() {
        while let byte = peek() {
            if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
                while let next = peek(), next != UInt8(ascii: "\n") { position += 1 }
            } else if byte == UInt8(ascii: " ") || (9...13).contains(byte) && byte != 11 {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func taken(while condition: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = peek(), condition(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func name() -> CELToken.Kind {
        let text = taken { $0.startsName || $0.isDecimalDigit }
        return Self.words.contains(text) ? .symbol(text) : .name(text)
    }

    private mutating func symbol() throws(CELError) -> CELToken.Kind {
        let rest = bytes[position...]
        guard let symbol = Self.symbols.first(where: rest.starts) else {
            let character = String(decoding: rest.prefix(4), as: UTF8.self).prefix(1)
            throw CELError(.compilation, "Syntax error: token recognition error at: '\(character)'", at: position)
        }
        position += symbol.count
        return .symbol(String(decoding: symbol, as: UTF8.self))
    }

    private mutating func number() throws(CELError) -> CELToken.Kind {
        let start = position
        func failure(_ form: String) -> CELError {
            CELError(.compilation, "invalid \(form) literal", at: start)
        }
        if peek() == UInt8(ascii: "0"), peek(1) == UInt8(ascii: "x"), peek(2)?.isHexadecimalDigit == true {
            position += 2
            let digits = taken(while: \.isHexadecimalDigit)
            guard takesSuffix() else { return .integer(digits: digits, isHexadecimal: true) }
            guard let value = UInt64(digits, radix: 16) else { throw failure("uint") }
            return .unsigned(value)
        }
        var text = taken(while: \.isDecimalDigit)
        let whole = text
        if peek() == UInt8(ascii: "."), peek(1)?.isDecimalDigit == true {
            position += 1
            text += "." + taken(while: \.isDecimalDigit)
        }
        if let exponent = exponent() { text += exponent }
        guard text == whole else {
            guard let value = Double("0" + text) else { throw failure("double") }
            return .double(value)
        }
        guard takesSuffix() else { return .integer(digits: whole, isHexadecimal: false) }
        guard let value = UInt64(whole) else { throw failure("uint") }
        return .unsigned(value)
    }

    /// The `u` of an unsigned number.
    private mutating func takesSuffix() -> Bool {
        guard peek() == UInt8(ascii: "u") || peek() == UInt8(ascii: "U") else { return false }
        position += 1
        return true
    }

    private mutating func exponent() -> String? {
        guard peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") else { return nil }
        let isSigned = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
        guard peek(isSigned ? 2 : 1)?.isDecimalDigit == true else { return nil }
        let sign = peek(1) == UInt8(ascii: "-") ? "-" : ""
        position += isSigned ? 2 : 1
        return "e\(sign)" + taken(while: \.isDecimalDigit)
    }

    /// `nil` where no string begins here.
    private mutating func stringLiteral() throws(CELError) -> CELToken.Kind? {
        var prefix = 0
        var isRaw = false
        var isBytes = false
        while let byte = peek(prefix), prefix < 2 {
            if !isBytes, !isRaw, byte | 0x20 == UInt8(ascii: "b") {
                isBytes = true
            } else if !isRaw, byte | 0x20 == UInt8(ascii: "r") {
                isRaw = true
            } else {
                break
            }
            prefix += 1
        }
        guard let quote = peek(prefix), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        let start = position
        position += prefix
        let isTriple = peek(1) == quote && peek(2) == quote
        position += isTriple ? 3 : 1
        let content = try content(endingWith: quote, isTriple: isTriple, isRaw: isRaw, from: start)
        var decoder = CELEscapes(content, isRaw: isRaw, isBytes: isBytes, position: start)
        return isBytes ? .bytes(try decoder.bytes()) : .string(try decoder.string())
    }

    private mutating func content(
        endingWith quote: UInt8, isTriple: Bool, isRaw: Bool, from literal: Int
    ) throws(CELError) -> ArraySlice<UInt8> {
        let start = position
        while let byte = peek() {
            if byte == quote, !isTriple || (peek(1) == quote && peek(2) == quote) {
                defer { position += isTriple ? 3 : 1 }
                return bytes[start..<position]
            }
            if !isTriple, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
            position += byte == UInt8(ascii: "\\") && !isRaw ? 2 : 1
        }
        throw CELError(.compilation, "Syntax error: a string does not end", at: literal)
    }
}

extension UInt8 {
    fileprivate var startsName: Bool {
        self == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    fileprivate var isHexadecimalDigit: Bool {
        isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }
}
