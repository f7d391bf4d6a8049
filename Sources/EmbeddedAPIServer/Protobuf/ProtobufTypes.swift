/// The fields of the messages that `ProtobufObject` reads. Source: Kubernetes' `generated.proto` files.
struct ProtobufTypes: Sendable {
    indirect enum Form: Sendable {
        case string
        case integer
        case boolean
        case bytes
        case time
        case microTime
        case quantity
        case intOrString
        case list(Form)
        case map(Form)
        case message(String)
    }

    struct Field: Sendable {
        var name: String
        var form: Form
    }

    static let shared = ProtobufTypes(notation)

    private let messages: [String: [Int: Field]]

    func fields(of message: String) -> [Int: Field]? { messages[message] }

    private init(_ notation: String) {
        var messages: [String: [Int: Field]] = [:]
        for line in notation.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            var fields: [Int: Field] = [:]
            for entry in parts[1].split(separator: ",") {
                let words = entry.split(separator: " ")
                guard let number = Int(words[0]) else { continue }
                fields[number] = Field(name: String(words[1]), form: Self.form(words.count > 2 ? words[2] : "string"))
            }
            messages[String(parts[0])] = fields
        }
        self.messages = messages
    }

    private static func form(_ text: Substring) -> Form {
        switch text {
        case "string": .string
        case "int": .integer
        case "bool": .boolean
        case "bytes": .bytes
        case "Time": .time
        case "MicroTime": .microTime
        case "Quantity": .quantity
        case "IntOrString": .intOrString
        case let text where text.hasPrefix("[]"): .list(form(text.dropFirst(2)))
        case let text where text.hasPrefix("{}"): .map(form(text.dropFirst(2)))
        default: .message(String(text))
        }
    }

    /// `number name form`; `[]` marks a list, `{}` a map, no form a text.
    private static let notation = """
        ObjectMeta:1 name,2 generateName,3 namespace,4 selfLink,5 uid,6 resourceVersion,7 generation int,8 creationTimestamp Time,9 deletionTimestamp Time,10 deletionGracePeriodSeconds int,11 labels {}string,12 annotations {}string,13 ownerReferences []OwnerReference,14 finalizers []string
        OwnerReference:5 apiVersion,1 kind,3 name,4 uid,6 controller bool,7 blockOwnerDeletion bool
        LabelSelector:1 matchLabels {}string,2 matchExpressions []LabelSelectorRequirement
        LabelSelectorRequirement:1 key,2 operator,3 values []string
        ObjectReference:1 kind,2 namespace,3 name,4 uid,5 apiVersion,6 resourceVersion,7 fieldPath
        LocalObjectReference:1 name
        ConfigMap:1 metadata ObjectMeta,2 data {}string,3 binaryData {}bytes,4 immutable bool
        Secret:1 metadata ObjectMeta,2 data {}bytes,3 type,4 stringData {}string,5 immutable bool
        Namespace:1 metadata ObjectMeta,2 spec NamespaceSpec
        NamespaceSpec:1 finalizers []string
        ServiceAccount:1 metadata ObjectMeta,2 secrets []ObjectReference,3 imagePullSecrets []LocalObjectReference,4 automountServiceAccountToken bool
        Binding:1 metadata ObjectMeta,2 target ObjectReference
        ResourceQuota:1 metadata ObjectMeta,2 spec ResourceQuotaSpec
        ResourceQuotaSpec:1 hard {}Quantity,2 scopes []string
        Eviction:1 metadata ObjectMeta,2 deleteOptions DeleteOptions
        DeleteOptions:1 gracePeriodSeconds int,2 preconditions Preconditions,3 orphanDependents bool,4 propagationPolicy,5 dryRun []string
        Preconditions:1 uid,2 resourceVersion
        PodDisruptionBudget:1 metadata ObjectMeta,2 spec PodDisruptionBudgetSpec
        PodDisruptionBudgetSpec:1 minAvailable IntOrString,2 selector LabelSelector,3 maxUnavailable IntOrString,4 unhealthyPodEvictionPolicy
        Role:1 metadata ObjectMeta,2 rules []PolicyRule
        ClusterRole:1 metadata ObjectMeta,2 rules []PolicyRule
        PolicyRule:1 verbs []string,2 apiGroups []string,3 resources []string,4 resourceNames []string,5 nonResourceURLs []string
        RoleBinding:1 metadata ObjectMeta,2 subjects []Subject,3 roleRef RoleRef
        ClusterRoleBinding:1 metadata ObjectMeta,2 subjects []Subject,3 roleRef RoleRef
        RoleRef:1 apiGroup,2 kind,3 name
        Subject:1 kind,2 apiGroup,3 name,4 namespace
        PriorityClass:1 metadata ObjectMeta,2 value int,3 globalDefault bool,4 description,5 preemptionPolicy
        Lease:1 metadata ObjectMeta,2 spec LeaseSpec
        LeaseSpec:1 holderIdentity,2 leaseDurationSeconds int,3 acquireTime MicroTime,4 renewTime MicroTime,5 leaseTransitions int,6 strategy,7 preferredHolder
        TokenRequest:1 metadata ObjectMeta,2 spec TokenRequestSpec
        TokenRequestSpec:1 audiences []string,3 boundObjectRef BoundObjectReference,4 expirationSeconds int
        BoundObjectReference:1 kind,2 apiVersion,3 name,4 uid
        SelfSubjectAccessReview:1 metadata ObjectMeta,2 spec SelfSubjectAccessReviewSpec
        SelfSubjectAccessReviewSpec:1 resourceAttributes ResourceAttributes,2 nonResourceAttributes NonResourceAttributes
        SubjectAccessReview:1 metadata ObjectMeta,2 spec SubjectAccessReviewSpec
        SubjectAccessReviewSpec:1 resourceAttributes ResourceAttributes,2 nonResourceAttributes NonResourceAttributes,3 user,4 groups []string,6 uid
        ResourceAttributes:1 namespace,2 verb,3 group,4 version,5 resource,6 subresource,7 name
        NonResourceAttributes:1 path,2 verb
        SelfSubjectRulesReview:1 metadata ObjectMeta,2 spec SelfSubjectRulesReviewSpec
        SelfSubjectRulesReviewSpec:1 namespace
        SelfSubjectReview:1 metadata ObjectMeta
        TokenReview:1 metadata ObjectMeta,2 spec TokenReviewSpec
        TokenReviewSpec:1 token,2 audiences []string
        """
}
