import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What the status tells of objects that could be taken over")
struct AdoptionStatusTests {
    @Test("Of many objects with long names there is no more than the status has room for")
    func bounded() throws {
        let long = AppEnvironment.AdoptionStatus(
            kind: "Deployment", name: "web", state: .found, restarts: true,
            changes: Array(repeating: String(repeating: "x", count: 480), count: 32))
        let told = AdoptionFinder.bounded(Array(repeating: long, count: 300))
        #expect(told.count == 256)
        #expect(told.first?.changes?.count == 32 && told.last?.changes == nil && told.last?.restarts == true)
        let bytes = try JSONValueEncoder().encode(told).canonicalBytes().count
        #expect(bytes < 128 * 1024, "\(bytes)")
    }
}
