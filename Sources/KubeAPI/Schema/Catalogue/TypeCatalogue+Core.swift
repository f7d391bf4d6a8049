extension TypeCatalogue {
    /// Namespaces, nodes, configuration and accounts. Source: Kubernetes API reference, v1 core.
    static let coreTypes = """
        @prefix io.k8s.api.core.v1.
        Namespace
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec NamespaceSpec always
          status NamespaceStatus always
        NamespaceSpec
          finalizers [string]
        NamespaceStatus
          phase string =Active
          conditions [NamespaceCondition] map(type)
        NamespaceCondition
          type! string
          status! string
          lastTransitionTime time always
          reason string
          message string
        ConfigMap
          apiVersion string
          kind string
          metadata ObjectMeta always
          immutable bool?
          data {string}
          binaryData {bytes}
        Secret
          apiVersion string
          kind string
          metadata ObjectMeta always
          immutable bool?
          data {bytes}
          stringData {string}
          type string =Opaque
        ServiceAccount
          apiVersion string
          kind string
          metadata ObjectMeta always
          secrets [ObjectReference] map(name)
          imagePullSecrets [LocalObjectReference]
          automountServiceAccountToken bool?
        ObjectReference atomic
          kind string
          namespace string
          name string
          uid string
          apiVersion string
          resourceVersion string
          fieldPath string
        TypedLocalObjectReference atomic
          apiGroup string?
          kind! string
          name! string
        TypedObjectReference
          apiGroup string?
          kind! string
          name! string
          namespace string?
        """

    static let nodeTypes = """
        @prefix io.k8s.api.core.v1.
        Node
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec NodeSpec always
          status NodeStatus always
        NodeSpec
          podCIDR string
          podCIDRs [string] set
          providerID string
          unschedulable bool
          taints [Taint]
          configSource NodeConfigSource
          externalID string
        Taint
          key! string
          value string
          effect! string
          timeAdded time
        NodeConfigSource
          configMap ConfigMapNodeConfigSource
        ConfigMapNodeConfigSource
          namespace! string
          name! string
          uid string
          resourceVersion string
          kubeletConfigKey! string
        NodeStatus
          capacity {quantity}
          allocatable {quantity}
          phase string
          conditions [NodeCondition] map(type)
          addresses [NodeAddress] map(type)
          daemonEndpoints NodeDaemonEndpoints always
          nodeInfo NodeSystemInfo always
          images [ContainerImage]
          volumesInUse [string]
          volumesAttached [AttachedVolume]
          config NodeConfigStatus
          runtimeHandlers [NodeRuntimeHandler]
          features NodeFeatures
          declaredFeatures [string]
        NodeCondition
          type! string
          status! string
          lastHeartbeatTime time always
          lastTransitionTime time always
          reason string
          message string
        NodeAddress
          type! string
          address! string
        NodeDaemonEndpoints
          kubeletEndpoint DaemonEndpoint always
        DaemonEndpoint
          Port! int32
        NodeSystemInfo
          machineID! string
          systemUUID! string
          bootID! string
          kernelVersion! string
          osImage! string
          containerRuntimeVersion! string
          kubeletVersion! string
          kubeProxyVersion! string
          operatingSystem! string
          architecture! string
          swap NodeSwapStatus
        NodeSwapStatus
          capacity int64?
        ContainerImage
          names [string]
          sizeBytes int64
        AttachedVolume
          name! string
          devicePath! string
        NodeConfigStatus
          assigned NodeConfigSource
          active NodeConfigSource
          lastKnownGood NodeConfigSource
          error string
        NodeRuntimeHandler
          name string
          features NodeRuntimeHandlerFeatures
        NodeRuntimeHandlerFeatures
          recursiveReadOnlyMounts bool?
          userNamespaces bool?
        NodeFeatures
          supplementalGroupsPolicy bool?
        """

    static let serviceTypes = """
        @prefix io.k8s.api.core.v1.
        Service
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec ServiceSpec always
          status ServiceStatus always
        ServiceSpec
          ports [ServicePort] map(port,protocol)
          selector {string} atomic
          clusterIP string
          clusterIPs [string]
          type string =ClusterIP enum(ClusterIP|ExternalName|LoadBalancer|NodePort)
          externalIPs [string]
          sessionAffinity string =None enum(ClientIP|None)
          loadBalancerIP string
          loadBalancerSourceRanges [string]
          externalName string
          externalTrafficPolicy string enum(Cluster|Local)
          healthCheckNodePort int32
          publishNotReadyAddresses bool
          sessionAffinityConfig SessionAffinityConfig
          ipFamilies [string]
          ipFamilyPolicy string? enum(SingleStack|PreferDualStack|RequireDualStack)
          allocateLoadBalancerNodePorts bool?
          loadBalancerClass string?
          internalTrafficPolicy string? enum(Cluster|Local)
          trafficDistribution string?
        ServicePort
          name string
          protocol string ==TCP enum(SCTP|TCP|UDP)
          appProtocol string?
          port! int32
          targetPort intOrString
          nodePort int32
        SessionAffinityConfig
          clientIP ClientIPConfig
        ClientIPConfig
          timeoutSeconds int32? =10800
        ServiceStatus
          loadBalancer LoadBalancerStatus always
          conditions [Condition] map(type)
        LoadBalancerStatus
          ingress [LoadBalancerIngress]
        LoadBalancerIngress
          ip string
          hostname string
          ipMode string?
          ports [PortStatus]
        PortStatus
          port! int32
          protocol! string
          error string?
        Endpoints
          apiVersion string
          kind string
          metadata ObjectMeta always
          subsets [EndpointSubset]
        EndpointSubset
          addresses [EndpointAddress]
          notReadyAddresses [EndpointAddress]
          ports [EndpointPort]
        EndpointAddress atomic
          ip! string
          hostname string
          nodeName string?
          targetRef ObjectReference
        EndpointPort atomic
          name string
          port! int32
          protocol string =TCP
          appProtocol string?
        """

    static let quotaTypes = """
        @prefix io.k8s.api.core.v1.
        ResourceQuota
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec ResourceQuotaSpec always
          status ResourceQuotaStatus always
        ResourceQuotaSpec
          hard {quantity}
          scopes [string]
          scopeSelector ScopeSelector
        ScopeSelector atomic
          matchExpressions [ScopedResourceSelectorRequirement]
        ScopedResourceSelectorRequirement
          scopeName! string
          operator! string
          values [string]
        ResourceQuotaStatus
          hard {quantity}
          used {quantity}
        LimitRange
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec LimitRangeSpec always
        LimitRangeSpec
          limits [LimitRangeItem]
        LimitRangeItem
          type! string
          max {quantity}
          min {quantity}
          default {quantity}
          defaultRequest {quantity}
          maxLimitRequestRatio {quantity}
        """

    static let storageTypes = """
        @prefix io.k8s.api.core.v1.
        PersistentVolumeClaim
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec PersistentVolumeClaimSpec always
          status PersistentVolumeClaimStatus always
        PersistentVolumeClaimSpec
          accessModes [string]
          selector LabelSelector
          resources VolumeResourceRequirements always
          volumeName string
          storageClassName string?
          volumeMode string? =Filesystem
          dataSource TypedLocalObjectReference
          dataSourceRef TypedObjectReference
          volumeAttributesClassName string?
        VolumeResourceRequirements
          limits {quantity}
          requests {quantity}
        PersistentVolumeClaimStatus
          phase string =Pending
          accessModes [string]
          capacity {quantity}
          conditions [PersistentVolumeClaimCondition] map(type)
          allocatedResources {quantity}
          allocatedResourceStatuses {string}
          currentVolumeAttributesClassName string?
          modifyVolumeStatus ModifyVolumeStatus
        PersistentVolumeClaimCondition
          type! string
          status! string
          lastProbeTime time always
          lastTransitionTime time always
          reason string
          message string
        ModifyVolumeStatus
          targetVolumeAttributesClassName string
          status! string
        @prefix io.k8s.api.storage.v1.
        StorageClass
          apiVersion string
          kind string
          metadata ObjectMeta always
          provisioner! string
          parameters {string}
          reclaimPolicy string? =Delete
          mountOptions [string]
          allowVolumeExpansion bool?
          volumeBindingMode string? =Immediate
          allowedTopologies [TopologySelectorTerm]
        TopologySelectorTerm = io.k8s.api.core.v1.TopologySelectorTerm atomic
          matchLabelExpressions [TopologySelectorLabelRequirement]
        TopologySelectorLabelRequirement = io.k8s.api.core.v1.TopologySelectorLabelRequirement
          key! string
          values! [string]
        """
}
