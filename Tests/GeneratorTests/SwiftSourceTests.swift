import Testing

@testable import Generator

@Suite("Swift types from a CRD")
struct SwiftSourceTests {
    /// The lines of the source of a CRD, without those of documentation.
    private func code(_ properties: String) throws -> [String] {
        try SwiftSource(.fixture(properties)).text.split(separator: "\n")
            .map { $0.drop { $0 == " " } }.filter { !$0.hasPrefix("//") }.map(String.init)
    }

    @Test(
        "A field has the type that its schema describes, and is optional where neither a default nor required fills it",
        arguments: [
            ("{type: boolean, default: false}", "Bool"),
            ("{type: boolean}", "Bool?"),
            ("{type: integer, format: int32}", "Int?"),
            ("{type: integer, format: int64}", "Int64?"),
            ("{type: string}", "String?"),
            ("{type: string, format: date-time}", "Timestamp?"),
            ("{type: array, items: {type: string}}", "[String]?"),
            ("{type: object, additionalProperties: {type: string}}", "[String: String]?"),
            ("{type: object, x-kubernetes-preserve-unknown-fields: true}", "JSONObject?"),
            ("{x-kubernetes-int-or-string: true}", "JSONValue?"),
            ("{x-kubernetes-int-or-string: true, minimum: 0}", "IntOrString?"),
            ("{type: object, properties: {matchLabels: {}, matchExpressions: {}}}", "LabelSelector?"),
        ])
    func types(schema: String, want: String) throws {
        #expect(try code("spec: {properties: {field: \(schema)}}").contains("package var field: \(want)"))
    }

    @Test("A field that is required has a value always")
    func required() throws {
        #expect(
            try code("spec: {required: [a], properties: {a: {type: string}}}").contains("package var a: String"))
    }

    @Test("An item of a list is called as one of them, and a word of Swift stands in backticks")
    func names() throws {
        let lines = try code(
            "spec: {properties: {queries: {type: array, items: {type: object, properties: {for: {type: string}}}}}}")
        #expect(lines.contains("package var queries: [Query]?"))
        #expect(lines.contains("package struct Query: Sendable, Hashable, Codable {"))
        #expect(lines.contains("package var `for`: String?"))
    }

    @Test(
        "The cases of an enumeration are the words of the schema as Swift spells them",
        arguments: [
            ("Auto", #"case auto = "Auto""#), ("KEDA", #"case keda = "KEDA""#), ("read", "case read"),
            ("verify-ca", #"case verifyCa = "verify-ca""#), ("Continue", #"case `continue` = "Continue""#),
            ("ReadWriteOnce", #"case readWriteOnce = "ReadWriteOnce""#),
        ])
    func cases(choice: String, want: String) throws {
        let lines = try code("spec: {properties: {mode: {type: string, enum: [\(choice)]}}}")
        #expect(lines.contains("package enum Mode: String, Sendable, Hashable, Codable, CaseIterable {"))
        #expect(lines.contains(want))
    }

    @Test("Two objects of one name are one type, whose fields are optional where one of them may lack them")
    func merged() throws {
        let lines = try code(
            """
            spec:
              properties:
                a: {type: object, properties: {staging: {type: object, properties: {size: {type: string, default: x}}}}}
                b: {type: object, properties: {staging: {type: object, properties: {size: {type: string}}}}}
            """)
        #expect(lines.filter { $0.contains("struct Staging") }.count == 1)
        #expect(lines.contains("package var size: String?"))
    }

    @Test("Two objects of one name that differ are refused, with both paths and the file that parts them")
    func clash() throws {
        let definition = try Definition.fixture(
            """
            spec:
              properties:
                a: {type: object, properties: {staging: {type: object, properties: {size: {type: string}}}}}
                b: {type: object, properties: {staging: {type: object, properties: {size: {type: boolean}}}}}
            """)
        let error = #expect(throws: GeneratorError.self) { try SwiftSource(definition) }
        let words = error?.description ?? ""
        #expect(words.contains("spec.b.staging and spec.a.staging are both called Staging"))
        #expect(words.contains("Sources/Generator/TypeNames.swift"))
    }

    @Test("A schema without a type in Swift is refused by its path")
    func unknown() throws {
        let definition = try Definition.fixture("spec: {properties: {a: {type: array, items: {type: number}}}}")
        let error = #expect(throws: GeneratorError.self) { try SwiftSource(definition) }
        #expect(error?.description == "spec.a[]: no Swift type for this schema")
    }

    @Test("A long description is broken into lines of at most 120 characters")
    func documentation() throws {
        let words = Array(repeating: "word", count: 60).joined(separator: " ")
        let text = try SwiftSource(.fixture("spec: {properties: {a: {type: boolean, description: \(words)}}}")).text
        let lines = text.split(separator: "\n").filter { $0.contains("/// word") }
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 120 })
    }
}
