import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Golden files of AppEnvironment")
struct AppEnvironmentGoldenTests {
    static let fixtures = "Tests/Fixtures/appenvironment/valid"

    @Test("The children of an environment are those of its golden file", arguments: Repository.cases(in: fixtures))
    func children(name: String) throws {
        let documents = try Repository.yaml("\(Self.fixtures)/\(name).yaml")
        let children = try Rendering.children(of: documents).map(\.json)
        try Repository.expect(
            YAML.write(children), isGolden: "Tests/ReconcilersTests/Golden/appenvironment/\(name).yaml")
    }

    @Test("There is a golden file for each case and no other")
    func noLeftovers() {
        #expect(
            Repository.cases(in: "Tests/ReconcilersTests/Golden/appenvironment") == Repository.cases(in: Self.fixtures))
    }
}
