import Synchronization
import Testing

@testable import KubeAPI
@testable import Operator

@Suite("The return of the API server")
struct ServerReturnTests {
    @Test("An answer after a request that had none is noticed, once; a refusal is an answer, too")
    func noticed() {
        let calls = Mutex(0)
        let observer = ServerReturn(passingOnTo: nil)
        observer.notify { calls.withLock { $0 += 1 } }
        func finish(_ code: String) -> Int {
            observer.requestFinished(
                RequestRecord(method: "GET", host: "h", code: code, duration: .zero, request: "GET leases a/b"))
            return calls.withLock { $0 }
        }
        #expect(["200", "<error>", "<error>", "403", "200", "<error>", "200"].map(finish) == [0, 0, 0, 1, 1, 1, 2])
    }
}
