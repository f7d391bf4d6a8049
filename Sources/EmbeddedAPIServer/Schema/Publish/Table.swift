import KubeAPI

/// Writes objects as the server's `Table`. Source: Kubernetes API concepts, "Receiving resources as Tables".
enum Table {
    /// What rows carry of their object (`includeObject`).
    enum Inclusion: String, Sendable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    /// - Parameters:
    ///   - list: the `metadata` of the list, or of the single object's answer (`resourceVersion` and its like).
    ///   - now: for ages.
    static func make(
        _ objects: [JSONValue], _ definition: ResourceDefinition, list: JSONValue = [:],
        include: Inclusion = .metadata, now: Timestamp
    ) -> JSONValue {
        let rows = objects.map { object in row(object, definition, include, now) }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": list,
            "columnDefinitions": .array(definition.columns.map(\.json)), "rows": .array(rows),
        ]
    }

    private static func row(
        _ object: JSONValue, _ definition: ResourceDefinition, _ include: Inclusion, _ now: Timestamp
    ) -> JSONValue {
        var row: JSONValue = ["cells": .array(definition.columns.map { $0.value(object, now) })]
        if definition.type == .pod {
            let conditions = PodRow(object).rowConditions
            if !conditions.isEmpty { row["conditions"] = .array(conditions) }
        }
        switch include {
        case .none: row["object"] = .null
        case .metadata: row["object"] = PartialObjectMetadata.make(object)
        case .object: row["object"] = object
        }
        return row
    }
}

extension TableColumn {
    /// The column's definition.
    var json: JSONValue {
        [
            "name": .string(name), "type": .string(type), "format": .string(format), "description": .string(text),
            "priority": .integer(Int64(priority)),
        ]
    }
}

/// Objects without anything but their metadata.
enum PartialObjectMetadata {
    static func make(_ object: JSONValue) -> JSONValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object["metadata"] ?? [:],
        ]
    }

    /// - Parameter list: the list's `metadata`.
    static func list(_ objects: [JSONValue], list: JSONValue = [:]) -> JSONValue {
        [
            "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": list,
            "items": .array(objects.map(make)),
        ]
    }
}
