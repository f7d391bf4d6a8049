/// Finds where a text that is no JSON stops to be any: the parser says what is wrong, and not where.
///
/// Much slower than the parser, for texts that people write.
package struct JSONFault {
    private enum Expectation {
        case value, valueOrEnd, key, keyOrEnd, colon, separator
    }

    private let bytes: [UInt8]
    private var place = 0

    private init(_ text: String) { bytes = Array(text.utf8) }

    /// The line, from 1, that can't stand where it does, or the last one where something is missing at the end; `nil` where the text has
    /// the form of a document.
    package static func line(in text: String) -> Int? {
        var fault = Self(text)
        guard !fault.isDocument() else { return nil }
        if fault.place == fault.bytes.count {
            fault.place = fault.bytes.lastIndex { $0 > UInt8(ascii: " ") } ?? 0
        }
        return fault.bytes[..<fault.place].count { $0 == UInt8(ascii: "\n") } + 1
    }

    /// Goes on to the end, or to what can't be there.
    private mutating func isDocument() -> Bool {
        // What closes each object and list that is open.
        var ends: [UInt8] = []
        var expected = Expectation.value
        while let byte = nextByte() {
            switch (expected, byte) {
            case (.value, UInt8(ascii: "{")), (.valueOrEnd, UInt8(ascii: "{")):
                ends.append(UInt8(ascii: "}"))
                expected = .keyOrEnd
            case (.value, UInt8(ascii: "[")), (.valueOrEnd, UInt8(ascii: "[")):
                ends.append(UInt8(ascii: "]"))
                expected = .valueOrEnd
            case (.valueOrEnd, UInt8(ascii: "]")), (.keyOrEnd, UInt8(ascii: "}")), (.separator, ends.last):
                ends.removeLast()
                expected = .separator
            case (.separator, UInt8(ascii: ",")) where !ends.isEmpty:
                expected = ends.last == UInt8(ascii: "}") ? .key : .value
            case (.colon, UInt8(ascii: ":")): expected = .value
            case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")):
                guard skipScalar() else { return false }
                expected = .colon
                continue
            case (.value, _), (.valueOrEnd, _):
                guard skipScalar() else { return false }
                expected = .separator
                continue
            default: return false
            }
            place += 1
        }
        return ends.isEmpty && expected == .separator
    }

    private mutating func nextByte() -> UInt8? {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
        return place < bytes.count ? bytes[place] : nil
    }

    /// Stays at its beginning where it is none.
    private mutating func skipScalar() -> Bool {
        var end = place + 1
        if bytes[place] == UInt8(ascii: "\"") {
            while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
                end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
            }
            end += 1
        } else {
            while end < bytes.count, bytes[end] > UInt8(ascii: " "), !",]}:".utf8.contains(bytes[end]) { end += 1 }
        }
        guard end <= bytes.count, (try? JSONValue.parse(Array(bytes[place..<end]))) != nil else { return false }
        place = end
        return true
    }
}
