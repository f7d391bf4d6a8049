@testable import Generator

extension Definition {
    /// The CRD of a kind `Sample`.
    ///
    /// - Parameter properties: of an object, as YAML on one line for each part.
    static func fixture(_ properties: String) throws -> Definition {
        let indented = properties.split(separator: "\n").map { "            \($0)" }.joined(separator: "\n")
        let text = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            spec:
              names: {kind: Sample}
              versions:
                - name: v1alpha1
                  schema:
                    openAPIV3Schema:
                      properties:
            \(indented)
            """
        return try Definition(Array(text.utf8), path: "crds/samples.yaml")
    }
}
