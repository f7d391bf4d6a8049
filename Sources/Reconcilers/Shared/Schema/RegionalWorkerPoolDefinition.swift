// swift-format-ignore-file
// Made by `make golden` from crds/quartermaster.dev_regionalworkerpools.yaml; a test compares the two.

/// The CRD of RegionalWorkerPool.
let regionalWorkerPoolDefinition = #"""
# Written by hand. The program carries the same text (Sources/Reconcilers/Shared/Schema); a test compares the two and
# `make golden` carries a change over.
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: regionalworkerpools.quartermaster.dev
spec:
  group: quartermaster.dev
  scope: Namespaced
  names:
    kind: RegionalWorkerPool
    listKind: RegionalWorkerPoolList
    plural: regionalworkerpools
    singular: regionalworkerpool
    shortNames: [rwp]
    categories: [quartermaster]
  versions:
    - name: v1alpha1
      served: true
      storage: true
      subresources:
        status: {}
      additionalPrinterColumns:
        - name: Ready
          type: string
          description: Whether every region has its nodes and its pods.
          jsonPath: .status.conditions[?(@.type=="Ready")].status
        - name: Reason
          type: string
          description: Why the pool is ready or not.
          jsonPath: .status.conditions[?(@.type=="Ready")].reason
        - name: Regions
          type: string
          description: Regions with all of their pods ready, of the enabled ones.
          jsonPath: .status.regionsReady
        - name: Nodes
          type: integer
          description: Nodes that the pool has claimed.
          jsonPath: .status.nodes
        - name: Desired
          type: integer
          description: Pods wanted over all regions.
          jsonPath: .status.replicas
        - name: Available
          type: integer
          description: Pods that are ready.
          jsonPath: .status.readyReplicas
        - name: Scaler
          type: string
          description: What scales the regions.
          jsonPath: .status.scaler
        - name: Age
          type: date
          jsonPath: .metadata.creationTimestamp
        - name: Message
          type: string
          priority: 1
          description: What blocks the pool, why, and what to do about it.
          jsonPath: .status.conditions[?(@.type=="Ready")].message
      schema:
        openAPIV3Schema:
          description: One pool of workers spread over the regions of a cluster.
          type: object
          required: [spec]
          properties:
            apiVersion:
              type: string
            kind:
              type: string
            metadata:
              type: object
            spec:
              description: What the pool shall be.
              type: object
              required: [regions, template]
              properties:
                suspend:
                  description: >-
                    Stops every write to the pool's children and nodes. The status goes on.
                  type: boolean
                  default: false
                inheritedMetadata:
                  description: Labels and annotations for every child of the pool. Nothing else of the pool's metadata is copied.
                  type: object
                  properties:
                    labels:
                      type: object
                      maxProperties: 16
                      additionalProperties:
                        type: string
                        maxLength: 63
                        pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                      x-kubernetes-validations:
                        - rule: self.all(key, key.size() <= 317 && key.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))
                          message: a label key is a name such as team, or a domain and a name such as example.com/team
                        - rule: self.all(key, !key.startsWith('quartermaster.dev/') && !(key in ['app.kubernetes.io/managed-by', 'app.kubernetes.io/name', 'app.kubernetes.io/component']))
                          message: app.kubernetes.io/managed-by, /name, /component and all under quartermaster.dev are set by the operator; use another key
                        - rule: self.all(key, key in ['app.kubernetes.io/part-of', 'app.kubernetes.io/version'] || !key.matches('^(istio-injection$|([^/]+[.])?(kubernetes[.]io|k8s[.]io|x-k8s[.]io|openshift[.]io|cattle[.]io|clastix[.]io|quartermaster[.]dev|kyverno[.]io|gatekeeper[.]sh|openpolicyagent[.]org|sigstore[.]dev|istio[.]io|linkerd[.]io|cilium[.]io|hashicorp[.]com|argoproj[.]io|fluxcd[.]io|helm[.]sh|amazonaws[.]com|gke[.]io|google[.]com|azure[.]workload[.]identity|cert-manager[.]io|haproxy[.]org|haproxy-ingress[.]github[.]io|nginx[.]org|nginx[.]com|traefik[.]io|projectcontour[.]io|konghq[.]com)/)'))
                          message: Kubernetes, admission, meshes, GitOps, clouds and ingress controllers act upon keys of theirs; use app.kubernetes.io/part-of, app.kubernetes.io/version or a key of your own such as example.com/team
                    annotations:
                      type: object
                      maxProperties: 16
                      additionalProperties:
                        type: string
                        maxLength: 4096
                      x-kubernetes-validations:
                        - rule: self.all(key, key.size() <= 317 && key.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))
                          message: an annotation key is a name such as note, or a domain and a name such as example.com/note
                        - rule: self.all(key, !key.startsWith('quartermaster.dev/'))
                          message: annotations under quartermaster.dev are set by the operator; use another key
                        - rule: self.all(key, key in ['app.kubernetes.io/part-of', 'app.kubernetes.io/version'] || !key.matches('^(istio-injection$|([^/]+[.])?(kubernetes[.]io|k8s[.]io|x-k8s[.]io|openshift[.]io|cattle[.]io|clastix[.]io|quartermaster[.]dev|kyverno[.]io|gatekeeper[.]sh|openpolicyagent[.]org|sigstore[.]dev|istio[.]io|linkerd[.]io|cilium[.]io|hashicorp[.]com|argoproj[.]io|fluxcd[.]io|helm[.]sh|amazonaws[.]com|gke[.]io|google[.]com|azure[.]workload[.]identity|cert-manager[.]io|haproxy[.]org|haproxy-ingress[.]github[.]io|nginx[.]org|nginx[.]com|traefik[.]io|projectcontour[.]io|konghq[.]com)/)'))
                          message: Kubernetes, admission, meshes, GitOps, clouds and ingress controllers act upon keys of theirs; use app.kubernetes.io/part-of, app.kubernetes.io/version or a key of your own such as example.com/team
                regions:
                  description: The regions of the pool. Where two of them match the same node, the first one gets it.
                  type: array
                  minItems: 1
                  maxItems: 32
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name, nodeSelector]
                    properties:
                      name:
                        description: Becomes the value of the region label and part of the children's names.
                        type: string
                        minLength: 1
                        maxLength: 20
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                      nodeSelector:
                        description: >-
                          The nodes of this region. A label key used here is never written or removed by the operator.
                        type: object
                        properties:
                          matchLabels:
                            type: object
                            maxProperties: 16
                            additionalProperties:
                              type: string
                              maxLength: 63
                              pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                            x-kubernetes-validations:
                              - rule: self.all(key, key.size() <= 317 && key.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))
                                message: a label key is a name such as zone, or a domain and a name such as topology.kubernetes.io/region
                          matchExpressions:
                            type: array
                            maxItems: 16
                            x-kubernetes-list-type: atomic
                            items:
                              type: object
                              required: [key, operator]
                              properties:
                                key:
                                  type: string
                                  minLength: 1
                                  maxLength: 317
                                  pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'
                                operator:
                                  type: string
                                  enum: [In, NotIn, Exists, DoesNotExist]
                                values:
                                  type: array
                                  maxItems: 64
                                  x-kubernetes-list-type: atomic
                                  items:
                                    type: string
                                    maxLength: 63
                                    pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                              x-kubernetes-validations:
                                - rule: "self.operator in ['In', 'NotIn'] ? has(self.values) && self.values.size() > 0 : !has(self.values) || self.values.size() == 0"
                                  message: In and NotIn need at least one entry in values; Exists and DoesNotExist take none
                        x-kubernetes-validations:
                          - rule: (has(self.matchLabels) && self.matchLabels.size() > 0) || (has(self.matchExpressions) && self.matchExpressions.size() > 0)
                            message: name at least one label of the region's nodes; an empty selector would claim every node of the cluster
                      enabled:
                        description: With false the region is drained, its children go and its nodes are released.
                        type: boolean
                        default: true
                      replicas:
                        description: Pods of this region, in place of the pool's replicas. Not looked at while an autoscaler has the region.
                        type: integer
                        format: int32
                        minimum: 0
                        maximum: 1000
                      minReplicas:
                        description: In place of scaling.minReplicas for this region.
                        type: integer
                        format: int32
                        minimum: 0
                        maximum: 1000
                      maxReplicas:
                        description: In place of scaling.maxReplicas for this region.
                        type: integer
                        format: int32
                        minimum: 1
                        maximum: 1000
                      runtime:
                        description: >-
                          In place of the pool's runtime for this region, as a whole.
                        type: object
                        properties:
                          type:
                            description: >-
                              HostSocket gives the worker the socket of the node's Docker or containerd, DockerInDocker a daemon of its own in a
                              privileged sidecar, RuntimeClass a runtime of the node in which containers can be nested.
                            type: string
                            enum: [None, HostSocket, DockerInDocker, RuntimeClass]
                            default: None
                          hostSocket:
                            type: object
                            properties:
                              path:
                                description: The socket on the node; containerd where the file is named containerd.sock, else Docker.
                                type: string
                                minLength: 2
                                maxLength: 256
                                pattern: '^(/[A-Za-z0-9_.-]+)+$'
                                default: /var/run/docker.sock
                          dockerInDocker:
                            type: object
                            properties:
                              image:
                                description: Docker's daemon and its command line.
                                type: string
                                minLength: 1
                                maxLength: 512
                                default: docker:28-dind
                              storage:
                                description: The most that images and containers of the daemon may take on the node; the pod is evicted beyond it.
                                x-kubernetes-int-or-string: true
                                anyOf:
                                  - type: integer
                                  - type: string
                                maxLength: 32
                                pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                                default: 10Gi
                              resources:
                                description: For the sidecar; the containers that the worker starts run in it.
                                type: object
                                default:
                                  requests: {cpu: 500m, memory: 1Gi}
                                  limits: {cpu: "2", memory: 3Gi}
                                properties:
                                  requests:
                                    description: What the scheduler reserves.
                                    type: object
                                    maxProperties: 16
                                    additionalProperties:
                                      x-kubernetes-int-or-string: true
                                      anyOf:
                                        - type: integer
                                        - type: string
                                      maxLength: 32
                                      pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                                  limits:
                                    description: What the container may use at most.
                                    type: object
                                    maxProperties: 16
                                    additionalProperties:
                                      x-kubernetes-int-or-string: true
                                      anyOf:
                                        - type: integer
                                        - type: string
                                      maxLength: 32
                                      pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                          runtimeClass:
                            type: object
                            required: [name]
                            properties:
                              name:
                                description: A RuntimeClass of the cluster, such as sysbox-runc.
                                type: string
                                minLength: 1
                                maxLength: 253
                                pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                        x-kubernetes-validations:
                          - rule: self.type == 'HostSocket' || !has(self.hostSocket)
                            message: hostSocket goes with type HostSocket; set the type or remove it
                          - rule: self.type == 'DockerInDocker' || !has(self.dockerInDocker)
                            message: dockerInDocker goes with type DockerInDocker; set the type or remove it
                          - rule: (self.type == 'RuntimeClass') == has(self.runtimeClass)
                            message: type RuntimeClass and runtimeClass.name go together; give both or neither
                      nodes:
                        description: What takes the place of the pool's nodes for this region, field by field.
                        type: object
                        properties:
                          labels:
                            description: Labels set on the nodes.
                            type: object
                            maxProperties: 16
                            additionalProperties:
                              type: string
                              maxLength: 63
                              pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                            x-kubernetes-validations:
                              - rule: self.all(key, key.size() <= 317 && key.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))
                                message: a label key is a name such as workload, or a domain and a name such as example.com/workload
                              - rule: self.all(key, !key.matches('^([^/]*[.])?(kubernetes[.]io|k8s[.]io|quartermaster[.]dev)/'))
                                message: label keys under kubernetes.io, k8s.io and quartermaster.dev are reserved; use a key without a prefix or with one of your own
                          regionLabelKey:
                            description: The label that gets the region's name as its value.
                            type: string
                            minLength: 1
                            maxLength: 317
                            pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'
                            x-kubernetes-validations:
                              - rule: "!self.matches('^([^/]*[.])?(kubernetes[.]io|k8s[.]io|quartermaster[.]dev)/')"
                                message: label keys under kubernetes.io, k8s.io and quartermaster.dev are reserved; use a key without a prefix or with one of your own
                          taints:
                            description: Taints set on the nodes; the pool's pods tolerate them.
                            type: array
                            maxItems: 8
                            x-kubernetes-list-type: map
                            x-kubernetes-list-map-keys: [key, effect]
                            items:
                              type: object
                              required: [key, effect]
                              properties:
                                key:
                                  type: string
                                  minLength: 1
                                  maxLength: 317
                                  pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'
                                  x-kubernetes-validations:
                                    - rule: "!self.startsWith('node.kubernetes.io/') && !self.startsWith('node.cloudprovider.kubernetes.io/')"
                                      message: taints under node.kubernetes.io and node.cloudprovider.kubernetes.io belong to the cluster; use a key of your own
                                    - rule: "!(self in ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master', 'node-role.kubernetes.io/etcd'])"
                                      message: the control plane's taints belong to the cluster; use a key of your own
                                value:
                                  type: string
                                  maxLength: 63
                                  pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                                effect:
                                  type: string
                                  enum: [NoSchedule, PreferNoSchedule, NoExecute]
                          onRelease:
                            description: >-
                              What happens to a node that leaves the pool. RemoveOwned takes away the labels and taints that the pool had
                              set and brings back what they had replaced; Retain leaves the node as it is.
                            type: string
                            enum: [RemoveOwned, Retain]
                      env:
                        description: >-
                          Environment of this region's worker container. A variable that the template has too gets this value.
                        type: array
                        maxItems: 64
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [name]
                        items:
                          type: object
                          required: [name]
                          properties:
                            name:
                              type: string
                              minLength: 1
                              maxLength: 128
                              pattern: '^[-._a-zA-Z][-._a-zA-Z0-9]*$'
                            value:
                              type: string
                              maxLength: 8192
                            valueFrom:
                              description: As in a container of a Pod.
                              type: object
                              x-kubernetes-preserve-unknown-fields: true
                          x-kubernetes-validations:
                            - rule: "!(has(self.value) && has(self.valueFrom))"
                              message: give either value or valueFrom
                replicas:
                  description: Pods per region where nothing scales them.
                  type: integer
                  format: int32
                  minimum: 0
                  maximum: 1000
                  default: 1
                nodes:
                  description: What the operator sets on the nodes of every region.
                  type: object
                  default: {}
                  properties:
                    labels:
                      description: Labels set on the nodes.
                      type: object
                      maxProperties: 16
                      additionalProperties:
                        type: string
                        maxLength: 63
                        pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                      default: {workload: worker}
                      x-kubernetes-validations:
                        - rule: self.all(key, key.size() <= 317 && key.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))
                          message: a label key is a name such as workload, or a domain and a name such as example.com/workload
                        - rule: self.all(key, !key.matches('^([^/]*[.])?(kubernetes[.]io|k8s[.]io|quartermaster[.]dev)/'))
                          message: label keys under kubernetes.io, k8s.io and quartermaster.dev are reserved; use a key without a prefix or with one of your own
                    regionLabelKey:
                      description: The label that gets the region's name as its value.
                      type: string
                      minLength: 1
                      maxLength: 317
                      pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'
                      default: region
                      x-kubernetes-validations:
                        - rule: "!self.matches('^([^/]*[.])?(kubernetes[.]io|k8s[.]io|quartermaster[.]dev)/')"
                          message: label keys under kubernetes.io, k8s.io and quartermaster.dev are reserved; use a key without a prefix or with one of your own
                    taints:
                      description: Taints set on the nodes; the pool's pods tolerate them.
                      type: array
                      maxItems: 8
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [key, effect]
                      default:
                        - key: workload
                          value: worker
                          effect: NoSchedule
                      items:
                        type: object
                        required: [key, effect]
                        properties:
                          key:
                            type: string
                            minLength: 1
                            maxLength: 317
                            pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'
                            x-kubernetes-validations:
                              - rule: "!self.startsWith('node.kubernetes.io/') && !self.startsWith('node.cloudprovider.kubernetes.io/')"
                                message: taints under node.kubernetes.io and node.cloudprovider.kubernetes.io belong to the cluster; use a key of your own
                              - rule: "!(self in ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master', 'node-role.kubernetes.io/etcd'])"
                                message: the control plane's taints belong to the cluster; use a key of your own
                          value:
                            type: string
                            maxLength: 63
                            pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                          effect:
                            type: string
                            enum: [NoSchedule, PreferNoSchedule, NoExecute]
                    lockOutPolicy:
                      description: >-
                        What happens to taints that would leave no node for pods without tolerations or for the operator, or evict the
                        operator or the cluster's DNS. Refuse holds all new taints of the pool back and says so; Allow writes them.
                      type: string
                      enum: [Refuse, Allow]
                      default: Refuse
                    onRelease:
                      description: >-
                        What happens to a node that leaves the pool. RemoveOwned takes away the labels and taints that the pool had
                        set and brings back what they had replaced; Retain leaves the node as it is.
                      type: string
                      enum: [RemoveOwned, Retain]
                      default: RemoveOwned
                template:
                  description: >-
                    The pods, as in a Deployment. The worker is the container named worker, else the first one.
                  type: object
                  x-kubernetes-preserve-unknown-fields: true
                regionEnvName:
                  description: The environment variable of every container that holds the region's name.
                  type: string
                  minLength: 1
                  maxLength: 63
                  pattern: '^[A-Za-z_][A-Za-z0-9_]*$'
                  default: WORKER_REGION
                resources:
                  description: For the worker container where the template gives it none.
                  type: object
                  default:
                    requests: {cpu: 500m, memory: 1Gi}
                    limits: {cpu: "2", memory: 3Gi}
                  properties:
                    requests:
                      description: What the scheduler reserves.
                      type: object
                      maxProperties: 16
                      additionalProperties:
                        x-kubernetes-int-or-string: true
                        anyOf:
                          - type: integer
                          - type: string
                        maxLength: 32
                        pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                    limits:
                      description: What the container may use at most.
                      type: object
                      maxProperties: 16
                      additionalProperties:
                        x-kubernetes-int-or-string: true
                        anyOf:
                          - type: integer
                          - type: string
                        maxLength: 32
                        pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                runtime:
                  description: >-
                    What the worker starts containers of its own with.
                  type: object
                  default: {type: None}
                  properties:
                    type:
                      description: >-
                        HostSocket gives the worker the socket of the node's Docker or containerd, DockerInDocker a daemon of its own in a
                        privileged sidecar, RuntimeClass a runtime of the node in which containers can be nested.
                      type: string
                      enum: [None, HostSocket, DockerInDocker, RuntimeClass]
                      default: None
                    hostSocket:
                      type: object
                      properties:
                        path:
                          description: The socket on the node; containerd where the file is named containerd.sock, else Docker.
                          type: string
                          minLength: 2
                          maxLength: 256
                          pattern: '^(/[A-Za-z0-9_.-]+)+$'
                          default: /var/run/docker.sock
                    dockerInDocker:
                      type: object
                      properties:
                        image:
                          description: Docker's daemon and its command line.
                          type: string
                          minLength: 1
                          maxLength: 512
                          default: docker:28-dind
                        storage:
                          description: The most that images and containers of the daemon may take on the node; the pod is evicted beyond it.
                          x-kubernetes-int-or-string: true
                          anyOf:
                            - type: integer
                            - type: string
                          maxLength: 32
                          pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                          default: 10Gi
                        resources:
                          description: For the sidecar; the containers that the worker starts run in it.
                          type: object
                          default:
                            requests: {cpu: 500m, memory: 1Gi}
                            limits: {cpu: "2", memory: 3Gi}
                          properties:
                            requests:
                              description: What the scheduler reserves.
                              type: object
                              maxProperties: 16
                              additionalProperties:
                                x-kubernetes-int-or-string: true
                                anyOf:
                                  - type: integer
                                  - type: string
                                maxLength: 32
                                pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                            limits:
                              description: What the container may use at most.
                              type: object
                              maxProperties: 16
                              additionalProperties:
                                x-kubernetes-int-or-string: true
                                anyOf:
                                  - type: integer
                                  - type: string
                                maxLength: 32
                                pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                    runtimeClass:
                      type: object
                      required: [name]
                      properties:
                        name:
                          description: A RuntimeClass of the cluster, such as sysbox-runc.
                          type: string
                          minLength: 1
                          maxLength: 253
                          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                  x-kubernetes-validations:
                    - rule: self.type == 'HostSocket' || !has(self.hostSocket)
                      message: hostSocket goes with type HostSocket; set the type or remove it
                    - rule: self.type == 'DockerInDocker' || !has(self.dockerInDocker)
                      message: dockerInDocker goes with type DockerInDocker; set the type or remove it
                    - rule: (self.type == 'RuntimeClass') == has(self.runtimeClass)
                      message: type RuntimeClass and runtimeClass.name go together; give both or neither
                scaling:
                  description: Scales the pods of each region; without it every region has replicas pods.
                  type: object
                  properties:
                    engine:
                      description: >-
                        Auto is KEDA where it is installed and keda.triggers are given, else an HPA; it changes over by itself when KEDA comes
                        or goes. Fixed keeps to replicas.
                      type: string
                      enum: [Auto, KEDA, HPA, Fixed]
                      default: Auto
                    minReplicas:
                      description: The fewest pods of a region. 0 needs KEDA.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 1000
                      default: 1
                    maxReplicas:
                      description: The most pods of a region.
                      type: integer
                      format: int32
                      minimum: 1
                      maximum: 1000
                      default: 10
                    behavior:
                      description: How fast pods come and go, as in a HorizontalPodAutoscaler.
                      type: object
                      default: {}
                      properties:
                        scaleUp:
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
                          default:
                            stabilizationWindowSeconds: 0
                            policies:
                              - {type: Pods, value: 4, periodSeconds: 15}
                        scaleDown:
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
                          default:
                            stabilizationWindowSeconds: 300
                            policies:
                              - {type: Percent, value: 25, periodSeconds: 60}
                    hpa:
                      description: What an HPA keeps to. It needs requests on every container of the pods.
                      type: object
                      default: {}
                      properties:
                        cpuUtilization:
                          description: Per cent of the requested CPU.
                          type: integer
                          format: int32
                          minimum: 1
                          maximum: 1000
                          default: 70
                        memoryUtilization:
                          description: Per cent of the requested memory.
                          type: integer
                          format: int32
                          minimum: 1
                          maximum: 1000
                    keda:
                      description: What goes into the ScaledObject of each region.
                      type: object
                      required: [triggers]
                      properties:
                        pollingInterval:
                          description: Seconds between two looks at the triggers.
                          type: integer
                          format: int32
                          minimum: 1
                          maximum: 86400
                          default: 15
                        cooldownPeriod:
                          description: Seconds after the last event before a region goes to 0 pods. The way down to minReplicas above 0 is behavior's.
                          type: integer
                          format: int32
                          minimum: 0
                          maximum: 86400
                          default: 300
                        fallback:
                          description: Pods while triggers fail, as in a ScaledObject.
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
                        triggers:
                          description: >-
                            As in a ScaledObject. $(REGION), $(POOL) and $(NAMESPACE) in the values of metadata stand for the region, the pool and
                            its namespace; $$(REGION) stays $(REGION).
                          type: array
                          minItems: 1
                          maxItems: 16
                          x-kubernetes-list-type: atomic
                          items:
                            type: object
                            required: [type]
                            x-kubernetes-preserve-unknown-fields: true
                            properties:
                              type:
                                type: string
                                minLength: 1
                                maxLength: 128
                        authentication:
                          description: Secrets for the triggers that name no authenticationRef of their own.
                          type: object
                          required: [secretTargetRef]
                          properties:
                            secretTargetRef:
                              type: array
                              minItems: 1
                              maxItems: 16
                              x-kubernetes-list-type: map
                              x-kubernetes-list-map-keys: [parameter]
                              items:
                                type: object
                                required: [parameter, name, key]
                                properties:
                                  parameter:
                                    description: The trigger's parameter, such as password.
                                    type: string
                                    minLength: 1
                                    maxLength: 128
                                  name:
                                    description: A Secret of the pool's namespace.
                                    type: string
                                    minLength: 1
                                    maxLength: 253
                                    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                                  key:
                                    description: The key in the Secret.
                                    type: string
                                    minLength: 1
                                    maxLength: 253
                                    pattern: '^[-._a-zA-Z0-9]+$'
                        advanced:
                          description: As in a ScaledObject; a behaviour given here stands above scaling.behavior.
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
                          properties:
                            horizontalPodAutoscalerConfig:
                              type: object
                              x-kubernetes-preserve-unknown-fields: true
                              properties:
                                name:
                                  type: string
                                  maxLength: 253
                              x-kubernetes-validations:
                                - rule: "!has(self.name)"
                                  message: the autoscaler is named after the region's Deployment so that it can change hands; remove name
                  x-kubernetes-validations:
                    - rule: self.minReplicas <= self.maxReplicas
                      message: minReplicas must not be above maxReplicas
                    - rule: self.engine != 'KEDA' || has(self.keda)
                      message: engine KEDA needs keda.triggers
                    - rule: self.minReplicas > 0 || self.engine == 'Fixed' || (self.engine != 'HPA' && has(self.keda))
                      message: only KEDA can scale to 0; set minReplicas to at least 1, or give keda.triggers and engine Auto or KEDA
                placement:
                  description: Where the pods of a region go among its nodes.
                  type: object
                  default: {}
                  properties:
                    spread:
                      description: One topology spread constraint over the pods of a region; tainted nodes that they don't tolerate are left out.
                      type: object
                      default: {}
                      properties:
                        topologyKey:
                          type: string
                          minLength: 1
                          maxLength: 317
                          pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'
                          default: kubernetes.io/hostname
                        maxSkew:
                          type: integer
                          format: int32
                          minimum: 1
                          maximum: 1000
                          default: 1
                        whenUnsatisfiable:
                          type: string
                          enum: [ScheduleAnyway, DoNotSchedule]
                          default: ScheduleAnyway
                    priorityClass:
                      description: The PriorityClass of the pods where the template names none.
                      type: object
                      required: [name]
                      properties:
                        name:
                          type: string
                          minLength: 1
                          maxLength: 253
                          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                        value:
                          description: >-
                            The priority. A class that exists keeps the value that it has; a difference is reported.
                          type: integer
                          format: int32
                          minimum: -1000000000
                          maximum: 1000000000
                        create:
                          description: >-
                            Makes the class where there is none of that name. Pools may share it: it stays for as long as one of them
                            names it. A class that somebody else has made is used and never changed.
                          type: boolean
                          default: false
                      x-kubernetes-validations:
                        - rule: "!self.create || has(self.value)"
                          message: create needs a value, the priority of the pods
                        - rule: "!self.create || !self.name.startsWith('system-')"
                          message: names that begin with system- belong to Kubernetes; choose another one, or leave create out to use the class as it is
                disruption:
                  description: >-
                    The PodDisruptionBudget of each region with at least two pods. One pod gets none, it would only block drains.
                  type: object
                  default: {maxUnavailable: 1}
                  properties:
                    maxUnavailable:
                      description: Pods of a region that may be away at once, as a number or a percentage.
                      x-kubernetes-int-or-string: true
                      anyOf:
                        - type: integer
                        - type: string
                      minimum: 0
                      maximum: 1000
                      maxLength: 4
                      pattern: '^(100|[1-9]?[0-9])%$'
                    minAvailable:
                      description: Pods of a region that must stay, as a number or a percentage.
                      x-kubernetes-int-or-string: true
                      anyOf:
                        - type: integer
                        - type: string
                      minimum: 0
                      maximum: 1000
                      maxLength: 4
                      pattern: '^(100|[1-9]?[0-9])%$'
                  x-kubernetes-validations:
                    - rule: has(self.maxUnavailable) != has(self.minAvailable)
                      message: give either maxUnavailable or minAvailable
                network:
                  description: >-
                    The NetworkPolicy of the pool's pods. What is not listed here is denied, but for DNS.
                  type: object
                  default: {}
                  properties:
                    enabled:
                      description: With false the pool has no NetworkPolicy.
                      type: boolean
                      default: true
                    ingressPorts:
                      description: TCP ports that everybody in the cluster may reach, for probes and metrics. The port of serviceMonitor needs no entry.
                      type: array
                      maxItems: 32
                      x-kubernetes-list-type: set
                      default: [8000]
                      items:
                        type: integer
                        format: int32
                        minimum: 1
                        maximum: 65535
                    egressPorts:
                      description: TCP ports that the pods may reach outside of exceptCIDRs.
                      type: array
                      maxItems: 32
                      x-kubernetes-list-type: set
                      default: [443, 6379, 5432, 3306]
                      items:
                        type: integer
                        format: int32
                        minimum: 1
                        maximum: 65535
                    exceptCIDRs:
                      description: IPv4 ranges that egressPorts do not open. An address in them needs a rule of its own in extraEgress.
                      type: array
                      maxItems: 64
                      x-kubernetes-list-type: set
                      default: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]
                      items:
                        type: string
                        maxLength: 18
                        pattern: '^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])/(3[0-2]|[12][0-9]|[1-9])$'
                    connectsTo:
                      description: >-
                        Components of the AppEnvironment of the pool's namespace that the pods may reach. Both sides are opened: the
                        environment lets in these pods and nobody else.
                      type: array
                      maxItems: 32
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [component]
                      items:
                        type: object
                        required: [component]
                        properties:
                          component:
                            description: The name of a component.
                            type: string
                            minLength: 1
                            maxLength: 63
                            pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                          ports:
                            description: TCP ports of the component's pods. All ports of the component where nothing is said.
                            type: array
                            minItems: 1
                            maxItems: 16
                            x-kubernetes-list-type: set
                            items:
                              type: integer
                              format: int32
                              minimum: 1
                              maximum: 65535
                    extraIngress:
                      description: More ingress rules, as in a NetworkPolicy.
                      type: array
                      maxItems: 32
                      x-kubernetes-list-type: atomic
                      items:
                        type: object
                        x-kubernetes-preserve-unknown-fields: true
                    extraEgress:
                      description: More egress rules, as in a NetworkPolicy.
                      type: array
                      maxItems: 32
                      x-kubernetes-list-type: atomic
                      items:
                        type: object
                        x-kubernetes-preserve-unknown-fields: true
                monitoring:
                  description: Objects of the Prometheus operator. They are made once its CRDs are installed.
                  type: object
                  properties:
                    serviceMonitor:
                      description: A headless Service over all pods of the pool, and a ServiceMonitor that has it scraped.
                      type: object
                      properties:
                        port:
                          description: The port of the metrics, by its number or by its name in the template.
                          x-kubernetes-int-or-string: true
                          anyOf:
                            - type: integer
                            - type: string
                          minimum: 1
                          maximum: 65535
                          maxLength: 15
                          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                          default: http
                        path:
                          type: string
                          maxLength: 512
                          pattern: '^/'
                          default: /metrics
                        interval:
                          description: A duration of Prometheus, such as 30s.
                          type: string
                          minLength: 2
                          maxLength: 32
                          pattern: '^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$'
                          default: 30s
                    alerts:
                      description: >-
                        The alerts of a PrometheusRule, beside the built-in PoolNotReady and, with serviceMonitor, WorkerDown. An alert
                        of one of these names stands in its place; an empty list gives the built-in ones alone.
                      type: array
                      maxItems: 64
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [name]
                      items:
                        type: object
                        required: [name, expr]
                        properties:
                          name:
                            type: string
                            minLength: 1
                            maxLength: 128
                            pattern: '^[A-Za-z_][A-Za-z0-9_]*$'
                          expr:
                            description: PromQL.
                            type: string
                            minLength: 1
                            maxLength: 4096
                          for:
                            description: How long the expression must hold, as a duration of Prometheus.
                            type: string
                            minLength: 2
                            maxLength: 32
                            pattern: '^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$'
                            default: 5m
                          severity:
                            description: The label severity of the alert.
                            type: string
                            minLength: 1
                            maxLength: 63
                            pattern: '^[A-Za-z0-9_-]+$'
                            default: warning
                          summary:
                            type: string
                            maxLength: 1024
                          description:
                            type: string
                            maxLength: 4096
                    labels:
                      description: Labels of the ServiceMonitor and the PrometheusRule, for the selectors of a Prometheus.
                      type: object
                      maxProperties: 16
                      additionalProperties:
                        type: string
                        maxLength: 63
                        pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                      x-kubernetes-validations:
                        - rule: self.all(key, key.size() <= 317 && key.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))
                          message: a label key is a name such as team, or a domain and a name such as example.com/team
                        - rule: self.all(key, !key.startsWith('quartermaster.dev/') && !(key in ['app.kubernetes.io/managed-by', 'app.kubernetes.io/name', 'app.kubernetes.io/component']))
                          message: app.kubernetes.io/managed-by, /name, /component and all under quartermaster.dev are set by the operator; use another key
                        - rule: self.all(key, key in ['app.kubernetes.io/part-of', 'app.kubernetes.io/version'] || !key.matches('^(istio-injection$|([^/]+[.])?(kubernetes[.]io|k8s[.]io|x-k8s[.]io|openshift[.]io|cattle[.]io|clastix[.]io|quartermaster[.]dev|kyverno[.]io|gatekeeper[.]sh|openpolicyagent[.]org|sigstore[.]dev|istio[.]io|linkerd[.]io|cilium[.]io|hashicorp[.]com|argoproj[.]io|fluxcd[.]io|helm[.]sh|amazonaws[.]com|gke[.]io|google[.]com|azure[.]workload[.]identity|cert-manager[.]io|haproxy[.]org|haproxy-ingress[.]github[.]io|nginx[.]org|nginx[.]com|traefik[.]io|projectcontour[.]io|konghq[.]com)/)'))
                          message: Kubernetes, admission, meshes, GitOps, clouds and ingress controllers act upon keys of theirs; use app.kubernetes.io/part-of, app.kubernetes.io/version or a key of your own such as example.com/team
                    namespace:
                      description: >-
                        Where the ServiceMonitor and the PrometheusRule are made; the pool's namespace where nothing is said. Another one
                        must be listed in the operator's --monitoring-namespaces.
                      type: string
                      minLength: 1
                      maxLength: 63
                      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                  x-kubernetes-validations:
                    - rule: has(self.serviceMonitor) || has(self.alerts)
                      message: give serviceMonitor, alerts or both; leave monitoring out to have neither
              x-kubernetes-validations:
                - rule: has(self.scaling) || self.regions.all(region, !has(region.minReplicas) && !has(region.maxReplicas))
                  message: minReplicas and maxReplicas of a region need scaling; use replicas, or add scaling
                - rule: >-
                    !has(self.scaling) || self.regions.all(region, (has(region.minReplicas) ? region.minReplicas : self.scaling.minReplicas)
                    <= (has(region.maxReplicas) ? region.maxReplicas : self.scaling.maxReplicas))
                  message: minReplicas of a region must not be above its maxReplicas; those that it does not give are those of scaling
                - rule: >-
                    !has(self.scaling) || self.scaling.engine == 'Fixed' || (self.scaling.engine != 'HPA' && has(self.scaling.keda))
                    || self.regions.all(region, !has(region.minReplicas) || region.minReplicas > 0)
                  message: only KEDA can scale a region to 0; set its minReplicas to at least 1, or give keda.triggers and engine Auto or KEDA
                - rule: self.regions.all(region, !has(region.env) || region.env.all(variable, variable.name != self.regionEnvName))
                  message: the variable that regionEnvName names is set by the operator; remove it from env or choose another regionEnvName
                - rule: >-
                    self.regions.all(region, !((has(region.nodes) && has(region.nodes.regionLabelKey) ? region.nodes.regionLabelKey : self.nodes.regionLabelKey)
                    in (has(region.nodes) && has(region.nodes.labels) ? region.nodes.labels : self.nodes.labels)))
                  message: nodes.labels must not hold the key that regionLabelKey names, its value is the region's name; remove it from labels or choose another regionLabelKey
            status:
              description: What the operator has seen and done.
              type: object
              default:
                observedGeneration: -1
              properties:
                observedGeneration:
                  description: The generation of the spec that this status is about.
                  type: integer
                  format: int64
                lastHandledReconcileAt:
                  description: The last value of the annotation quartermaster.dev/requestedAt that was acted on.
                  type: string
                  maxLength: 256
                regionsReady:
                  description: Regions with all of their pods ready, of the enabled ones, such as 2/3.
                  type: string
                  maxLength: 16
                nodes:
                  description: Nodes that the pool has claimed.
                  type: integer
                  format: int32
                replicas:
                  description: Pods wanted over all regions.
                  type: integer
                  format: int32
                readyReplicas:
                  description: Pods that are ready over all regions.
                  type: integer
                  format: int32
                scaler:
                  description: What scales the regions; KEDA, HPA or Fixed.
                  type: string
                  maxLength: 16
                ledgersSealed:
                  description: Whether every node of the pool carries a ledger with the operator's seal. From then on a ledger without one does not count.
                  type: boolean
                regions:
                  type: array
                  maxItems: 32
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties:
                      name:
                        type: string
                        maxLength: 20
                      nodes:
                        type: object
                        properties:
                          matched:
                            description: Nodes that the region's nodeSelector matches.
                            type: integer
                            format: int32
                          claimed:
                            description: Nodes that carry the claim of this region.
                            type: integer
                            format: int32
                          ready:
                            description: Claimed nodes that are ready.
                            type: integer
                            format: int32
                          conflicts:
                            description: Matching nodes that somebody else holds; the first ones where there are many.
                            type: array
                            maxItems: 16
                            x-kubernetes-list-type: atomic
                            items:
                              type: object
                              required: [node, heldBy]
                              properties:
                                node:
                                  type: string
                                  maxLength: 253
                                heldBy:
                                  description: Another pool, or another region of this pool.
                                  type: string
                                  maxLength: 600
                      deployment:
                        description: The name of the region's Deployment.
                        type: string
                        maxLength: 253
                      desired:
                        type: integer
                        format: int32
                      ready:
                        type: integer
                        format: int32
                      message:
                        description: What the region waits for; empty where it is as it should be.
                        type: string
                        maxLength: 4096
                inventory:
                  description: The children that the operator has made.
                  type: array
                  maxItems: 512
                  x-kubernetes-list-type: atomic
                  items:
                    type: object
                    required: [apiVersion, kind, name, uid]
                    properties:
                      apiVersion:
                        type: string
                        maxLength: 317
                      kind:
                        type: string
                        maxLength: 63
                      namespace:
                        type: string
                        maxLength: 63
                      name:
                        type: string
                        maxLength: 253
                      uid:
                        type: string
                        maxLength: 128
                conditions:
                  type: array
                  maxItems: 16
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [type]
                  items:
                    type: object
                    required: [type, status, reason, message, lastTransitionTime]
                    properties:
                      type:
                        type: string
                        minLength: 1
                        maxLength: 63
                      status:
                        type: string
                        enum: ["True", "False", Unknown]
                      reason:
                        type: string
                        minLength: 1
                        maxLength: 128
                      message:
                        type: string
                        maxLength: 4096
                      observedGeneration:
                        type: integer
                        format: int64
                      lastTransitionTime:
                        type: string
                        format: date-time

"""#
