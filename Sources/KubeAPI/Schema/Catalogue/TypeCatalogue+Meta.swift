extension TypeCatalogue {
    /// What every kind has.
    static let metaTypes = """
        @prefix io.k8s.apimachinery.pkg.apis.meta.v1.
        ObjectMeta
          name string
          generateName string
          namespace string
          selfLink string
          uid string
          resourceVersion string
          generation int64
          creationTimestamp time
          deletionTimestamp time
          deletionGracePeriodSeconds int64?
          labels {string}
          annotations {string}
          ownerReferences [OwnerReference] map(uid)
          finalizers [string] set
          managedFields [ManagedFieldsEntry]
        OwnerReference atomic
          apiVersion! string
          kind! string
          name! string
          uid! string
          controller bool?
          blockOwnerDeletion bool?
        ManagedFieldsEntry
          manager string
          operation string
          apiVersion string
          time time
          fieldsType string
          fieldsV1 any
          subresource string
        LabelSelector atomic
          matchLabels {string}
          matchExpressions [LabelSelectorRequirement]
        LabelSelectorRequirement
          key! string
          operator! string
          values [string]
        Condition
          type! string
          status! string
          observedGeneration int64
          lastTransitionTime! time
          reason! string
          message! string
        ListMeta
          selfLink string
          resourceVersion string
          continue string
          remainingItemCount int64?
          shardInfo ShardInfo
        ShardInfo
          selector! string
        Status
          apiVersion string
          kind string
          metadata ListMeta always
          status string
          message string
          reason string
          details StatusDetails
          code int32
        StatusDetails
          name string
          group string
          kind string
          uid string
          causes [StatusCause]
          retryAfterSeconds int32
        StatusCause
          reason string
          message string
          field string
        Patch
        """
}
