/// FNV-1a over 32 bits: the same on every machine and in every run, unlike Swift's own hashes.
struct StableHash {
    private(set) var value: UInt32 = 2_166_136_261

    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt32(byte)) &* 16_777_619 }
    }

    init(_ text: String) { self.init(text.utf8) }

    /// The hash as Kubernetes writes those in names: without vowels, so that no words come up.
    var nameSuffix: String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(String(value).utf8.map { alphabet[Int($0) % alphabet.count] })
    }
}
