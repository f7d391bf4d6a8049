extension TypeCatalogue {
    /// Containers, probes, environment and resources. Source: Kubernetes API reference, Container v1 core.
    static let containerTypes = """
        @prefix io.k8s.api.core.v1.
        Container
          name! string
          image string
          command [string]
          args [string]
          workingDir string
          ports [ContainerPort] map(containerPort,protocol)
          envFrom [EnvFromSource]
          env [EnvVar] map(name)
          resources ResourceRequirements always
          resizePolicy [ContainerResizePolicy]
          restartPolicy string?
          restartPolicyRules [ContainerRestartRule]
          volumeMounts [VolumeMount] map(mountPath)
          volumeDevices [VolumeDevice] map(devicePath)
          livenessProbe Probe
          readinessProbe Probe
          startupProbe Probe
          lifecycle Lifecycle
          terminationMessagePath string =/dev/termination-log
          terminationMessagePolicy string =File enum(File|FallbackToLogsOnError)
          imagePullPolicy string enum(Always|IfNotPresent|Never)
          securityContext SecurityContext
          stdin bool
          stdinOnce bool
          tty bool
        EphemeralContainer
          name! string
          image string
          command [string]
          args [string]
          workingDir string
          ports [ContainerPort] map(containerPort,protocol)
          envFrom [EnvFromSource]
          env [EnvVar] map(name)
          resources ResourceRequirements always
          resizePolicy [ContainerResizePolicy]
          restartPolicy string?
          restartPolicyRules [ContainerRestartRule]
          volumeMounts [VolumeMount] map(mountPath)
          volumeDevices [VolumeDevice] map(devicePath)
          livenessProbe Probe
          readinessProbe Probe
          startupProbe Probe
          lifecycle Lifecycle
          terminationMessagePath string =/dev/termination-log
          terminationMessagePolicy string =File enum(File|FallbackToLogsOnError)
          imagePullPolicy string enum(Always|IfNotPresent|Never)
          securityContext SecurityContext
          stdin bool
          stdinOnce bool
          tty bool
          targetContainerName string
        ContainerPort
          name string
          hostPort int32
          containerPort! int32
          protocol string ==TCP enum(SCTP|TCP|UDP)
          hostIP string
        ContainerResizePolicy
          resourceName! string
          restartPolicy! string
        ContainerRestartRule
          action! string
          exitCodes ContainerRestartRuleOnExitCodes
        ContainerRestartRuleOnExitCodes
          operator! string
          values [int32] set nopatch
        EnvVar
          name! string
          value string
          valueFrom EnvVarSource
        EnvVarSource
          fieldRef ObjectFieldSelector
          resourceFieldRef ResourceFieldSelector
          configMapKeyRef ConfigMapKeySelector
          secretKeyRef SecretKeySelector
          fileKeyRef FileKeySelector
        ObjectFieldSelector atomic
          apiVersion string =v1
          fieldPath! string
        ResourceFieldSelector atomic
          containerName string
          resource! string
          divisor quantity ="0"
        ConfigMapKeySelector atomic
          name string ==""
          key! string
          optional bool?
        SecretKeySelector atomic
          name string ==""
          key! string
          optional bool?
        FileKeySelector atomic
          volumeName! string
          path! string
          key! string
          optional bool? ==false
        EnvFromSource
          prefix string
          configMapRef ConfigMapEnvSource
          secretRef SecretEnvSource
        ConfigMapEnvSource
          name string ==""
          optional bool?
        SecretEnvSource
          name string ==""
          optional bool?
        ResourceRequirements
          limits {quantity}
          requests {quantity}
          claims [ResourceClaim] map(name) nopatch
        ResourceClaim = io.k8s.api.core.v1.ResourceClaim
          name! string
          request string
        VolumeMount
          name! string
          readOnly bool
          recursiveReadOnly string?
          mountPath! string
          subPath string
          mountPropagation string?
          subPathExpr string
        VolumeDevice
          name! string
          devicePath! string
        Probe
          exec ExecAction
          httpGet HTTPGetAction
          tcpSocket TCPSocketAction
          grpc GRPCAction
          initialDelaySeconds int32 min(0)
          timeoutSeconds int32 =1 min(0)
          periodSeconds int32 =10 min(0)
          successThreshold int32 =1 min(0)
          failureThreshold int32 =3 min(0)
          terminationGracePeriodSeconds int64?
        ExecAction
          command [string]
        HTTPGetAction
          path string =/
          port! intOrString
          host string
          scheme string =HTTP enum(HTTP|HTTPS)
          httpHeaders [HTTPHeader]
        HTTPHeader
          name! string
          value! string
        TCPSocketAction
          port! intOrString
          host string
        GRPCAction
          port! int32
          service string? ==""
        Lifecycle
          postStart LifecycleHandler
          preStop LifecycleHandler
          stopSignal string?
        LifecycleHandler
          exec ExecAction
          httpGet HTTPGetAction
          tcpSocket TCPSocketAction
          sleep SleepAction
        SleepAction
          seconds! int64
        SecurityContext
          capabilities Capabilities
          privileged bool?
          seLinuxOptions SELinuxOptions
          windowsOptions WindowsSecurityContextOptions
          runAsUser int64?
          runAsGroup int64?
          runAsNonRoot bool?
          readOnlyRootFilesystem bool?
          allowPrivilegeEscalation bool?
          procMount string?
          seccompProfile SeccompProfile
          appArmorProfile AppArmorProfile
        Capabilities
          add [string]
          drop [string]
        """
}
