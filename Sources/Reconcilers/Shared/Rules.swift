internal import KubeAPI

/// Collects the rules that do not hold.
struct Rules {
    private(set) var violations: [Violation] = []

    mutating func require(_ holds: Bool, _ path: String, _ message: String) {
        if !holds { violations.append(Violation(path, message)) }
    }
}

extension InheritedMetadata {
    private static let operatorLabels: Set = [LabelKey.managedBy, LabelKey.name, LabelKey.component]
    private static let reservedMessage = """
        Kubernetes, admission, meshes, GitOps, clouds and ingress controllers act upon keys of theirs; use \
        app.kubernetes.io/part-of, app.kubernetes.io/version or a key of your own such as example.com/team
        """

    func check(_ rules: inout Rules, at path: String) {
        let labelKeys = (labels ?? [:]).keys
        let annotationKeys = (annotations ?? [:]).keys
        rules.require(
            labelKeys.allSatisfy(LabelSyntax.isKey), path.field("labels"),
            "a label key is a name such as team, or a domain and a name such as example.com/team")
        rules.require(
            !labelKeys.contains { $0.hasPrefix("quartermaster.dev/") || Self.operatorLabels.contains($0) },
            path.field("labels"),
            """
            app.kubernetes.io/managed-by, /name, /component and all under quartermaster.dev are set by the operator; \
            use another key
            """)
        rules.require(!labelKeys.contains(where: ReservedKeys.contains), path.field("labels"), Self.reservedMessage)
        rules.require(
            annotationKeys.allSatisfy(LabelSyntax.isKey), path.field("annotations"),
            "an annotation key is a name such as note, or a domain and a name such as example.com/note")
        rules.require(
            !annotationKeys.contains { $0.hasPrefix("quartermaster.dev/") }, path.field("annotations"),
            "annotations under quartermaster.dev are set by the operator; use another key")
        rules.require(
            !annotationKeys.contains(where: ReservedKeys.contains), path.field("annotations"), Self.reservedMessage)
    }
}

extension LabelSelector {
    /// - Parameters:
    ///   - keyExample: a label key as users know it here, with `domainExample` one that has a domain.
    ///   - empty: what is said where the selector would match everything.
    func check(
        _ rules: inout Rules, at path: String, keyExample: String, domainExample: String, whenEmpty empty: String
    ) {
        rules.require(
            (matchLabels ?? [:]).keys.allSatisfy(LabelSyntax.isKey), path.field("matchLabels"),
            "a label key is a name such as \(keyExample), or a domain and a name such as \(domainExample)")
        for (index, requirement) in (matchExpressions ?? []).enumerated() {
            let needsValues = requirement.operator == .in || requirement.operator == .notIn
            rules.require(
                needsValues != (requirement.values ?? []).isEmpty, path.field("matchExpressions[\(index)]"),
                "In and NotIn need at least one entry in values; Exists and DoesNotExist take none")
        }
        rules.require(!isEmpty, path, empty)
    }
}
