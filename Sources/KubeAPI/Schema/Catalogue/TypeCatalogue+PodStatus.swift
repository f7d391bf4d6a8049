extension TypeCatalogue {
    /// What is observed of a pod. Source: Kubernetes API reference, PodStatus v1 core.
    static let podStatusTypes = """
        @prefix io.k8s.api.core.v1.
        PodStatus
          observedGeneration int64
          phase string =Pending
          conditions [PodCondition] map(type)
          message string
          reason string
          nominatedNodeName string
          hostIP string
          hostIPs [HostIP] patch(ip)
          podIP string
          podIPs [PodIP] map(ip)
          startTime time
          initContainerStatuses [ContainerStatus]
          containerStatuses [ContainerStatus]
          qosClass string
          ephemeralContainerStatuses [ContainerStatus]
          resize string
          resourceClaimStatuses [PodResourceClaimStatus] map(name) retain
          extendedResourceClaimStatus PodExtendedResourceClaimStatus
          allocatedResources {quantity}
          resources ResourceRequirements
          nodeAllocatableResourceClaimStatuses [NodeAllocatableResourceClaimStatus]
        NodeAllocatableResourceClaimStatus
          resourceClaimName! string
          containers [string] set nopatch
          resources! {quantity}
        PodCondition
          type! string
          observedGeneration int64
          status! string
          lastProbeTime time always
          lastTransitionTime time always
          reason string
          message string
        HostIP
          ip! string
        PodIP
          ip! string
        ContainerStatus
          name! string
          state ContainerState always
          lastState ContainerState always
          ready! bool
          restartCount! int32
          image! string
          imageID! string
          containerID string
          started bool?
          allocatedResources {quantity}
          resources ResourceRequirements
          volumeMounts [VolumeMountStatus] map(mountPath)
          user ContainerUser
          allocatedResourcesStatus [ResourceStatus] map(name)
          stopSignal string?
        ContainerState
          waiting ContainerStateWaiting
          running ContainerStateRunning
          terminated ContainerStateTerminated
        ContainerStateWaiting
          reason string
          message string
        ContainerStateRunning
          startedAt time always
        ContainerStateTerminated
          exitCode! int32
          signal int32
          reason string
          message string
          startedAt time always
          finishedAt time always
          containerID string
        VolumeMountStatus
          name! string
          mountPath! string
          readOnly bool
          recursiveReadOnly string?
          volumeStatus VolumeStatus
        VolumeStatus
          image ImageVolumeStatus
        ImageVolumeStatus
          imageRef! string
        ContainerUser
          linux LinuxContainerUser
        LinuxContainerUser
          uid! int64
          gid! int64
          supplementalGroups [int64]
        ResourceStatus
          name! string
          resources [ResourceHealth] map(resourceID) nopatch
        ResourceHealth
          resourceID! string
          health string
          message string?
        PodResourceClaimStatus
          name! string
          resourceClaimName string?
        PodExtendedResourceClaimStatus
          requestMappings! [ContainerExtendedResourceRequest]
          resourceClaimName! string
        ContainerExtendedResourceRequest
          containerName! string
          resourceName! string
          requestName! string
        """
}
