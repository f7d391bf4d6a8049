import Glibc
import Testing

@testable import KubeAPI

@Suite("Sockets of the transport")
struct TransportSocketTests {
    @Test("Every connection has TCP keep-alive and a limit for unacknowledged bytes")
    func options() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        var configuration = TransportConfiguration(server: try ServerAddress(server.url))
        configuration.keepAliveInterval = .seconds(17)
        configuration.unacknowledgedLimit = .seconds(23)
        let transport = try Transport(configuration: configuration)
        _ = try await transport.send(HTTPRequest(path: "/"))
        let socket = try #require((3..<4096).first { Self.peerPort(of: $0) == server.port })
        #expect(Self.option(socket, SOL_SOCKET, SO_KEEPALIVE) != 0)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 17)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_KEEPINTVL) == 17)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 23_000)
        await transport.shutdown()
    }

    private static func option(_ socket: Int32, _ level: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(socket, level, name, &value, &length) == 0 ? value : -1
    }

    private static func peerPort(of socket: Int32) -> Int? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.baseAddress.map { getpeername(socket, $0.assumingMemoryBound(to: sockaddr.self), &length) } ?? -1
        }
        return code == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
