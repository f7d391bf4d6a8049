import KubeAPI
import Support
import Testing

@testable import Reconcilers

@Suite("What the API server said to changes that were tried")
struct TriedChangesTests {
    private let clock = ManualClock()
    private let object = WrittenObject(.deployment, ObjectKey(namespace: "shop", name: "web"))
    private let answer = TriedChanges.Answer(restarts: true, changes: ["spec.replicas: 1 → 2"])

    private func question(_ version: String, replicas: Int64 = 2) throws -> TriedChanges.Question {
        let live = try DynamicObject.fixture(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop, uid: a, resourceVersion: '\(version)'}
            """)
        return TriedChanges.Question(["replicas": .integer(replicas)], over: live)
    }

    @Test("It holds for one version of the object and one spec, for one environment, and for less than ten minutes")
    func holds() throws {
        let tried = TriedChanges(time: TimeSource(clock))
        func known(_ question: TriedChanges.Question, for environment: String = "shop") -> TriedChanges.Answer? {
            tried.answer(to: question, about: object, for: environment)
        }
        tried.learn(answer, to: try question("1"), about: object, for: "shop")
        #expect(try known(question("1")) == answer)
        #expect(try known(question("2")) == nil)
        #expect(try known(question("1", replicas: 3)) == nil)
        #expect(try known(question("1"), for: "other") == nil)
        clock.advance(by: .seconds(599))
        #expect(try known(question("1")) == answer)
        clock.advance(by: .seconds(1))
        #expect(try known(question("1")) == nil)
    }

    @Test("It is forgotten with the object")
    func forgets() throws {
        let tried = TriedChanges(time: TimeSource(clock))
        tried.learn(answer, to: try question("1"), about: object, for: "shop")
        tried.keep([object], for: "shop")
        #expect(try tried.answer(to: question("1"), about: object, for: "shop") == answer)
        tried.keep([], for: "shop")
        #expect(try tried.answer(to: question("1"), about: object, for: "shop") == nil)
    }
}
