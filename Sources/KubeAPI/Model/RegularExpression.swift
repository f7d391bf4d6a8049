internal import CRegex

/// A regular expression in the syntax that Kubernetes knows, which is that of RE2: in schemas and in CEL.
///
/// A match takes time that is linear in the text, whatever the expression. To compile one costs many times what a match
/// does. Source: RE2, "Syntax".
package final class RegularExpression: @unchecked Sendable {
    /// What is wrong with a pattern, in RE2's words.
    package struct SyntaxError: Error, Sendable {
        package let reason: String
    }

    package let pattern: String
    // Not checked: the C side only reads it after it is made.
    private let regex: OpaquePointer

    package init(_ pattern: String) throws(SyntaxError) {
        var text = pattern
        var message = [CChar](repeating: 0, count: 256)
        let regex = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                qm_regex_create($0.baseAddress, $0.count, &message, message.count)
            }
        }
        guard let regex else {
            let reason = message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            throw SyntaxError(reason: String(decoding: reason, as: UTF8.self))
        }
        self.pattern = text
        self.regex = regex
    }

    deinit {
        qm_regex_destroy(regex)
    }

    /// Whether the expression is found anywhere in the text.
    package func isFound(in text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { qm_regex_matches(regex, $0.baseAddress, $0.count) == 1 }
        }
    }

    /// The text with each match replaced; matches do not overlap.
    package func replacing(in text: String, _ replacement: (String) -> String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            var result: [UInt8] = []
            var (start, copied) = (0, 0)
            while let match = match(in: bytes, from: start) {
                result += bytes[copied..<match.lowerBound]
                result += replacement(String(decoding: bytes[match], as: UTF8.self)).utf8
                copied = match.upperBound
                start = match.isEmpty ? Self.next(after: match.upperBound, in: bytes) : match.upperBound
            }
            return String(decoding: result + bytes[copied...], as: UTF8.self)
        }
    }

    /// The matches from left to right, none of which overlap.
    ///
    /// - Parameter limit: as many at most.
    func matches(in text: String, limit: Int = .max) -> [String] {
        var text = text
        return text.withUTF8 { bytes in
            var found: [String] = []
            var start = 0
            while found.count < limit, let match = match(in: bytes, from: start) {
                found.append(String(decoding: bytes[match], as: UTF8.self))
                start = match.isEmpty ? Self.next(after: match.upperBound, in: bytes) : match.upperBound
            }
            return found
        }
    }

    private func match(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        guard start <= bytes.count else { return nil }
        var (first, last) = (0, 0)
        return bytes.withMemoryRebound(to: CChar.self) { text in
            guard qm_regex_find(regex, text.baseAddress, text.count, start, &first, &last) == 1 else { return nil }
            return first..<last
        }
    }

    /// The beginning of the character after the one that begins here.
    private static func next(after index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var index = index + 1
        while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
        return index
    }
}
