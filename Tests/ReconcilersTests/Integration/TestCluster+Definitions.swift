import KubeAPI

extension TestCluster {
    /// A CRD of somebody else's, without its schema. On a real cluster only where there is none.
    func install(_ type: ResourceType) async throws {
        let definition = try DynamicObject.fixture(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: \(type.qualifiedName)}
            spec:
              group: \(type.group)
              scope: Namespaced
              names: {kind: \(type.kind), listKind: \(type.kind)List, plural: \(type.plural), singular: \(type.kind.lowercased())}
              versions:
                - name: \(type.version)
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """)
        _ = try await client.create(definition, as: .customResourceDefinition)
    }

    func uninstall(_ type: ResourceType) async throws {
        try await client.delete(.customResourceDefinition, ObjectKey(name: type.qualifiedName))
    }
}
