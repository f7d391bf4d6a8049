extension TypeCatalogue {
    /// Source: Kubernetes API reference, policy v1, scheduling v1, node v1, coordination v1.
    static let policyTypes = """
        @prefix io.k8s.api.policy.v1.
        PodDisruptionBudget
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec PodDisruptionBudgetSpec always
          status PodDisruptionBudgetStatus always
        PodDisruptionBudgetSpec
          minAvailable intOrString
          selector LabelSelector replace
          maxUnavailable intOrString
          unhealthyPodEvictionPolicy string? enum(AlwaysAllow|IfHealthyBudget)
        PodDisruptionBudgetStatus
          observedGeneration int64
          disruptedPods {time}
          disruptionsAllowed int32 always
          currentHealthy int32 always
          desiredHealthy int32 always
          expectedPods int32 always
          conditions [Condition] map(type)
        Eviction
          apiVersion string
          kind string
          metadata ObjectMeta always
          deleteOptions DeleteOptions
        DeleteOptions = io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions
          apiVersion string
          kind string
          gracePeriodSeconds int64?
          preconditions Preconditions
          orphanDependents bool?
          propagationPolicy string?
          dryRun [string]
          ignoreStoreReadErrorWithClusterBreakingPotential bool?
        Preconditions = io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions
          uid string?
          resourceVersion string?
        @prefix io.k8s.api.scheduling.v1.
        PriorityClass
          apiVersion string
          kind string
          metadata ObjectMeta always
          value int32 always
          globalDefault bool
          description string
          preemptionPolicy string? =PreemptLowerPriority enum(PreemptLowerPriority|Never)
        @prefix io.k8s.api.node.v1.
        RuntimeClass
          apiVersion string
          kind string
          metadata ObjectMeta always
          handler! string
          overhead Overhead
          scheduling Scheduling
        Overhead
          podFixed {quantity}
        Scheduling
          nodeSelector {string} atomic
          tolerations [Toleration]
        @prefix io.k8s.api.coordination.v1.
        Lease
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec LeaseSpec always
        LeaseSpec
          holderIdentity string?
          leaseDurationSeconds int32?
          acquireTime microTime
          renewTime microTime
          leaseTransitions int32?
          strategy string?
          preferredHolder string?
        """

    /// Source: Kubernetes API reference, networking v1.
    static let networkingTypes = """
        @prefix io.k8s.api.networking.v1.
        Ingress
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec IngressSpec always
          status IngressStatus always
        IngressSpec
          ingressClassName string?
          defaultBackend IngressBackend
          tls [IngressTLS]
          rules [IngressRule]
        IngressBackend
          service IngressServiceBackend
          resource TypedLocalObjectReference
        IngressServiceBackend
          name! string
          port ServiceBackendPort always
        ServiceBackendPort atomic
          name string
          number int32
        IngressTLS
          hosts [string]
          secretName string
        IngressRule
          host string
          http HTTPIngressRuleValue
        HTTPIngressRuleValue
          paths! [HTTPIngressPath]
        HTTPIngressPath
          path string
          pathType! string?
          backend! IngressBackend
        IngressStatus
          loadBalancer IngressLoadBalancerStatus always
        IngressLoadBalancerStatus
          ingress [IngressLoadBalancerIngress]
        IngressLoadBalancerIngress
          ip string
          hostname string
          ports [IngressPortStatus]
        IngressPortStatus
          port! int32
          protocol! string
          error string?
        NetworkPolicy
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec NetworkPolicySpec always
        NetworkPolicySpec
          podSelector LabelSelector always
          ingress [NetworkPolicyIngressRule]
          egress [NetworkPolicyEgressRule]
          policyTypes [string]
        NetworkPolicyIngressRule
          ports [NetworkPolicyPort]
          from [NetworkPolicyPeer]
        NetworkPolicyEgressRule
          ports [NetworkPolicyPort]
          to [NetworkPolicyPeer]
        NetworkPolicyPort
          protocol string? =TCP
          port intOrString
          endPort int32?
        NetworkPolicyPeer
          podSelector LabelSelector
          namespaceSelector LabelSelector
          ipBlock IPBlock
        IPBlock
          cidr! string
          except [string]
        """

    /// Source: Kubernetes API reference, rbac.authorization.k8s.io v1.
    static let rbacTypes = """
        @prefix io.k8s.api.rbac.v1.
        Role
          apiVersion string
          kind string
          metadata ObjectMeta always
          rules [PolicyRule] always
        ClusterRole
          apiVersion string
          kind string
          metadata ObjectMeta always
          rules [PolicyRule] always
          aggregationRule AggregationRule
        AggregationRule
          clusterRoleSelectors [LabelSelector]
        PolicyRule
          verbs! [string]
          apiGroups [string]
          resources [string]
          resourceNames [string]
          nonResourceURLs [string]
        RoleBinding
          apiVersion string
          kind string
          metadata ObjectMeta always
          subjects [Subject]
          roleRef! RoleRef
        ClusterRoleBinding
          apiVersion string
          kind string
          metadata ObjectMeta always
          subjects [Subject]
          roleRef! RoleRef
        Subject atomic
          kind! string
          apiGroup string
          name! string
          namespace string
        RoleRef atomic
          apiGroup string always
          kind! string
          name! string
        """

    /// Source: Kubernetes API reference, Event of v1 and of events.k8s.io/v1.
    static let eventTypes = """
        @prefix io.k8s.api.core.v1.
        CoreEvent = io.k8s.api.core.v1.Event
          apiVersion string
          kind string
          metadata! ObjectMeta
          involvedObject! ObjectReference
          reason string
          message string
          source EventSource always
          firstTimestamp time always
          lastTimestamp time always
          count int32
          type string
          eventTime microTime always
          series CoreEventSeries
          action string
          related ObjectReference
          reportingComponent string always
          reportingInstance string always
        CoreEventSeries = io.k8s.api.core.v1.EventSeries
          count int32
          lastObservedTime microTime always
        EventSource
          component string
          host string
        @prefix io.k8s.api.events.v1.
        Event
          apiVersion string
          kind string
          metadata ObjectMeta always
          eventTime! microTime
          series EventSeries
          reportingController string
          reportingInstance string
          action string
          reason string
          regarding ObjectReference always
          related ObjectReference
          note string
          type string
          deprecatedSource EventSource always
          deprecatedFirstTimestamp time always
          deprecatedLastTimestamp time always
          deprecatedCount int32
        EventSeries
          count! int32
          lastObservedTime! microTime
        """
}
