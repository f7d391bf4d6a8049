extension TypeCatalogue {
    /// Pods and what schedules them. Source: Kubernetes API reference, Pod v1 core.
    static let podTypes = """
        @prefix io.k8s.api.core.v1.
        Pod
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec PodSpec always
          status PodStatus always
        PodTemplateSpec
          metadata ObjectMeta always
          spec PodSpec always
        PodTemplate
          apiVersion string
          kind string
          metadata ObjectMeta always
          template PodTemplateSpec always
        PodSpec
          volumes [Volume] map(name) retain
          initContainers [Container] map(name)
          containers! [Container] map(name)
          ephemeralContainers [EphemeralContainer] map(name)
          restartPolicy string =Always enum(Always|OnFailure|Never)
          terminationGracePeriodSeconds int64? =30
          activeDeadlineSeconds int64?
          dnsPolicy string =ClusterFirst enum(ClusterFirstWithHostNet|ClusterFirst|Default|None)
          nodeSelector {string} atomic
          serviceAccountName string
          serviceAccount string
          automountServiceAccountToken bool?
          nodeName string
          hostNetwork bool
          hostPID bool
          hostIPC bool
          shareProcessNamespace bool?
          securityContext PodSecurityContext ={}
          imagePullSecrets [LocalObjectReference] map(name)
          hostname string
          subdomain string
          affinity Affinity
          schedulerName string =default-scheduler
          tolerations [Toleration]
          hostAliases [HostAlias] map(ip)
          priorityClassName string
          priority int32?
          dnsConfig PodDNSConfig
          readinessGates [PodReadinessGate]
          runtimeClassName string?
          enableServiceLinks bool?
          preemptionPolicy string? enum(PreemptLowerPriority|Never)
          overhead {quantity}
          topologySpreadConstraints [TopologySpreadConstraint] map(topologyKey,whenUnsatisfiable)
          setHostnameAsFQDN bool?
          os PodOS
          hostUsers bool?
          schedulingGates [PodSchedulingGate] map(name)
          resourceClaims [PodResourceClaim] map(name) retain
          resources ResourceRequirements
          hostnameOverride string?
          schedulingGroup PodSchedulingGroup
        PodSchedulingGroup
          podGroupName string?
        PodOS
          name! string
        PodSchedulingGate
          name! string
        PodReadinessGate
          conditionType! string
        PodResourceClaim
          name! string
          resourceClaimName string?
          resourceClaimTemplateName string?
        HostAlias
          ip! string
          hostnames [string]
        PodDNSConfig
          nameservers [string]
          searches [string]
          options [PodDNSConfigOption]
        PodDNSConfigOption
          name string
          value string?
        Toleration
          key string
          operator string enum(Exists|Equal|Lt|Gt)
          value string
          effect string enum(NoSchedule|PreferNoSchedule|NoExecute)
          tolerationSeconds int64?
        TopologySpreadConstraint
          maxSkew! int32 min(1)
          topologyKey! string
          whenUnsatisfiable! string enum(DoNotSchedule|ScheduleAnyway)
          labelSelector LabelSelector
          minDomains int32?
          nodeAffinityPolicy string? enum(Honor|Ignore)
          nodeTaintsPolicy string? enum(Honor|Ignore)
          matchLabelKeys [string]
        Affinity
          nodeAffinity NodeAffinity
          podAffinity PodAffinity
          podAntiAffinity PodAntiAffinity
        NodeAffinity
          requiredDuringSchedulingIgnoredDuringExecution NodeSelector
          preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm]
        NodeSelector atomic
          nodeSelectorTerms! [NodeSelectorTerm]
        NodeSelectorTerm atomic
          matchExpressions [NodeSelectorRequirement]
          matchFields [NodeSelectorRequirement]
        NodeSelectorRequirement
          key! string
          operator! string enum(In|NotIn|Exists|DoesNotExist|Gt|Lt)
          values [string]
        PreferredSchedulingTerm
          weight! int32 min(1) max(100)
          preference! NodeSelectorTerm
        PodAffinity
          requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]
          preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
        PodAntiAffinity
          requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]
          preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
        PodAffinityTerm
          labelSelector LabelSelector
          namespaces [string]
          topologyKey! string
          namespaceSelector LabelSelector
          matchLabelKeys [string]
          mismatchLabelKeys [string]
        WeightedPodAffinityTerm
          weight! int32 min(1) max(100)
          podAffinityTerm! PodAffinityTerm
        PodSecurityContext
          seLinuxOptions SELinuxOptions
          windowsOptions WindowsSecurityContextOptions
          runAsUser int64?
          runAsGroup int64?
          runAsNonRoot bool?
          supplementalGroups [int64]
          supplementalGroupsPolicy string? enum(Merge|Strict)
          fsGroup int64?
          sysctls [Sysctl]
          fsGroupChangePolicy string? enum(Always|OnRootMismatch)
          seccompProfile SeccompProfile
          appArmorProfile AppArmorProfile
          seLinuxChangePolicy string?
        Sysctl
          name! string
          value! string
        SELinuxOptions
          user string
          role string
          type string
          level string
        WindowsSecurityContextOptions
          gmsaCredentialSpecName string?
          gmsaCredentialSpec string?
          runAsUserName string?
          hostProcess bool?
        SeccompProfile
          type! string enum(Unconfined|RuntimeDefault|Localhost)
          localhostProfile string?
        AppArmorProfile
          type! string enum(Unconfined|RuntimeDefault|Localhost)
          localhostProfile string?
        LocalObjectReference atomic
          name string ==""
        """
}
