internal import KubeAPI

/// What is kept of objects that are not the operator's.
///
/// Anybody can make objects with our labels, as large as they like; what the cache kept of them would be theirs to choose. Of
/// large ones without a seal of ours there stays what tells whose they say they are, and what they serve. Small ones are kept:
/// children have lost their seals with its key, and what controllers copy from children has one of another kind.
enum ForeignObjects {
    private static let labels =
        LabelKey.owners + [
            LabelKey.managedBy, LabelKey.ownerNamespace, LabelKey.share, LabelKey.challengeSolver,
        ]
    private static let annotations = HostName.annotationKeys.union([AnnotationKey.madeFor])
    /// Longer ones are no seal of ours.
    private static let longestSeal = 128
    /// As many finalizers of others as a message can name.
    private static let finalizerLimit = 16

    /// No larger object without a seal is kept whole, in bytes.
    private static let largest = 16 * 1024

    /// What is kept of objects that carry our labels: all of it where they are small, or the operator has made them.
    static func trim(_ type: ResourceType, _ seal: Seal) -> InformerOptions.Trim {
        { object in object.byteCount <= largest || ChildSeal.isOn(object, type, seal) ? nil : outline(object) }
    }

    /// Whose an object says it is, which hosts it serves, and what it scales.
    @Sendable static func outline(_ object: CachedObject) -> JSONValue {
        let metadata = object.value(at: "metadata")
        let rules = object.value(at: "spec", "rules")?.elements
        let scaling = ForeignScaler.outline(ofSpec: object)
        let annotations =
            scaling != nil
            ? ForeignScaler.annotationKeys.union([AnnotationKey.madeFor])
            : rules == nil ? [AnnotationKey.madeFor] : Self.annotations
        var kept: JSONObject = [
            "metadata": .compact([
                "namespace": metadata?["namespace"], "name": metadata?["name"], "uid": metadata?["uid"],
                "resourceVersion": metadata?["resourceVersion"], "deletionTimestamp": metadata?["deletionTimestamp"],
                "finalizers": metadata?["finalizers"].map { .array(Array($0.elements.prefix(finalizerLimit))) },
                "ownerReferences": metadata?["ownerReferences"].map { references in
                    .array(references.elements.filter { $0["controller"]?.bool == true })
                },
                "labels": part(metadata?["labels"]) { key, _ in labels.contains(key) },
                "annotations": part(metadata?["annotations"]) { key, value in
                    annotations.contains(key)
                        && (HostName.annotationKeys.contains(key) || (value.string?.utf8.count ?? 0) <= longestSeal)
                },
            ])
        ]
        kept["apiVersion"] = object.value(at: "apiVersion")
        kept["kind"] = object.value(at: "kind")
        if let rules {
            kept["spec"] = ["rules": .array(rules.map { .compact(["host": $0["host"]]) })]
        }
        if let scaling {
            kept["spec"] = scaling
            kept["status"] = ForeignScaler.outline(ofStatus: object)
        }
        return .object(kept)
    }

    private static func part(_ map: JSONValue?, _ isKept: (String, JSONValue) -> Bool) -> JSONValue {
        .object(JSONObject((map?.object ?? [:]).filter { isKept($0.key, $0.value) }.map { ($0.key, $0.value) }))
    }
}
