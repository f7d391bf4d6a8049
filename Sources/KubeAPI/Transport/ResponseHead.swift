/// Reads the lines of a response's head. Pure; libcurl calls once per line.
package struct ResponseHead {
    private var status = 0
    private var headers = HTTPHeaders()
    private var isComplete = false

    package init() {}

    /// - Returns: the head with the line that completes it; `nil` for every other line.
    package mutating func read(line bytes: UnsafeRawBufferPointer) -> (status: Int, headers: HTTPHeaders)? {
        guard !isComplete else { return nil }  // trailers
        let line = Self.trimmed(bytes[...])
        if line.isEmpty { return complete() }
        if line.starts(with: "HTTP/".utf8) {
            status = Self.status(of: line)
            headers = HTTPHeaders()
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self)
            let value = String(decoding: Self.trimmed(line[(colon + 1)...]), as: UTF8.self)
            headers.append(name, value)
        }
        return nil
    }

    private mutating func complete() -> (status: Int, headers: HTTPHeaders)? {
        // 1xx is followed by another head.
        guard status >= 200 else { return nil }
        isComplete = true
        return (status, headers)
    }

    private static func status(of line: Slice<UnsafeRawBufferPointer>) -> Int {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard fields.count > 1 else { return 0 }
        return Int(String(decoding: fields[1], as: UTF8.self)) ?? 0
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var bytes = bytes
        while let first = bytes.first, first <= 0x20 { bytes = bytes.dropFirst() }
        while let last = bytes.last, last <= 0x20 { bytes = bytes.dropLast() }
        return bytes
    }
}
