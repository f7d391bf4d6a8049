import KubeAPI
import Testing

/// Children as builders write them: what a server makes of each must not look like drift.
struct RuntimeFixture: CustomTestStringConvertible, Sendable {
    let type: ResourceType
    let yaml: String

    var testDescription: String { type.kind }

    static let all = [
        RuntimeFixture(type: .deployment, yaml: deployment), RuntimeFixture(type: .service, yaml: service),
        RuntimeFixture(type: .podDisruptionBudget, yaml: budget), RuntimeFixture(type: .cronJob, yaml: cronJob),
    ]

    private static let deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: workers, annotations: {empty: ""}}
        spec:
          replicas: 0
          minReadySeconds: 0
          selector: {matchLabels: {app: workers}}
          template:
            metadata: {labels: {app: workers}}
            spec:
              hostNetwork: false
              nodeSelector: {}
              automountServiceAccountToken: false
              affinity:
                nodeAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                    - matchExpressions: [{key: workload, operator: In, values: [worker]}]
              tolerations: [{key: workload, operator: Equal, value: worker, effect: NoSchedule}]
              topologySpreadConstraints:
              - topologyKey: kubernetes.io/hostname
                maxSkew: 1
                whenUnsatisfiable: ScheduleAnyway
                nodeTaintsPolicy: Honor
                labelSelector: {matchLabels: {app: workers}}
              containers:
              - name: worker
                image: worker:1
                args: []
                ports: [{containerPort: 8000}, {containerPort: 53, protocol: UDP}]
                env:
                - {name: EMPTY, value: ""}
                - {name: REGION, value: eu}
                - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
                - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
                envFrom: [{secretRef: {name: credentials}}]
                resources:
                  requests: {cpu: 0.5, memory: 1024Mi}
                  limits: {cpu: 2000m, memory: 3Gi}
                readinessProbe: {httpGet: {path: /ready, port: 8000}}
                volumeMounts: [{name: scratch, mountPath: /scratch, readOnly: false}]
                securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
              volumes:
              - {name: scratch, emptyDir: {sizeLimit: 1024Mi}}
              - {name: plain, emptyDir: {}}
              - {name: settings, configMap: {name: settings}}
        """

    private static let service = """
        apiVersion: v1
        kind: Service
        metadata: {name: workers}
        spec:
          publishNotReadyAddresses: false
          selector: {app: workers}
          ports:
          - {name: http, port: 80, targetPort: 8000}
          - {name: dns, port: 80, protocol: UDP, targetPort: 53}
        """

    private static let budget = """
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: workers}
        spec:
          maxUnavailable: 0
          selector: {matchLabels: {app: workers}}
          unhealthyPodEvictionPolicy: AlwaysAllow
        """

    private static let cronJob = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: nightly}
        spec:
          schedule: "0 3 * * *"
          timeZone: Etc/UTC
          suspend: false
          concurrencyPolicy: Forbid
          startingDeadlineSeconds: 3600
          jobTemplate:
            spec:
              backoffLimit: 0
              template:
                spec:
                  restartPolicy: Never
                  initContainers: [{name: dump, image: postgres:16, command: [sh, -c, "exit 0"]}]
                  containers: [{name: upload, image: restic:1}]
        """
}
