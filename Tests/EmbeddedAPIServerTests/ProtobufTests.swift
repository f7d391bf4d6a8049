import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Bodies in protobuf form")
struct ProtobufTests {
    /// What `kubectl create configmap zz --from-literal=a=b` sends, but for the end of the envelope.
    private let configMap: [UInt8] =
        Array("k8s\0".utf8)
        + message(
            (1, message((1, text("v1")), (2, text("ConfigMap")))),
            (
                2,
                message(
                    (1, message((1, text("zz")), (2, text("")), (8, []))), (77, message((1, text("")), (2, []))),
                    (2, message((1, text("a")), (2, text("b")))))
            ), (3, text("")), (4, text("")))

    @Test("A config map is read")
    func configMapBody() throws {
        let wanted: JSONValue = [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "zz"], "data": ["a": "b"],
        ]
        #expect(try ProtobufObject.parse(configMap) == wanted)
    }

    @Test("Every cut and every changed byte is read or refused, never a crash")
    func mutations() {
        for length in 0..<configMap.count { _ = try? ProtobufObject.parse(Array(configMap[..<length])) }
        for index in configMap.indices {
            for byte: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var bytes = configMap
                bytes[index] = byte
                _ = try? ProtobufObject.parse(bytes)
            }
        }
    }

    @Test("A field that is not known is refused, not lost")
    func unknownField() {
        let bytes =
            Array("k8s\0".utf8)
            + message(
                (1, message((1, text("v1")), (2, text("ConfigMap")))), (2, message((99, text("precious")))))
        #expect(throws: ProtobufObject.Failure.self) { try ProtobufObject.parse(bytes) }
    }
}

private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Fields with a length below 128 and numbers below 2048.
private func message(_ fields: (number: Int, bytes: [UInt8])...) -> [UInt8] {
    fields.flatMap { field -> [UInt8] in
        let tag = UInt32(field.number << 3 | 2)
        let head = tag < 0x80 ? [UInt8(tag)] : [UInt8(tag & 0x7F | 0x80), UInt8(tag >> 7)]
        return head + [UInt8(field.bytes.count)] + field.bytes
    }
}
