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
        RuntimeFixture("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", yaml: networkPolicy),
        RuntimeFixture("networking.k8s.io", "v1", "Ingress", "ingresses", yaml: ingress),
        RuntimeFixture("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", yaml: autoscaler),
        RuntimeFixture("", "v1", "ResourceQuota", "resourcequotas", yaml: quota),
        RuntimeFixture("", "v1", "LimitRange", "limitranges", yaml: limitRange),
        RuntimeFixture("rbac.authorization.k8s.io", "v1", "Role", "roles", yaml: role),
        RuntimeFixture("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", yaml: binding),
    ]

    init(type: ResourceType, yaml: String) {
        self.type = type
        self.yaml = yaml
    }

    private init(_ group: String, _ version: String, _ kind: String, _ plural: String, yaml: String) {
        let type = ResourceType(group: group, version: version, kind: kind, plural: plural)
        self.init(type: type, yaml: "apiVersion: \(type.apiVersion)\nkind: \(kind)\nmetadata: {name: fixture}\n" + yaml)
    }

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

    private static let networkPolicy = """
        spec:
          podSelector: {matchLabels: {app: workers}}
          policyTypes: [Ingress, Egress]
          ingress: []
          egress:
          - to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]
            ports: [{port: 53, protocol: UDP}, {port: 53}]
          - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]
            ports: [{port: 443}]
        """

    private static let ingress = """
        spec:
          rules:
          - host: app.example.com
            http:
              paths: [{path: /, pathType: Prefix, backend: {service: {name: workers, port: {name: http}}}}]
        """

    private static let autoscaler = """
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: workers}
          minReplicas: 1
          maxReplicas: 10
          metrics:
          - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}
          - {type: Pods, pods: {metric: {name: jobs}, target: {type: AverageValue, averageValue: 2000m}}}
          behavior:
            scaleUp: {stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 4, periodSeconds: 15}]}
            scaleDown: {stabilizationWindowSeconds: 300, policies: [{type: Percent, value: 25, periodSeconds: 60}]}
        """

    private static let quota = """
        spec: {hard: {requests.cpu: 2000m, limits.memory: 8192Mi, pods: 30}}
        """

    private static let limitRange = """
        spec:
          limits:
          - {type: Container, max: {cpu: 4000m}, min: {cpu: 0.01}, default: {cpu: 500m}, defaultRequest: {cpu: 0.1}}
        """

    private static let role = """
        rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, patch]}]
        """

    private static let binding = """
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: fixture}
        subjects: [{kind: ServiceAccount, name: deployer, namespace: default}, {kind: User, name: jane}]
        """
}
