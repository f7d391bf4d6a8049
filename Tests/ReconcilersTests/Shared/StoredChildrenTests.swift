import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Children as an API server stores them")
struct StoredChildrenTests {
    @Test("What a server makes of a child is no difference: an operator that starts anew finds nothing to put right")
    func storedChildren() throws {
        let documents = try Repository.files(in: "Tests/ReconcilersTests/Golden", ending: ".yaml")
            .flatMap(Repository.yaml)
        var compared = 0
        for document in documents {
            let desired = try DynamicObject(document)
            let definition = BuiltInKinds.all.first {
                $0.type.apiVersion == desired.apiVersion && $0.type.kind == desired.kind
            }
            guard let definition else { continue }
            let decoded = try ObjectDecoder.decode(document, as: definition).object
            let stored = ObjectRules.prepareForCreate(definition.applyingDefaults(to: decoded), definition)
            let differences = Comparison.differences(desired: desired, live: try DynamicObject(stored))
            // A server drops what it does not know; one child has a field of tomorrow.
            let real = differences.map(\.description).filter { !$0.contains("someFieldOfTomorrow") }
            #expect(real == [], "\(desired.kind) \(desired.key)")
            compared += 1
        }
        #expect(compared > 100)
    }
}
