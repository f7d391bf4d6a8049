// swift-format-ignore-file
// Made by `make golden` from crds/quartermaster.dev_appenvironments.yaml; a test compares the two.

/// The CRD of AppEnvironment.
let appEnvironmentDefinition = #"""
# Written by hand. The program carries the same text (Sources/Reconcilers/Shared/Schema); a test compares the two and
# `make golden` carries a change over.
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: appenvironments.quartermaster.dev
spec:
  group: quartermaster.dev
  scope: Cluster
  names:
    kind: AppEnvironment
    listKind: AppEnvironmentList
    plural: appenvironments
    singular: appenvironment
    shortNames: [appenv]
    categories: [quartermaster]
  versions:
    - name: v1alpha1
      served: true
      storage: true
      subresources:
        status: {}
      additionalPrinterColumns:
        - name: Tier
          type: string
          jsonPath: .spec.tier
        - name: Namespace
          type: string
          description: The namespace of the environment.
          jsonPath: .status.namespace
        - name: Ready
          type: string
          description: Whether everything of the environment is as it should be.
          jsonPath: .status.conditions[?(@.type=="Ready")].status
        - name: Reason
          type: string
          description: Why the environment is ready or not.
          jsonPath: .status.conditions[?(@.type=="Ready")].reason
        - name: Components
          type: string
          description: Components with all of their pods ready, of all.
          jsonPath: .status.componentsReady
        - name: Expires
          type: string
          description: When a preview is deleted.
          jsonPath: .status.expiresAt
        - name: Age
          type: date
          jsonPath: .metadata.creationTimestamp
        - name: URL
          type: string
          priority: 1
          description: The first address of the environment.
          jsonPath: .status.urls[0]
        - name: Message
          type: string
          priority: 1
          description: What blocks the environment, why, and what to do about it.
          jsonPath: .status.conditions[?(@.type=="Ready")].message
      schema:
        openAPIV3Schema:
          description: One environment of an application, a namespace and all that is in it.
          type: object
          required: [spec]
          x-kubernetes-validations:
            - rule: has(self.spec.__namespace__.name) || self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')
              message: the name of the environment is no name of a namespace; set spec.namespace.name
            - rule: has(self.spec.__namespace__.name) || !(self.metadata.name in ['default', 'quartermaster-system'] || self.metadata.name.startsWith('kube-'))
              message: the namespaces of the cluster itself are no environments; set spec.namespace.name to one of your own
          properties:
            apiVersion:
              type: string
            kind:
              type: string
            metadata:
              type: object
            spec:
              description: What the environment shall be.
              type: object
              required: [tier, components]
              x-kubernetes-validations:
                - rule: "!has(self.ttl) || self.tier == 'preview'"
                  fieldPath: .ttl
                  message: only previews expire; remove ttl or set tier to preview
                - rule: self.tier != 'production' || self.components.all(c, c.image.matches('(@sha256:[0-9a-f]{64}|^[^@]+:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$') && !c.image.endsWith(':latest'))
                  fieldPath: .components
                  message: in production an image has a digest or a tag other than latest, so that every pod runs the same
                - rule: self.components.all(c, !has(c.connectsTo) || c.connectsTo.all(p, !has(p.component) || self.components.exists(o, o.name == p.component)))
                  fieldPath: .components
                  message: connectsTo names a component that is not in the list; name one that is, or give namespace and podLabels
                - rule: "!self.access.deployer || !self.components.exists(c, c.name == 'deployer')"
                  fieldPath: .components
                  message: deployer is the ServiceAccount of access.deployer; give the component another name, or set access.deployer to false
                - rule: "!has(self.ingress) || self.ingress.all(i, i.paths.all(p, self.components.exists(c, c.name == p.component && has(c.ports) && c.ports.exists(o, o.name == p.port))))"
                  fieldPath: .ingress
                  message: a path's component and port must be a component of the list and the name of one of its ports
              properties:
                tier:
                  description: Picks the defaults of what is not said here.
                  type: string
                  enum: [development, staging, production, preview]
                  x-kubernetes-validations:
                    - rule: self == oldSelf
                      message: the tier of an environment does not change; make another environment and delete this one
                suspend:
                  description: Stops every write to what the environment has. The status goes on.
                  type: boolean
                  default: false
                inheritedMetadata:
                  description: Labels and annotations for everything that the environment makes. Nothing else of its metadata is copied.
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
                defaultsVersion:
                  description: >-
                    The version of the tier's defaults. Without it the environment keeps the version that it was made with, also
                    under a newer operator, and no pod is replaced because a default has changed. status.defaultsVersion says which.
                  type: integer
                  format: int32
                  minimum: 1
                  maximum: 1000
                namespace:
                  description: The namespace of the environment.
                  type: object
                  default: {}
                  x-kubernetes-validations:
                    - rule: has(self.name) == has(oldSelf.name) && (!has(self.name) || self.name == oldSelf.name)
                      fieldPath: .name
                      message: the namespace of an environment does not change; make another environment and delete this one
                  properties:
                    name:
                      description: The name of the environment where nothing is said.
                      type: string
                      minLength: 1
                      maxLength: 63
                      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                      x-kubernetes-validations:
                        - rule: "!(self in ['default', 'quartermaster-system'] || self.startsWith('kube-'))"
                          message: the namespaces of the cluster itself are no environments; choose a name of your own
                    adopt:
                      description: >-
                        What happens where the namespace exists and the operator has not made it: Never leaves it alone and says so;
                        IfUnmanaged takes it over unless somebody else manages it. A namespace that was taken over is never deleted.
                      type: string
                      enum: [Never, IfUnmanaged]
                      default: Never
                    podSecurity:
                      description: The Pod Security level that the namespace enforces. The tier's where nothing is said.
                      type: string
                      enum: [privileged, baseline, restricted]
                deletionPolicy:
                  description: >-
                    What becomes of it all when the environment is deleted. Retain: everything stays and runs on. KeepData: the
                    namespace, its claims and Secrets stay. Delete: everything goes; in production only with the annotation
                    quartermaster.dev/confirm-delete, whose value is the environment's name. The tier's where nothing is said.
                  type: string
                  enum: [Retain, KeepData, Delete]
                ttl:
                  description: How long a preview lives after the last change of its spec, such as 72h or 90m. 72h where nothing is said.
                  type: string
                  minLength: 2
                  maxLength: 16
                  pattern: '^([1-9][0-9]{0,5}h)?([1-9][0-9]{0,5}m)?$'
                quota:
                  description: The ResourceQuota of the namespace.
                  type: object
                  default: {}
                  properties:
                    mode:
                      description: >-
                        Auto: what the components need, surge and the autoscalers' maximum included, with headroom, and never less
                        than the tier's amounts. Fixed: hard, or the tier's amounts where nothing is said. Off: no quota.
                      type: string
                      enum: [Auto, Fixed, "Off"]
                      default: Auto
                    hard:
                      description: Amounts as in a ResourceQuota. Under Auto they stand in the place of the computed ones.
                      type: object
                      maxProperties: 32
                      additionalProperties:
                        x-kubernetes-int-or-string: true
                        maxLength: 32
                        pattern: '^([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][0-9]+)?$'
                    headroomPercent:
                      description: What Auto adds to the need.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 400
                      default: 25
                limitRange:
                  description: >-
                    Bounds and defaults of a container in the namespace. The tier's where nothing is said; those are cut to
                    what is given here.
                  type: object
                  default: {}
                  x-kubernetes-validations:
                    - rule: >-
                        ['cpu', 'memory'].all(r, !(has(self.min) && r in self.min && has(self.max) && r in self.max) ||
                        quantity(string(self.min[r])).compareTo(quantity(string(self.max[r]))) <= 0)
                      message: "must grow: min, defaultRequest, default, max"
                    - rule: >-
                        ['cpu', 'memory'].all(r, !(has(self.defaultRequest) && r in self.defaultRequest && has(self.default) && r in self.default) ||
                        quantity(string(self.defaultRequest[r])).compareTo(quantity(string(self.default[r]))) <= 0)
                      message: "must grow: min, defaultRequest, default, max"
                    - rule: >-
                        ['cpu', 'memory'].all(r, !(has(self.min) && r in self.min && has(self.defaultRequest) && r in self.defaultRequest) ||
                        quantity(string(self.min[r])).compareTo(quantity(string(self.defaultRequest[r]))) <= 0)
                      message: "must grow: min, defaultRequest, default, max"
                    - rule: >-
                        ['cpu', 'memory'].all(r, !(has(self.default) && r in self.default && has(self.max) && r in self.max) ||
                        quantity(string(self.default[r])).compareTo(quantity(string(self.max[r]))) <= 0)
                      message: "must grow: min, defaultRequest, default, max"
                  properties:
                    enabled:
                      type: boolean
                      default: true
                    min: &amounts
                      type: object
                      maxProperties: 2
                      additionalProperties:
                        x-kubernetes-int-or-string: true
                        maxLength: 32
                        pattern: '^([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][0-9]+)?$'
                      x-kubernetes-validations:
                        - rule: self.all(r, r in ['cpu', 'memory'])
                          message: give cpu and memory only
                    defaultRequest: *amounts
                    default: *amounts
                    max: *amounts
                secretsFrom:
                  description: >-
                    Secrets of another namespace that are copied here and kept in step. The operator's --secret-source-namespaces must
                    list that namespace, and each Secret must carry the label quartermaster.dev/share=true.
                  type: object
                  required: [namespace, names]
                  properties:
                    namespace:
                      type: string
                      minLength: 1
                      maxLength: 63
                      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                    names:
                      type: array
                      minItems: 1
                      maxItems: 32
                      x-kubernetes-list-type: set
                      items:
                        type: string
                        minLength: 1
                        maxLength: 253
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                imagePullSecrets:
                  description: Secrets of the namespace with which images are pulled.
                  type: array
                  maxItems: 8
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties:
                      name:
                        type: string
                        minLength: 1
                        maxLength: 253
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                access:
                  description: Who may do what in the namespace.
                  type: object
                  default: {}
                  properties:
                    deployer:
                      description: >-
                        A ServiceAccount with which a pipeline may look at everything but Secrets, restart Deployments and run Jobs.
                        What is deployed is said in this object: another image on a Deployment is put back.
                      type: boolean
                      default: true
                    bindings:
                      type: array
                      maxItems: 16
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [role]
                      items:
                        type: object
                        required: [role, subjects]
                        properties:
                          role:
                            description: The cluster's own role of this name.
                            type: string
                            enum: [view, edit, admin]
                          subjects:
                            type: array
                            minItems: 1
                            maxItems: 32
                            x-kubernetes-list-type: atomic
                            items:
                              type: object
                              required: [kind, name]
                              x-kubernetes-validations:
                                - rule: (self.kind == 'ServiceAccount') == has(self.__namespace__)
                                  message: a ServiceAccount has a namespace, a User and a Group have none
                              properties:
                                kind:
                                  type: string
                                  enum: [User, Group, ServiceAccount]
                                name:
                                  type: string
                                  minLength: 1
                                  maxLength: 253
                                namespace:
                                  type: string
                                  minLength: 1
                                  maxLength: 63
                                  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                components:
                  description: The parts of the application; each is a Deployment with what belongs to it.
                  type: array
                  maxItems: 30
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name, image]
                    x-kubernetes-validations:
                      - rule: "!(has(self.replicas) && has(self.autoscaling))"
                        message: give either replicas or autoscaling
                      - rule: "!has(self.volumes) || !self.volumes.exists(v, v.accessMode == 'ReadWriteOnce') || (!has(self.autoscaling) && (!has(self.replicas) || self.replicas <= 1))"
                        message: a ReadWriteOnce volume lets one pod run; set replicas to 1 and leave out autoscaling, or use a volume that is ReadWriteMany
                      - rule: "!has(self.volumes) || self.volumes.all(v, self.volumes.exists_one(o, o.path == v.path))"
                        fieldPath: .volumes
                        message: two volumes have the same path; give each its own
                    properties:
                      name:
                        description: The name of the component's children too, so it begins with a letter as a Service does.
                        type: string
                        minLength: 1
                        maxLength: 40
                        pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$'
                      image:
                        description: In production with a digest, or a tag other than latest.
                        type: string
                        minLength: 1
                        maxLength: 512
                      command:
                        type: array
                        maxItems: 64
                        x-kubernetes-list-type: atomic
                        items:
                          type: string
                          maxLength: 8192
                      args:
                        type: array
                        maxItems: 64
                        x-kubernetes-list-type: atomic
                        items:
                          type: string
                          maxLength: 8192
                      replicas:
                        description: The tier's where nothing is said, 1 with a volume that only one node can mount.
                        type: integer
                        format: int32
                        minimum: 0
                        maximum: 500
                      autoscaling:
                        description: A HorizontalPodAutoscaler takes the place of replicas.
                        type: object
                        required: [max]
                        x-kubernetes-validations:
                          - rule: "!has(self.min) || self.min <= self.max"
                            message: min must not be more than max
                        properties:
                          min:
                            description: The tier's replicas where nothing is said.
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 500
                          max:
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 500
                          cpu:
                            description: Percent of the CPU request. 70 where neither cpu nor memory is given.
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 1000
                          memory:
                            description: Percent of the memory request.
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 1000
                      ports:
                        description: Ports of the component's Service. A component without ports has no Service.
                        type: array
                        maxItems: 16
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [name]
                        items:
                          type: object
                          required: [name, port]
                          properties:
                            name:
                              type: string
                              minLength: 1
                              maxLength: 15
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                            port:
                              description: The port of the Service.
                              type: integer
                              format: int32
                              minimum: 1
                              maximum: 65535
                            targetPort:
                              description: The port of the container; that of the Service where nothing is said.
                              type: integer
                              format: int32
                              minimum: 1
                              maximum: 65535
                            protocol:
                              type: string
                              enum: [TCP, UDP]
                              default: TCP
                      env:
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
                      envFrom:
                        description: As in a container of a Pod, for ConfigMaps and Secrets that somebody else makes.
                        type: array
                        maxItems: 16
                        x-kubernetes-list-type: atomic
                        items:
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
                      config:
                        description: >-
                          Environment that is not secret. It becomes an immutable ConfigMap whose name tells its content, so a change
                          replaces the pods exactly once.
                        type: object
                        maxProperties: 128
                        additionalProperties:
                          type: string
                          maxLength: 8192
                        x-kubernetes-validations:
                          - rule: self.all(key, key.matches('^[-._a-zA-Z][-._a-zA-Z0-9]{0,252}$'))
                            message: a key is the name of a variable such as LOG_LEVEL
                      secrets:
                        description: Secrets of the namespace whose entries become environment.
                        type: array
                        maxItems: 16
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [name]
                        items:
                          type: object
                          required: [name]
                          properties:
                            name:
                              type: string
                              minLength: 1
                              maxLength: 253
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                            optional:
                              description: Whether the pods start without it.
                              type: boolean
                              default: false
                      resources:
                        description: What the container asks for and what bounds it. The tier's LimitRange where nothing is said.
                        type: object
                        properties:
                          requests: &quantities
                            type: object
                            maxProperties: 8
                            additionalProperties:
                              x-kubernetes-int-or-string: true
                              maxLength: 32
                              pattern: '^([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][0-9]+)?$'
                          limits: *quantities
                      probes:
                        description: >-
                          Probes as in a container of a Pod; an httpGet or tcpSocket without a port means the first port. What they do
                          not say is filled in: ready every 5 s and lost after 2 failures, alive every 10 s and restarted after 3.
                        type: object
                        default: {}
                        properties:
                          defaults:
                            description: >-
                              Auto: a component with a TCP port is ready and alive while that port takes connections, and has five
                              minutes to start. Off: only what is given here.
                            type: string
                            enum: [Auto, "Off"]
                            default: Auto
                          readiness:
                            type: object
                            x-kubernetes-preserve-unknown-fields: true
                          liveness:
                            type: object
                            x-kubernetes-preserve-unknown-fields: true
                          startup:
                            type: object
                            x-kubernetes-preserve-unknown-fields: true
                      volumes:
                        description: Claims of the component, each mounted at its path.
                        type: array
                        maxItems: 8
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [name]
                        items:
                          type: object
                          required: [name, path, size]
                          x-kubernetes-validations:
                            - rule: has(self.storageClass) == has(oldSelf.storageClass) && (!has(self.storageClass) || self.storageClass == oldSelf.storageClass)
                              fieldPath: .storageClass
                              message: the storage class of a volume does not change; make another one and move the data
                            - rule: self.accessMode == oldSelf.accessMode
                              fieldPath: .accessMode
                              message: the access mode of a volume does not change; make another one and move the data
                          properties:
                            name:
                              type: string
                              minLength: 1
                              maxLength: 20
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                            path:
                              type: string
                              minLength: 2
                              maxLength: 1024
                              pattern: '^/[^:]*$'
                            size:
                              x-kubernetes-int-or-string: true
                              maxLength: 32
                              pattern: '^([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][0-9]+)?$'
                            storageClass:
                              description: The cluster's default where nothing is said.
                              type: string
                              minLength: 1
                              maxLength: 253
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                            accessMode:
                              type: string
                              enum: [ReadWriteOnce, ReadWriteMany]
                              default: ReadWriteOnce
                            onRemove:
                              description: What becomes of the claim when the volume or its component is taken out of the list.
                              type: string
                              enum: [Retain, Delete]
                              default: Retain
                      placement:
                        type: object
                        default: {}
                        properties:
                          spread:
                            description: Whether the pods shall, or must, be on different nodes. The tier's where nothing is said.
                            type: string
                            enum: [None, Preferred, Required]
                          topologyKey:
                            type: string
                            minLength: 1
                            maxLength: 317
                            default: kubernetes.io/hostname
                          nodeSelector:
                            type: object
                            maxProperties: 16
                            additionalProperties:
                              type: string
                              maxLength: 63
                          tolerations:
                            description: As in a Pod.
                            type: array
                            maxItems: 16
                            x-kubernetes-list-type: atomic
                            items:
                              type: object
                              x-kubernetes-preserve-unknown-fields: true
                      nodeFailureSeconds:
                        description: >-
                          How long a pod stays bound to a node that is lost. The tier's where nothing is said; 300 with a ReadWriteOnce
                          volume, because a pod elsewhere could not mount it.
                        type: integer
                        format: int32
                        minimum: 0
                        maximum: 86400
                      pdb:
                        description: "Auto: a PodDisruptionBudget of one pod at a time where there are two or more."
                        type: string
                        enum: [Auto, "Off"]
                        default: Auto
                      priorityClassName:
                        description: >-
                          The tier's where nothing is said. critical-infrastructure, production, tools and staging are made where they
                          do not exist.
                        type: string
                        minLength: 1
                        maxLength: 253
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                      metrics:
                        description: Where Prometheus finds the component's metrics.
                        type: object
                        required: [port]
                        properties:
                          port:
                            description: A port of the container. One that is not in ports becomes the Service's port metrics.
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 65535
                          path:
                            type: string
                            minLength: 1
                            maxLength: 1024
                            pattern: ^/
                            default: /metrics
                          interval:
                            type: string
                            minLength: 2
                            maxLength: 16
                            pattern: '^[1-9][0-9]{0,5}(s|m|h)$'
                            default: 30s
                      connectsTo:
                        description: Whom the component talks to. Everything else is refused, see network.
                        type: array
                        maxItems: 32
                        x-kubernetes-list-type: atomic
                        items:
                          type: object
                          x-kubernetes-validations:
                            - rule: "[has(self.component), has(self.__namespace__), has(self.cidr)].filter(x, x).size() == 1"
                              message: give exactly one of component, namespace and cidr
                            - rule: "!has(self.podLabels) || has(self.__namespace__)"
                              message: podLabels belong to a namespace; give one
                            - rule: has(self.component) || has(self.ports)
                              message: give the ports; only a component is known by its own
                          properties:
                            component:
                              type: string
                              minLength: 1
                              maxLength: 40
                            namespace:
                              type: string
                              minLength: 1
                              maxLength: 63
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                            podLabels:
                              type: object
                              maxProperties: 16
                              additionalProperties:
                                type: string
                                maxLength: 63
                                pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                            cidr:
                              type: string
                              minLength: 2
                              maxLength: 43
                              x-kubernetes-validations:
                                - rule: isCIDR(self)
                                  message: an address range such as 203.0.113.0/24 or 2001:db8::/32
                            ports:
                              description: Ports of the other side's pods. All ports of a component where nothing is said.
                              type: array
                              minItems: 1
                              maxItems: 16
                              x-kubernetes-list-type: atomic
                              items:
                                type: object
                                required: [port]
                                properties:
                                  port:
                                    type: integer
                                    format: int32
                                    minimum: 1
                                    maximum: 65535
                                  protocol:
                                    type: string
                                    enum: [TCP, UDP]
                                    default: TCP
                      securityContext:
                        description: >-
                          As in a Pod and in its containers; each field goes where it belongs. What the restricted level asks for is
                          filled in.
                        type: object
                        x-kubernetes-preserve-unknown-fields: true
                      template:
                        description: >-
                          A PodTemplateSpec that is laid over the pods. Lists of named things, such as containers, are merged by name;
                          the component's container has the component's name.
                        type: object
                        x-kubernetes-preserve-unknown-fields: true
                ingress:
                  description: Addresses by which the components are reached from outside.
                  type: array
                  maxItems: 16
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [host]
                  items:
                    type: object
                    required: [host, paths]
                    properties:
                      host:
                        type: string
                        minLength: 1
                        maxLength: 253
                        pattern: '^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                      paths:
                        type: array
                        minItems: 1
                        maxItems: 16
                        x-kubernetes-list-type: atomic
                        items:
                          type: object
                          required: [component, port]
                          properties:
                            path:
                              type: string
                              minLength: 1
                              maxLength: 1024
                              pattern: ^/
                              default: /
                            pathType:
                              type: string
                              enum: [Prefix, Exact, ImplementationSpecific]
                              default: Prefix
                            component:
                              type: string
                              minLength: 1
                              maxLength: 40
                            port:
                              description: The name of one of the component's ports.
                              type: string
                              minLength: 1
                              maxLength: 15
                      className:
                        description: Such as traefik, haproxy or nginx. The cluster's default where nothing is said.
                        type: string
                        minLength: 1
                        maxLength: 253
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                      clusterIssuer:
                        description: The ClusterIssuer of cert-manager that signs the certificate.
                        type: string
                        minLength: 1
                        maxLength: 253
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                      tlsSecretName:
                        description: The Secret of the certificate. Without it and without clusterIssuer there is no TLS.
                        type: string
                        minLength: 1
                        maxLength: 253
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                      annotations:
                        type: object
                        maxProperties: 32
                        additionalProperties:
                          type: string
                          maxLength: 4096
                network:
                  description: Who may talk to whom. The default is nobody, but for what connectsTo, ingress and metrics declare.
                  type: object
                  default: {}
                  properties:
                    ingress:
                      description: "Deny: only what is declared. Namespace: also every pod of the namespace. Allow: everybody."
                      type: string
                      enum: [Deny, Namespace, Allow]
                      default: Deny
                    egress:
                      description: >-
                        Declared: DNS and connectsTo. Internet: also every address that is not private. Allow: everything. The tier's
                        where nothing is said.
                      type: string
                      enum: [Declared, Internet, Allow]
                    ingressController:
                      description: Where requests from outside come from.
                      type: object
                      default: {}
                      properties:
                        namespace:
                          type: string
                          minLength: 1
                          maxLength: 63
                          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                          default: kube-system
                        podSelector:
                          description: Labels of the controller's pods.
                          type: object
                          maxProperties: 16
                          additionalProperties:
                            type: string
                            maxLength: 63
                            pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                          default: {app.kubernetes.io/name: traefik}
                        cidrs:
                          description: Addresses of the nodes, for a controller on the host's network.
                          type: array
                          maxItems: 32
                          x-kubernetes-list-type: set
                          items:
                            type: string
                            minLength: 2
                            maxLength: 43
                            x-kubernetes-validations:
                              - rule: isCIDR(self)
                                message: an address range such as 203.0.113.0/24 or 2001:db8::/32
                    prometheusNamespace:
                      type: string
                      minLength: 1
                      maxLength: 63
                      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                      default: monitoring
                    dns:
                      description: Where names are resolved.
                      type: object
                      default: {}
                      properties:
                        namespace:
                          type: string
                          minLength: 1
                          maxLength: 63
                          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                          default: kube-system
                        podLabels:
                          type: object
                          maxProperties: 16
                          additionalProperties:
                            type: string
                            maxLength: 63
                            pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                          default: {k8s-app: kube-dns}
                        cidrs:
                          description: >-
                            Addresses that names are resolved at beside these pods: that of a NodeLocal DNSCache, such as
                            169.254.20.10/32, and the DNS Service's own where that cache answers for it.
                          type: array
                          maxItems: 16
                          x-kubernetes-list-type: set
                          items:
                            type: string
                            minLength: 2
                            maxLength: 43
                            x-kubernetes-validations:
                              - rule: isCIDR(self)
                                message: an address range such as 203.0.113.0/24 or 2001:db8::/32
                observability:
                  type: object
                  default: {}
                  properties:
                    serviceMonitor:
                      description: A ServiceMonitor for each component with metrics. The tier's where nothing is said.
                      type: boolean
                    alerts:
                      description: A PrometheusRule. The tier's where nothing is said.
                      type: boolean
                    labels:
                      description: Labels by which Prometheus finds both.
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
                      default: {release: kube-prometheus-stack}
                    otlpEndpoint:
                      description: Where traces go, as in http://tempo.monitoring.svc:4318. Sets OTEL_ variables.
                      type: string
                      minLength: 8
                      maxLength: 512
                      pattern: '^https?://.+'
            status:
              description: What was observed.
              type: object
              default: {observedGeneration: -1}
              properties:
                observedGeneration:
                  type: integer
                  format: int64
                lastHandledReconcileAt:
                  type: string
                  maxLength: 256
                namespace:
                  type: string
                  maxLength: 63
                defaultsVersion:
                  description: The version of the tier's defaults that is in use.
                  type: integer
                  format: int32
                componentsReady:
                  description: Such as 3/4.
                  type: string
                  maxLength: 16
                urls:
                  type: array
                  maxItems: 16
                  x-kubernetes-list-type: atomic
                  items:
                    type: string
                    maxLength: 300
                specChange:
                  description: The last change of the spec that was seen; a preview's time counts from it.
                  type: object
                  properties:
                    generation:
                      type: integer
                      format: int64
                    time:
                      type: string
                      format: date-time
                expiresAt:
                  description: When the preview is deleted.
                  type: string
                  format: date-time
                components:
                  type: array
                  maxItems: 30
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties:
                      name:
                        type: string
                        maxLength: 40
                      image:
                        type: string
                        maxLength: 512
                      desired:
                        type: integer
                        format: int32
                      ready:
                        type: integer
                        format: int32
                      configHash:
                        description: Of the configuration that the pods are meant to have.
                        type: string
                        maxLength: 64
                      message:
                        description: What the component waits for; empty where it is as it should be.
                        type: string
                        maxLength: 4096
                quota:
                  type: object
                  properties:
                    used: &told
                      type: object
                      maxProperties: 32
                      additionalProperties:
                        type: string
                        maxLength: 64
                    required: *told
                    shortfall: *told
                inventory:
                  description: What the operator has made, but for the namespace.
                  type: array
                  maxItems: 1024
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
