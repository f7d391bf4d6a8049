/// Finds a key that stands twice in one object; the parser itself keeps the last one.
enum DuplicateField {
    /// The path of the first such key, as `metadata.labels.a`; `nil` for a document without, or that is no JSON.
    static func first(in bytes: [UInt8]) -> String? {
        var scanner = Scanner(bytes: bytes)
        return scanner.value("")
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        mutating func value(_ path: String) -> String? {
            skipSpace()
            switch peek {
            case UInt8(ascii: "{"): return object(path)
            case UInt8(ascii: "["): return array(path)
            case UInt8(ascii: "\""):
                _ = string()
                return nil
            default:
                while let byte = peek, !Self.ends.contains(byte) { position += 1 }
                return nil
            }
        }

        private static let ends = Set(",]}".utf8)

        private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func skipSpace() {
            while let byte = peek, byte <= 0x20 { position += 1 }
        }

        private mutating func object(_ path: String) -> String? {
            var keys: Set<String> = []
            position += 1
            while true {
                skipSpace()
                guard peek == UInt8(ascii: "\""), let key = string() else {
                    position += 1
                    return nil
                }
                let child = path.isEmpty ? key : "\(path).\(key)"
                guard keys.insert(key).inserted else { return child }
                skipSpace()
                position += 1
                if let found = value(child) { return found }
                skipSpace()
                guard peek == UInt8(ascii: ",") else {
                    position += 1
                    return nil
                }
                position += 1
            }
        }

        private mutating func array(_ path: String) -> String? {
            position += 1
            var index = 0
            while let byte = peek, byte != UInt8(ascii: "]") {
                if let found = value("\(path)[\(index)]") { return found }
                skipSpace()
                if peek == UInt8(ascii: ",") { position += 1 }
                skipSpace()
                index += 1
            }
            position += 1
            return nil
        }

        private mutating func string() -> String? {
            position += 1
            let start = position
            while let byte = peek, byte != UInt8(ascii: "\"") {
                position += byte == UInt8(ascii: "\\") ? 2 : 1
            }
            defer { position += 1 }
            guard position <= bytes.count else { return nil }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
    }
}
