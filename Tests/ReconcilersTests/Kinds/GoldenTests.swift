import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Golden files of every kind")
struct GoldenTests {
    @Test("The children of an object are those of its golden file", arguments: KindFixtures.all.flatMap(\.valid))
    func children(manifest: KindFixtures.Manifest) throws {
        let children = try Rendering.children(of: Repository.yaml(manifest.path)).map(\.json)
        let golden = KindFixtures(kind: manifest.kind).golden
        try Repository.expect(YAML.write(children), isGolden: "\(golden)/\(manifest.name).yaml")
    }

    @Test("There is a golden file for each case and no other", arguments: KindFixtures.all)
    func noLeftovers(fixtures: KindFixtures) {
        #expect(Repository.cases(in: fixtures.golden) == fixtures.valid.map(\.name))
    }

    @Test("Each child is of a type that its kind declares", arguments: KindFixtures.all)
    func declared(fixtures: KindFixtures) throws {
        let known = Set(fixtures.kind.childKinds.map(\.type)).union([.namespace, .priorityClass])
        for manifest in fixtures.valid {
            for child in try Rendering.children(of: Repository.yaml(manifest.path)) {
                let isKnown = known.contains { $0.kind == child.kind && $0.apiVersion == child.apiVersion }
                #expect(isKnown, "\(manifest.name): \(child.kind) \(child.name)")
            }
        }
    }
}
