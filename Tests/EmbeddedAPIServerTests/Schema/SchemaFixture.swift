import KubeAPI
import Testing

@testable import EmbeddedAPIServer

/// Objects and definitions for tests of the server's pure functions.
enum SchemaFixture {
    /// Noon of the first of January.
    static let now = Timestamp(secondsSinceEpoch: 1_767_268_800)

    static func json(_ text: String) throws -> JSONValue { try JSONValue.parse(text) }

    static func builtIn(_ kind: String, group: String? = nil) throws -> ResourceDefinition {
        try #require(
            BuiltInKinds.all.first { $0.type.kind == kind && (group == nil || $0.type.group == group) },
            "no built-in kind \(kind)")
    }

    /// The kind of a CRD with one version and this schema below `spec`.
    static func custom(spec: String, status: Bool = true) throws -> ResourceDefinition {
        let subresources =
            status
            ? #"{"status":{},"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.size"}}"# : "{}"
        let crd = try json(
            """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
             "metadata":{"name":"widgets.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced",
              "names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList","shortNames":["wd"]},
              "versions":[{"name":"v1","served":true,"storage":true,"subresources":\(subresources),
               "schema":{"openAPIV3Schema":{"type":"object","properties":{
                "spec":\(spec),"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
            """)
        let established = CustomResources.established(crd, others: [], now: now)
        return try #require(CustomResources.definitions(established).first)
    }

    static func widget(_ spec: String) throws -> JSONValue {
        try json(
            #"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","namespace":"n"},"spec":\#(spec)}"#)
    }

    static func deployment(_ container: String = "", spec: String = "") throws -> JSONValue {
        try json(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"n"},"spec":{\(spec)
             "selector":{"matchLabels":{"app":"web"}},
             "template":{"metadata":{"labels":{"app":"web"}},
              "spec":{"containers":[{"name":"app","image":"nginx:1.2"\(container)}]}}}}
            """)
    }

    /// Decodes and defaults, as the server does with what it is sent.
    static func received(_ object: JSONValue, _ definition: ResourceDefinition) throws -> JSONValue {
        definition.applyingDefaults(to: try ObjectDecoder.decode(object, as: definition).object)
    }

    static func errors(_ object: JSONValue, live: JSONValue? = nil, _ definition: ResourceDefinition) throws -> [String]
    {
        ObjectValidation.errors(try received(object, definition), live: live, definition).map(\.description)
    }
}

extension JSONValue {
    /// The `fieldsV1` of one manager.
    func fields(of manager: String, subresource: String? = nil) -> JSONValue? {
        self[path: ["metadata", "managedFields"]]?.array?.first {
            $0["manager"]?.string == manager && $0["subresource"]?.string == subresource
        }?["fieldsV1"]
    }

    var managers: [String] {
        (self[path: ["metadata", "managedFields"]]?.array ?? []).compactMap { $0["manager"]?.string }
    }
}
