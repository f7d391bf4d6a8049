extension TypeCatalogue {
    /// Source: Kubernetes API reference, apps v1.
    static let appsTypes = """
        @prefix io.k8s.api.apps.v1.
        Deployment
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec DeploymentSpec always
          status DeploymentStatus always
        DeploymentSpec
          replicas int32? =1 min(0)
          selector! LabelSelector?
          template! PodTemplateSpec
          strategy DeploymentStrategy always retain
          minReadySeconds int32 min(0)
          revisionHistoryLimit int32? =10 min(0)
          paused bool
          progressDeadlineSeconds int32? =600 min(0)
        DeploymentStrategy
          type string =RollingUpdate enum(Recreate|RollingUpdate)
          rollingUpdate RollingUpdateDeployment
        RollingUpdateDeployment
          maxUnavailable intOrString =25%
          maxSurge intOrString =25%
        DeploymentStatus
          observedGeneration int64
          replicas int32
          updatedReplicas int32
          readyReplicas int32
          availableReplicas int32
          unavailableReplicas int32
          terminatingReplicas int32?
          conditions [DeploymentCondition] map(type)
          collisionCount int32?
        DeploymentCondition
          type! string
          status! string
          lastUpdateTime time always
          lastTransitionTime time always
          reason string
          message string
        ReplicaSet
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec ReplicaSetSpec always
          status ReplicaSetStatus always
        ReplicaSetSpec
          replicas int32? =1 min(0)
          minReadySeconds int32 min(0)
          selector! LabelSelector?
          template PodTemplateSpec always
        ReplicaSetStatus
          replicas! int32
          fullyLabeledReplicas int32
          readyReplicas int32
          availableReplicas int32
          terminatingReplicas int32?
          observedGeneration int64
          conditions [ReplicaSetCondition] map(type)
        ReplicaSetCondition
          type! string
          status! string
          lastTransitionTime time always
          reason string
          message string
        StatefulSet
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec StatefulSetSpec always
          status StatefulSetStatus always
        StatefulSetSpec
          replicas int32? =1 min(0)
          selector! LabelSelector?
          template! PodTemplateSpec
          volumeClaimTemplates [PersistentVolumeClaim]
          serviceName string always
          podManagementPolicy string =OrderedReady enum(OrderedReady|Parallel)
          updateStrategy StatefulSetUpdateStrategy always
          revisionHistoryLimit int32? =10 min(0)
          minReadySeconds int32 min(0)
          persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy ={}
          ordinals StatefulSetOrdinals
        StatefulSetUpdateStrategy
          type string =RollingUpdate enum(OnDelete|RollingUpdate)
          rollingUpdate RollingUpdateStatefulSetStrategy
        RollingUpdateStatefulSetStrategy
          partition int32? =0
          maxUnavailable intOrString
        StatefulSetPersistentVolumeClaimRetentionPolicy
          whenDeleted string =Retain
          whenScaled string =Retain
        StatefulSetOrdinals
          start int32 always
        StatefulSetStatus
          observedGeneration int64
          replicas! int32
          readyReplicas int32
          currentReplicas int32
          updatedReplicas int32
          currentRevision string
          updateRevision string
          collisionCount int32?
          conditions [StatefulSetCondition] map(type)
          availableReplicas int32 always
        StatefulSetCondition
          type! string
          status! string
          lastTransitionTime time always
          reason string
          message string
        DaemonSet
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec DaemonSetSpec always
          status DaemonSetStatus always
        DaemonSetSpec
          selector! LabelSelector?
          template! PodTemplateSpec
          updateStrategy DaemonSetUpdateStrategy always
          minReadySeconds int32 min(0)
          revisionHistoryLimit int32? =10 min(0)
        DaemonSetUpdateStrategy
          type string =RollingUpdate enum(OnDelete|RollingUpdate)
          rollingUpdate RollingUpdateDaemonSet
        RollingUpdateDaemonSet
          maxUnavailable intOrString =1
          maxSurge intOrString =0
        DaemonSetStatus
          currentNumberScheduled! int32
          numberMisscheduled! int32
          desiredNumberScheduled! int32
          numberReady! int32
          observedGeneration int64
          updatedNumberScheduled int32
          numberAvailable int32
          numberUnavailable int32
          collisionCount int32?
          conditions [DaemonSetCondition] map(type)
        DaemonSetCondition
          type! string
          status! string
          lastTransitionTime time always
          reason string
          message string
        ControllerRevision
          apiVersion string
          kind string
          metadata ObjectMeta always
          data any
          revision! int64
        """

    /// Source: Kubernetes API reference, batch v1.
    static let batchTypes = """
        @prefix io.k8s.api.batch.v1.
        Job
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec JobSpec always
          status JobStatus always
        JobSpec
          parallelism int32? min(0)
          completions int32? min(0)
          activeDeadlineSeconds int64? min(0)
          podFailurePolicy PodFailurePolicy
          successPolicy SuccessPolicy
          backoffLimit int32? min(0)
          backoffLimitPerIndex int32? min(0)
          maxFailedIndexes int32? min(0)
          selector LabelSelector
          manualSelector bool?
          template! PodTemplateSpec
          ttlSecondsAfterFinished int32? min(0)
          completionMode string? enum(NonIndexed|Indexed)
          suspend bool?
          podReplacementPolicy string?
          managedBy string?
        PodFailurePolicy
          rules! [PodFailurePolicyRule]
        PodFailurePolicyRule
          action! string
          onExitCodes PodFailurePolicyOnExitCodesRequirement
          onPodConditions [PodFailurePolicyOnPodConditionsPattern]
        PodFailurePolicyOnExitCodesRequirement
          containerName string?
          operator! string
          values! [int32] set nopatch
        PodFailurePolicyOnPodConditionsPattern
          type! string
          status string always
        SuccessPolicy
          rules! [SuccessPolicyRule]
        SuccessPolicyRule
          succeededIndexes string?
          succeededCount int32?
        JobStatus
          conditions [JobCondition] patch(type)
          startTime time
          completionTime time
          active int32
          succeeded int32
          failed int32
          terminating int32?
          completedIndexes string
          failedIndexes string?
          uncountedTerminatedPods UncountedTerminatedPods
          ready int32?
        JobCondition
          type! string
          status! string
          lastProbeTime time always
          lastTransitionTime time always
          reason string
          message string
        UncountedTerminatedPods
          succeeded [string] set nopatch
          failed [string] set nopatch
        CronJob
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec! CronJobSpec
          status CronJobStatus always
        CronJobSpec
          schedule! string
          timeZone string?
          startingDeadlineSeconds int64? min(0)
          concurrencyPolicy string =Allow enum(Allow|Forbid|Replace)
          suspend bool? =false
          jobTemplate! JobTemplateSpec
          successfulJobsHistoryLimit int32? =3 min(0)
          failedJobsHistoryLimit int32? =1 min(0)
        JobTemplateSpec
          metadata ObjectMeta always
          spec JobSpec always
        CronJobStatus
          active [ObjectReference]
          lastScheduleTime time
          lastSuccessfulTime time
        """

    /// Source: Kubernetes API reference, autoscaling v1 and v2.
    static let autoscalingTypes = """
        @prefix io.k8s.api.autoscaling.v1.
        Scale
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec ScaleSpec always
          status ScaleStatus always
        ScaleSpec
          replicas int32 min(0)
        ScaleStatus
          replicas! int32
          selector string
        @prefix io.k8s.api.autoscaling.v2.
        HorizontalPodAutoscaler
          apiVersion string
          kind string
          metadata ObjectMeta always
          spec! HorizontalPodAutoscalerSpec
          status HorizontalPodAutoscalerStatus always
        HorizontalPodAutoscalerSpec
          scaleTargetRef! CrossVersionObjectReference
          minReplicas int32? =1
          maxReplicas! int32
          metrics [MetricSpec]
          behavior HorizontalPodAutoscalerBehavior
        CrossVersionObjectReference
          kind! string
          name! string
          apiVersion string
        MetricSpec
          type! string
          object ObjectMetricSource
          pods PodsMetricSource
          resource ResourceMetricSource
          containerResource ContainerResourceMetricSource
          external ExternalMetricSource
        ObjectMetricSource
          describedObject! CrossVersionObjectReference
          target! MetricTarget
          metric! MetricIdentifier
        PodsMetricSource
          metric! MetricIdentifier
          target! MetricTarget
        ResourceMetricSource
          name! string
          target! MetricTarget
        ContainerResourceMetricSource
          name! string
          target! MetricTarget
          container! string
        ExternalMetricSource
          metric! MetricIdentifier
          target! MetricTarget
        MetricTarget
          type! string
          value quantity?
          averageValue quantity?
          averageUtilization int32?
        MetricIdentifier
          name! string
          selector LabelSelector
        HorizontalPodAutoscalerBehavior
          scaleUp HPAScalingRules
          scaleDown HPAScalingRules
        HPAScalingRules
          stabilizationWindowSeconds int32?
          selectPolicy string?
          policies [HPAScalingPolicy]
          tolerance quantity?
        HPAScalingPolicy
          type! string
          value! int32
          periodSeconds! int32
        HorizontalPodAutoscalerStatus
          observedGeneration int64?
          lastScaleTime time
          currentReplicas int32
          desiredReplicas! int32
          currentMetrics [MetricStatus] always
          conditions [HorizontalPodAutoscalerCondition] map(type)
        MetricStatus
          type! string
          object ObjectMetricStatus
          pods PodsMetricStatus
          resource ResourceMetricStatus
          containerResource ContainerResourceMetricStatus
          external ExternalMetricStatus
        ObjectMetricStatus
          metric! MetricIdentifier
          current! MetricValueStatus
          describedObject! CrossVersionObjectReference
        PodsMetricStatus
          metric! MetricIdentifier
          current! MetricValueStatus
        ResourceMetricStatus
          name! string
          current! MetricValueStatus
        ContainerResourceMetricStatus
          name! string
          current! MetricValueStatus
          container! string
        ExternalMetricStatus
          metric! MetricIdentifier
          current! MetricValueStatus
        MetricValueStatus
          value quantity?
          averageValue quantity?
          averageUtilization int32?
        HorizontalPodAutoscalerCondition
          type! string
          status! string
          lastTransitionTime time always
          reason string
          message string
        """
}
