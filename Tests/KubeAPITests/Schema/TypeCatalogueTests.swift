import Testing

@testable import KubeAPI

@Suite("The catalogue of types")
struct TypeCatalogueTests {
    @Test("Every type that is referred to exists")
    func catalogueIsComplete() {
        var missing: Set<String> = []
        func visit(_ schema: TypeSchema) {
            if let name = schema.reference, TypeCatalogue.type(named: name) == nil { missing.insert(name) }
            for field in schema.fields { visit(field.schema) }
            if let items = schema.items { visit(items) }
            if let values = schema.additional { visit(values) }
        }
        for name in TypeCatalogue.names { TypeCatalogue.type(named: name).map(visit) }
        #expect(missing.isEmpty)
        #expect(TypeCatalogue.names.count > 200)
    }

    @Test("The notation says in which line it is broken")
    func brokenNotation() {
        var notation = TypeNotation()
        let problem = #expect(throws: TypeNotation.Problem.self) { try notation.read("A\n  field string wrong(1)") }
        #expect(problem?.line == 2)
    }

    @Test("A kind is looked for in its group and version")
    func kinds() {
        #expect(
            TypeCatalogue.type(apiVersion: "apps/v1", kind: "Deployment") === TypeCatalogue.type(named: "Deployment"))
        #expect(TypeCatalogue.type(apiVersion: "v1", kind: "Event") === TypeCatalogue.type(named: "CoreEvent"))
        #expect(
            TypeCatalogue.type(apiVersion: "events.k8s.io/v1", kind: "Event") === TypeCatalogue.type(named: "Event"))
        for version in ["v1", "apps/v2", "apps.example.com/v1", ""] {
            #expect(TypeCatalogue.type(apiVersion: version, kind: "Deployment") == nil)
        }
    }
}
