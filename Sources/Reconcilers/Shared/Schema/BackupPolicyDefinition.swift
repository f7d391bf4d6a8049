// swift-format-ignore-file
// Made by `make golden` from crds/quartermaster.dev_backuppolicies.yaml; a test compares the two.

/// The CRD of BackupPolicy.
let backupPolicyDefinition = #"""
# Written by hand. The program carries the same text (Sources/Reconcilers/Shared/Schema); a test compares the two and
# `make golden` carries a change over.
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: backuppolicies.quartermaster.dev
spec:
  group: quartermaster.dev
  scope: Namespaced
  names:
    kind: BackupPolicy
    listKind: BackupPolicyList
    plural: backuppolicies
    singular: backuppolicy
    shortNames: [bpol]
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
          description: Whether the last backups went well and are fresh.
          jsonPath: .status.conditions[?(@.type=="Ready")].status
        - name: Reason
          type: string
          description: Why the policy is ready or not.
          jsonPath: .status.conditions[?(@.type=="Ready")].reason
        - name: Fresh
          type: string
          description: Whether every required destination has a recent backup of every source.
          jsonPath: .status.conditions[?(@.type=="Fresh")].status
        - name: Last-Success
          type: date
          description: The oldest of the last successes of the required destinations.
          jsonPath: .status.lastSuccessTime
        - name: Next
          type: string
          description: When the next run is due.
          jsonPath: .status.nextRunTime
        - name: Size
          type: string
          description: The last artifacts of all sources together.
          jsonPath: .status.size
        - name: Verified
          type: string
          description: Whether the last artifacts were read back.
          jsonPath: .status.conditions[?(@.type=="Verified")].status
        - name: Suspended
          type: boolean
          jsonPath: .spec.suspend
        - name: Age
          type: date
          jsonPath: .metadata.creationTimestamp
        - name: Message
          type: string
          priority: 1
          description: What is wrong, why, and what to do about it.
          jsonPath: .status.conditions[?(@.type=="Ready")].message
      schema:
        openAPIV3Schema:
          description: Backups of databases, volumes and manifests of a namespace, stored, read back and pruned on a schedule.
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
              description: What is backed up, when, where to and for how long.
              type: object
              required: [schedule, sources]
              properties:
                suspend:
                  description: No new run begins. A run that has begun ends; the status goes on.
                  type: boolean
                  default: false
                inheritedMetadata:
                  description: Labels and annotations for every child of the policy. Nothing else of the policy's metadata is copied.
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
                schedule:
                  description: Five fields as in cron, or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.
                  type: string
                  minLength: 6
                  maxLength: 128
                  pattern: '^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|[-0-9A-Za-z*?/,]+( +[-0-9A-Za-z*?/,]+){4})$'
                timeZone:
                  description: The name of the IANA time zone that the schedule is meant in.
                  type: string
                  default: Etc/UTC
                  minLength: 1
                  maxLength: 64
                  pattern: '^[A-Za-z][-A-Za-z0-9_+]*(/[A-Za-z0-9][-A-Za-z0-9_+]*)*$'
                  x-kubernetes-validations:
                    - rule: self.lowerAscii() != 'local'
                      message: Local means nothing in a cluster; name a zone such as Europe/Berlin
                jitterSeconds:
                  description: >-
                    Every source waits for some time up to this before it begins, always the same for one policy.
                  type: integer
                  format: int32
                  minimum: 0
                  maximum: 3600
                  default: 0
                startingDeadlineSeconds:
                  description: >-
                    A run that could not begin in this time is missed.
                  type: integer
                  format: int32
                  minimum: 60
                  maximum: 86400
                  default: 3600
                activeDeadlineSeconds:
                  description: >-
                    A run that takes longer is ended, each attempt for itself.
                  type: integer
                  format: int32
                  minimum: 60
                  maximum: 86400
                  default: 21600
                backoffLimit:
                  description: >-
                    How often a failed run is tried again.
                  type: integer
                  format: int32
                  minimum: 0
                  maximum: 6
                  default: 1
                sources:
                  description: What is backed up. Each source has a job of its own.
                  type: array
                  minItems: 1
                  maxItems: 32
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties:
                      name:
                        description: Part of the names of jobs and artifacts.
                        type: string
                        minLength: 1
                        maxLength: 20
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                      postgres:
                        description: Databases of a PostgreSQL server, one dump in the custom format each.
                        type: object
                        required: [host, credentialsSecretRef]
                        properties:
                          host:
                            type: string
                            minLength: 1
                            maxLength: 253
                            pattern: '^[A-Za-z0-9]([-A-Za-z0-9.:]*[A-Za-z0-9])?$'
                          port:
                            description: >-
                              The port of the server; not that of a pooler in transaction mode.
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 65535
                            default: 5432
                          databases:
                            description: >-
                              The databases to dump.
                            type: array
                            maxItems: 64
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 63
                              pattern: '^[^/\n\r.][^/\n\r]*$'
                          allDatabases:
                            description: Every database that accepts connections.
                            type: boolean
                            default: false
                          credentialsSecretRef:
                            description: >-
                              A Secret of this namespace with the keys username and password, and ca.crt for verify-ca and verify-full.
                            type: object
                            required: [name]
                            properties:
                              name:
                                type: string
                                minLength: 1
                                maxLength: 253
                                pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
                          sslMode:
                            type: string
                            default: require
                            enum: [disable, allow, prefer, require, verify-ca, verify-full]
                          globals:
                            description: Whether roles and tablespaces are dumped too.
                            type: boolean
                            default: true
                          staging:
                            description: >-
                              Where the artifact lies until it is stored. With a size it is an ephemeral volume of a storage class, else a
                              folder of the node.
                            type: object
                            properties:
                              size:
                                x-kubernetes-int-or-string: true
                                anyOf:
                                  - type: integer
                                  - type: string
                                maxLength: 32
                                pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                              storageClass:
                                type: string
                                minLength: 1
                                maxLength: 253
                                pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
                            x-kubernetes-validations:
                              - rule: "!has(self.storageClass) || has(self.size)"
                                message: a storageClass needs a size
                        x-kubernetes-validations:
                          - rule: (has(self.databases) && self.databases.size() > 0) != self.allDatabases
                            message: give either databases or allDatabases
                      pvc:
                        description: The files of a volume, as one tar archive.
                        type: object
                        required: [claimName]
                        properties:
                          claimName:
                            type: string
                            minLength: 1
                            maxLength: 253
                            pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
                          podSelector:
                            description: >-
                              The pods that use the claim: the backup's pod goes to their node, where it can.
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
                                    message: a label key is a name such as app, or a domain and a name such as app.kubernetes.io/name
                              matchExpressions:
                                type: array
                                maxItems: 8
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
                                      maxItems: 16
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
                                message: name at least one label of the pods; an empty selector would take every pod of the namespace
                          paths:
                            description: >-
                              Folders and files of the volume, relative to it; all where empty.
                            type: array
                            maxItems: 64
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 1024
                              pattern: '^[^/\n][^\n]*$'
                          excludes:
                            description: >-
                              Patterns of what is left out, relative to the volume.
                            type: array
                            maxItems: 64
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 1024
                              pattern: '^[^/\n][^\n]*$'
                          changing:
                            description: >-
                              Patterns of files that may change while they are read, relative to the volume: logs that are always written.
                              What else changes makes a run Partial.
                            type: array
                            maxItems: 64
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 1024
                              pattern: '^[^/\n][^\n]*$'
                          staging:
                            description: >-
                              Where the artifact lies until it is stored. With a size it is an ephemeral volume of a storage class, else a
                              folder of the node.
                            type: object
                            properties:
                              size:
                                x-kubernetes-int-or-string: true
                                anyOf:
                                  - type: integer
                                  - type: string
                                maxLength: 32
                                pattern: '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
                              storageClass:
                                type: string
                                minLength: 1
                                maxLength: 253
                                pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
                            x-kubernetes-validations:
                              - rule: "!has(self.storageClass) || has(self.size)"
                                message: a storageClass needs a size
                      manifests:
                        description: The objects of namespaces as YAML.
                        type: object
                        properties:
                          namespaces:
                            description: >-
                              The namespaces; that of the policy where empty. Others only for a policy in a namespace of
                              --privileged-namespaces.
                            type: array
                            maxItems: 64
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 63
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                          includeKinds:
                            description: >-
                              Kinds such as deployments.apps; every kind that can be listed where empty.
                            type: array
                            maxItems: 128
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 317
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                          excludeKinds:
                            description: >-
                              Kinds that are left out.
                            type: array
                            maxItems: 128
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 317
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
                          includeSecrets:
                            description: Whether Secrets are exported. Only towards destinations that encrypt.
                            type: boolean
                            default: false
                      etcd:
                        description: >-
                          A snapshot of the etcd that K3s has built in, taken on one of its servers. Only for a policy in a namespace of
                          --privileged-namespaces.
                        type: object
                        properties:
                          nodeSelector:
                            description: The servers that keep etcd.
                            type: object
                            maxProperties: 16
                            default: {node-role.kubernetes.io/etcd: "true"}
                            additionalProperties:
                              type: string
                              maxLength: 63
                              pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                          compress:
                            description: Whether the snapshot is compressed.
                            type: boolean
                            default: true
                          includeToken:
                            description: Whether the server's token is part of the artifact. No other host can be restored without it.
                            type: boolean
                            default: true
                          includeServerManifests:
                            description: Whether the manifests that the server applies by itself are part of the artifact.
                            type: boolean
                            default: true
                      velero:
                        description: >-
                          A Schedule of Velero, which stores and prunes by itself. Only in the namespace that Velero runs in: it looks nowhere
                          else.
                        type: object
                        properties:
                          includedNamespaces:
                            description: All namespaces where empty.
                            type: array
                            maxItems: 64
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 63
                              pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                          excludedResources:
                            description: Such as events or pods.
                            type: array
                            maxItems: 64
                            x-kubernetes-list-type: set
                            items:
                              type: string
                              minLength: 1
                              maxLength: 317
                              pattern: '^[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?([.][a-z0-9*]([-a-z0-9*]*[a-z0-9*])?)*$'
                          storageLocation:
                            description: A BackupStorageLocation; Velero's default one where it is not given.
                            type: string
                            minLength: 1
                            maxLength: 253
                            pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
                          ttl:
                            description: How long Velero keeps a backup, such as 720h. The policy's retention is not for Velero.
                            type: string
                            default: 720h
                            minLength: 2
                            maxLength: 16
                            pattern: '^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$'
                    x-kubernetes-validations:
                      - rule: "[has(self.postgres), has(self.pvc), has(self.manifests), has(self.etcd), has(self.velero)].filter(given, given).size() == 1"
                        message: give exactly one of postgres, pvc, manifests, etcd and velero
                destinations:
                  description: Where every source is stored, but for those of velero.
                  type: array
                  default: []
                  maxItems: 8
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name, credentialsSecretRef]
                    properties:
                      name:
                        type: string
                        minLength: 1
                        maxLength: 20
                        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                      credentialsSecretRef:
                        description: >-
                          A Secret of this namespace; its keys depend on the kind of the destination.
                        type: object
                        required: [name]
                        properties:
                          name:
                            type: string
                            minLength: 1
                            maxLength: 253
                            pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
                      required:
                        description: Whether the policy is not ready when this destination fails.
                        type: boolean
                        default: true
                      takeOverFrom:
                        description: >-
                          The UID of namespace kube-system of a cluster that is gone and whose artifacts this one takes over, pruning
                          included. Those of any other cluster are left alone, and refused.
                        type: string
                        pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                        maxLength: 36
                      retention:
                        description: Takes the place of the policy's retention, field by field.
                        type: object
                        properties:
                          last:
                            description: >-
                              The newest so many.
                            type: integer
                            format: int32
                            minimum: 0
                            maximum: 1000
                          hourly:
                            description: >-
                              The newest artifact of each of so many hours.
                            type: integer
                            format: int32
                            minimum: 0
                            maximum: 1000
                          daily:
                            description: >-
                              Of each of so many days.
                            type: integer
                            format: int32
                            minimum: 0
                            maximum: 1000
                          weekly:
                            description: >-
                              Of each of so many ISO weeks.
                            type: integer
                            format: int32
                            minimum: 0
                            maximum: 1000
                          monthly:
                            description: >-
                              Of each of so many months.
                            type: integer
                            format: int32
                            minimum: 0
                            maximum: 1000
                          yearly:
                            description: >-
                              Of each of so many years.
                            type: integer
                            format: int32
                            minimum: 0
                            maximum: 1000
                          minKeep:
                            description: >-
                              The newest so many stay whatever the other rules say.
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 1000
                      s3:
                        description: A bucket of an S3 service. Keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
                        type: object
                        required: [endpoint, bucket]
                        properties:
                          endpoint:
                            description: Such as https://s3.example.com.
                            type: string
                            minLength: 1
                            maxLength: 512
                            pattern: '^https?://[^ \n]+$'
                            x-kubernetes-validations:
                              - rule: "!self.matches('://[^/]*:[^/]*@')"
                                message: a password does not belong into an address; put it into the Secret of credentialsSecretRef
                              - rule: self == oldSelf
                                message: a repository can't be changed; add a destination of another name for the new one
                          bucket:
                            type: string
                            minLength: 3
                            maxLength: 63
                            pattern: '^[a-z0-9][-a-z0-9.]*[a-z0-9]$'
                            x-kubernetes-validations:
                              - rule: self == oldSelf
                                message: a repository can't be changed; add a destination of another name for the new one
                          prefix:
                            description: A folder of the bucket; policies and sources get folders of their own below it.
                            type: string
                            maxLength: 512
                            pattern: '^[A-Za-z0-9._/=-]*$'
                            x-kubernetes-validations:
                              - rule: "!self.matches('(^|/)[.][.](/|$)')"
                                message: a folder does not lead out of the one it is in; take out the part ..
                          region:
                            type: string
                            default: us-east-1
                            maxLength: 64
                            pattern: '^[-A-Za-z0-9]+$'
                          forcePathStyle:
                            description: The bucket is part of the path, not of the host's name.
                            type: boolean
                            default: true
                      restic:
                        description: A restic repository, made once where there is none. Key RESTIC_PASSWORD and those of the backend.
                        type: object
                        required: [repository]
                        properties:
                          repository:
                            description: Such as s3:https://s3.example.com/bucket/folder or rest:https://rest.example.com/.
                            type: string
                            minLength: 1
                            maxLength: 1024
                            pattern: '^[^ \n]+$'
                            x-kubernetes-validations:
                              - rule: "!self.matches('://[^/]*:[^/]*@')"
                                message: a password does not belong into an address; put it into the Secret of credentialsSecretRef
                              - rule: self == oldSelf
                                message: a repository can't be changed; add a destination of another name for the new one
                      borg:
                        description: A borg repository, made once where there is none. Key BORG_PASSPHRASE; ssh-privatekey and known_hosts over ssh.
                        type: object
                        required: [repository]
                        properties:
                          repository:
                            description: Such as ssh://user@host:23/./backups.
                            type: string
                            minLength: 1
                            maxLength: 1024
                            pattern: '^[^ \n]+$'
                            x-kubernetes-validations:
                              - rule: "!self.matches('://[^/]*:[^/]*@')"
                                message: a password does not belong into an address; put it into the Secret of credentialsSecretRef
                              - rule: self == oldSelf
                                message: a repository can't be changed; add a destination of another name for the new one
                          remotePath:
                            description: The name of borg on the server, such as borg-1.4.
                            type: string
                            maxLength: 256
                            pattern: '^[-A-Za-z0-9._/]+$'
                      rclone:
                        description: Any remote of rclone. Key rclone.conf.
                        type: object
                        required: [remote, path]
                        properties:
                          remote:
                            description: The name of the remote in rclone.conf.
                            type: string
                            minLength: 1
                            maxLength: 64
                            pattern: '^[A-Za-z0-9_][-A-Za-z0-9_.+@]*$'
                          path:
                            description: A folder of the remote; policies and sources get folders of their own below it.
                            type: string
                            maxLength: 512
                            pattern: '^[^\n]*$'
                            x-kubernetes-validations:
                              - rule: "!self.matches('(^|/)[.][.](/|$)')"
                                message: a folder does not lead out of the one it is in; take out the part ..
                    x-kubernetes-validations:
                      - rule: "[has(self.s3), has(self.restic), has(self.borg), has(self.rclone)].filter(given, given).size() == 1"
                        message: give exactly one of s3, restic, borg and rclone
                retention:
                  description: How long artifacts are kept. Times are in UTC.
                  type: object
                  default: {daily: 7, weekly: 4, minKeep: 1}
                  properties:
                    last:
                      description: >-
                        The newest so many.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 1000
                    hourly:
                      description: >-
                        The newest artifact of each of so many hours.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 1000
                    daily:
                      description: >-
                        Of each of so many days.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 1000
                      default: 7
                    weekly:
                      description: >-
                        Of each of so many ISO weeks.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 1000
                      default: 4
                    monthly:
                      description: >-
                        Of each of so many months.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 1000
                    yearly:
                      description: >-
                        Of each of so many years.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 1000
                    minKeep:
                      description: >-
                        The newest so many stay whatever the other rules say.
                      type: integer
                      format: int32
                      minimum: 1
                      maximum: 1000
                      default: 1
                  x-kubernetes-validations:
                    - rule: "[has(self.last) ? self.last : 0, has(self.hourly) ? self.hourly : 0, has(self.daily) ? self.daily : 0, has(self.weekly) ? self.weekly : 0, has(self.monthly) ? self.monthly : 0, has(self.yearly) ? self.yearly : 0].exists(number, number > 0)"
                      message: at least one of last, hourly, daily, weekly, monthly and yearly must be positive
                verification:
                  description: How a stored artifact is checked before anything older is pruned.
                  type: object
                  default: {}
                  properties:
                    afterEach:
                      description: >-
                        read fetches every file and compares its checksum, stat looks at names and sizes, none trusts the
                        upload.
                      type: string
                      default: read
                      enum: [none, stat, read]
                    checkSchedule:
                      description: >-
                        When the destinations are checked as a whole: restic reads an eighth of its repository, borg all of it, and of
                        s3 and rclone the newest artifacts are read.
                      type: string
                      minLength: 6
                      maxLength: 128
                      pattern: '^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|[-0-9A-Za-z*?/,]+( +[-0-9A-Za-z*?/,]+){4})$'
                    drill:
                      description: The newest artifacts of postgres and etcd are restored into a server that ends with the pod.
                      type: object
                      required: [schedule]
                      properties:
                        schedule:
                          description: When a restore is tried.
                          type: string
                          minLength: 6
                          maxLength: 128
                          pattern: '^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|[-0-9A-Za-z*?/,]+( +[-0-9A-Za-z*?/,]+){4})$'
                        queries:
                          description: What a restored PostgreSQL is asked, and what it has to answer.
                          type: array
                          maxItems: 16
                          x-kubernetes-list-type: atomic
                          items:
                            type: object
                            required: [sql, expect]
                            properties:
                              source:
                                description: The source that is asked; every one of postgres where it is not given.
                                type: string
                                minLength: 1
                                maxLength: 20
                              database:
                                description: The database that is asked; needed where the source dumps several.
                                type: string
                                minLength: 1
                                maxLength: 63
                              sql:
                                description: One statement.
                                type: string
                                minLength: 1
                                maxLength: 4096
                              expect:
                                description: The answer as psql -A -t prints it, without the last line end.
                                type: string
                                maxLength: 4096
                        maxDuration:
                          description: How long a restore may take, from the first byte fetched, such as 30m.
                          type: string
                          minLength: 2
                          maxLength: 16
                          pattern: '^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$'
                freshness:
                  description: What makes a backup too old or too small.
                  type: object
                  default: {}
                  properties:
                    maxAge:
                      description: Such as 26h or 90m; twice the longest gap of the schedule where it is not given.
                      type: string
                      maxLength: 16
                      pattern: '^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$'
                      minLength: 2
                    minSizeBytes:
                      description: >-
                        A smaller artifact is kept, but nothing is pruned after it and the policy is not fresh.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 2147483647
                      default: 1
                    maxShrinkPercent:
                      description: >-
                        Likewise for one that is smaller than the one before by more than this.
                      type: integer
                      format: int32
                      minimum: 0
                      maximum: 100
                      default: 50
                alerting:
                  description: Who is told when a backup fails, and how.
                  type: object
                  default: {}
                  properties:
                    prometheusRule:
                      description: >-
                        Auto makes a PrometheusRule of the policy where the Prometheus operator is installed, Off makes none.
                      type: string
                      default: Auto
                      enum: [Auto, "Off"]
                    labels:
                      description: Labels of the PrometheusRule, by which a Prometheus selects it.
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
                    webhookSecretRef:
                      description: >-
                        A Secret with the key url, and where the receiver asks for one the key authorization: each run posts
                        its result there as JSON.
                      type: object
                      required: [name]
                      properties:
                        name:
                          type: string
                          minLength: 1
                          maxLength: 253
                          pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
                    onSuccess:
                      description: Whether the webhook is told of runs that went well too.
                      type: boolean
                      default: false
                  x-kubernetes-validations:
                    - rule: "!has(self.onSuccess) || !self.onSuccess || has(self.webhookSecretRef)"
                      message: onSuccess needs a webhookSecretRef that can be told
                network:
                  description: The NetworkPolicies of the pods.
                  type: object
                  default: {}
                  properties:
                    enabled:
                      description: >-
                        Whether the pods are shut off from what they do not need. Nothing may connect to them; they reach
                        DNS, their source, their destinations and the webhook.
                      type: boolean
                      default: true
                    egressPorts:
                      description: >-
                        TCP ports that the pods may connect to beside those that follow from sources and destinations. Where
                        an address is in a Secret (rclone, webhook) every port is open unless this is given.
                      type: array
                      maxItems: 16
                      x-kubernetes-list-type: set
                      items:
                        type: integer
                        format: int32
                        minimum: 1
                        maximum: 65535
                hooks:
                  description: Commands in pods of this namespace, around every source but those of velero.
                  type: object
                  properties:
                    pre:
                      description: Before the source, in this order. After one that fails no other begins.
                      type: array
                      maxItems: 8
                      x-kubernetes-list-type: atomic
                      items:
                        type: object
                        required: [podSelector, command]
                        properties:
                          podSelector:
                            description: >-
                              The pods of this namespace that the command is run in: every one that runs.
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
                                    message: a label key is a name such as app, or a domain and a name such as app.kubernetes.io/name
                              matchExpressions:
                                type: array
                                maxItems: 8
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
                                      maxItems: 16
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
                                message: name at least one label of the pods; an empty selector would take every pod of the namespace
                          container:
                            description: The container; the pod's default one where it is not given.
                            type: string
                            minLength: 1
                            maxLength: 63
                            pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                          command:
                            description: The program and its arguments, without a shell.
                            type: array
                            minItems: 1
                            maxItems: 32
                            x-kubernetes-list-type: atomic
                            items:
                              type: string
                              maxLength: 4096
                          timeoutSeconds:
                            description: >-
                              How long the command may take in one pod.
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 3600
                            default: 60
                          onError:
                            description: >-
                              Fail before the source ends the run; Fail after it makes the run incomplete. Continue only tells.
                            type: string
                            default: Fail
                            enum: [Fail, Continue]
                    post:
                      description: After the source, in this order, also when it has failed.
                      type: array
                      maxItems: 8
                      x-kubernetes-list-type: atomic
                      items:
                        type: object
                        required: [podSelector, command]
                        properties:
                          podSelector:
                            description: >-
                              The pods of this namespace that the command is run in: every one that runs.
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
                                    message: a label key is a name such as app, or a domain and a name such as app.kubernetes.io/name
                              matchExpressions:
                                type: array
                                maxItems: 8
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
                                      maxItems: 16
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
                                message: name at least one label of the pods; an empty selector would take every pod of the namespace
                          container:
                            description: The container; the pod's default one where it is not given.
                            type: string
                            minLength: 1
                            maxLength: 63
                            pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
                          command:
                            description: The program and its arguments, without a shell.
                            type: array
                            minItems: 1
                            maxItems: 32
                            x-kubernetes-list-type: atomic
                            items:
                              type: string
                              maxLength: 4096
                          timeoutSeconds:
                            description: >-
                              How long the command may take in one pod.
                            type: integer
                            format: int32
                            minimum: 1
                            maximum: 3600
                            default: 60
                          onError:
                            description: >-
                              Fail before the source ends the run; Fail after it makes the run incomplete. Continue only tells.
                            type: string
                            default: Fail
                            enum: [Fail, Continue]
                podTemplate:
                  description: How the pods of the jobs run.
                  type: object
                  default: {}
                  properties:
                    resources:
                      description: Of every container of the pods.
                      type: object
                      default:
                        requests: {cpu: 100m, memory: 128Mi}
                        limits: {cpu: "1", memory: 1Gi}
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
                    nodeSelector:
                      type: object
                      maxProperties: 16
                      additionalProperties:
                        type: string
                        maxLength: 63
                        pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'
                    tolerations:
                      description: Tolerations as in a pod; the API server checks them.
                      type: array
                      maxItems: 16
                      x-kubernetes-list-type: atomic
                      items:
                        type: object
                        x-kubernetes-preserve-unknown-fields: true
                    priorityClassName:
                      type: string
                      minLength: 1
                      maxLength: 253
                      pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'
                    images:
                      description: The image of the pods, by tag or digest.
                      type: object
                      default: {}
                      properties:
                        backup:
                          description: The agent, with every program that it calls.
                          type: string
                          minLength: 1
                          maxLength: 512
                          pattern: '^[^ \n]+$'
                          default: ghcr.io/quartermaster-dev/quartermaster-backup:0.1.0
              x-kubernetes-validations:
                - rule: "!self.sources.exists(source, has(source.manifests) && source.manifests.includeSecrets) || self.destinations.all(destination, has(destination.restic) || has(destination.borg))"
                  message: Secrets are exported only towards restic and borg, which encrypt; set includeSecrets to false or remove the other destinations
                - rule: "self.destinations.all(destination, !has(destination.retention) || has(destination.retention.minKeep) || [has(destination.retention.last) ? destination.retention.last : (has(self.retention.last) ? self.retention.last : 0), has(destination.retention.hourly) ? destination.retention.hourly : (has(self.retention.hourly) ? self.retention.hourly : 0), has(destination.retention.daily) ? destination.retention.daily : (has(self.retention.daily) ? self.retention.daily : 0), has(destination.retention.weekly) ? destination.retention.weekly : (has(self.retention.weekly) ? self.retention.weekly : 0), has(destination.retention.monthly) ? destination.retention.monthly : (has(self.retention.monthly) ? self.retention.monthly : 0), has(destination.retention.yearly) ? destination.retention.yearly : (has(self.retention.yearly) ? self.retention.yearly : 0)].exists(number, number > 0))"
                  message: the retention of a destination would keep one artifact alone; let one of last, hourly, daily, weekly, monthly and yearly be positive, or give it a minKeep
                - rule: self.sources.all(source, has(source.velero)) || self.destinations.size() > 0
                  message: give at least one destination; only velero sources need none
                - rule: "!self.sources.all(source, has(source.velero)) || (self.destinations.size() == 0 && !has(self.hooks) && !has(self.verification.checkSchedule))"
                  message: Velero stores, checks and prunes by itself; a policy of velero sources alone takes no destinations, hooks and verification.checkSchedule
                - rule: "!has(self.verification.drill) || self.sources.exists(source, has(source.postgres) || has(source.etcd))"
                  message: a drill restores postgres and etcd sources, and there is none; remove verification.drill
                - rule: "!has(self.verification.drill) || !has(self.verification.drill.queries) || self.verification.drill.queries.all(query, !has(query.source) || self.sources.exists(source, source.name == query.source && has(source.postgres)))"
                  message: the source of a query must be the name of a postgres source
                - rule: "!has(self.verification.drill) || !has(self.verification.drill.queries) || self.verification.drill.queries.all(query, has(query.database) || self.sources.all(source, !has(source.postgres) || (has(query.source) && source.name != query.source) || (has(source.postgres.databases) && source.postgres.databases.size() == 1)))"
                  message: a query must name its database where the source dumps more than one
            status:
              description: What became of the backups.
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
                nextRunTime:
                  description: When the next run is due, without the jitter.
                  type: string
                  format: date-time
                lastSuccessTime:
                  description: The oldest of the last successes of the required destinations.
                  type: string
                  format: date-time
                size:
                  description: The last artifacts of all sources together.
                  type: string
                  maxLength: 16
                targets:
                  description: One entry for each source and destination.
                  type: array
                  maxItems: 256
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [source, destination]
                  items:
                    type: object
                    required: [source, destination]
                    properties:
                      source:
                        type: string
                        maxLength: 20
                      destination:
                        type: string
                        maxLength: 20
                      since:
                        description: Since when backups are expected here; it was added then, or the policy was resumed.
                        type: string
                        format: date-time
                      lastAttemptTime:
                        description: When the last run ended.
                        type: string
                        format: date-time
                      lastRuns:
                        description: The jobs of which the last one ended at lastAttemptTime.
                        type: array
                        maxItems: 8
                        x-kubernetes-list-type: atomic
                        items:
                          type: string
                          maxLength: 253
                      lastReportTime:
                        description: When the container ended that the last result is of; it says which of runs that overlap is the last one.
                        type: string
                        format: date-time
                      lastSuccessTime:
                        description: When the last run ended that went well.
                        type: string
                        format: date-time
                      lastResult:
                        type: string
                        enum: [Succeeded, Partial, Failed]
                      reason:
                        description: Why it failed, in one word.
                        type: string
                        maxLength: 64
                      artifact:
                        description: The newest artifact.
                        type: string
                        maxLength: 64
                      complete:
                        description: The newest artifact that is complete and not suspicious.
                        type: string
                        maxLength: 64
                      sizeBytes:
                        type: integer
                        format: int64
                      durationSeconds:
                        type: integer
                        format: int64
                      count:
                        description: Artifacts that are kept.
                        type: integer
                        format: int64
                      oldest:
                        description: The oldest of them.
                        type: string
                        maxLength: 64
                      expected:
                        description: How many there were before some vanished that no run has deleted; absent where none did.
                        type: integer
                        format: int64
                      missingSince:
                        description: The end of the run that missed them.
                        type: string
                        format: date-time
                      lastVerifiedTime:
                        description: When an artifact was last checked at the destination.
                        type: string
                        format: date-time
                      lastCheckTime:
                        description: When the destination was last checked as a whole and found to be sound.
                        type: string
                        format: date-time
                      checkFailure:
                        description: What the last check of the destination found wrong.
                        type: string
                        maxLength: 1024
                      lastDrillTime:
                        description: When an artifact was last restored by a drill.
                        type: string
                        format: date-time
                      lastDrillSeconds:
                        description: How long that took, from the first byte fetched.
                        type: integer
                        format: int64
                      drillFailure:
                        description: Why the last drill failed.
                        type: string
                        maxLength: 1024
                      pruned:
                        description: What became of the pruning after the last run.
                        type: string
                        enum: [Done, Refused, Failed]
                      suspicion:
                        description: What is odd about the newest artifact; nothing is pruned until that is cleared up.
                        type: string
                        maxLength: 1024
                      consecutiveFailures:
                        type: integer
                        format: int64
                      message:
                        type: string
                        maxLength: 2048
                destinations:
                  description: What is known of the destinations beside their artifacts.
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
                        maxLength: 20
                      place:
                        description: A hash of where it is.
                        type: string
                        maxLength: 16
                      movedTime:
                        description: Since when it is there; none where it was nowhere else before.
                        type: string
                        format: date-time
                      preparedTime:
                        description: When it was made ready for artifacts; it is made once, and never again where it is gone.
                        type: string
                        format: date-time
                      reason:
                        description: Why it could not be made ready, in one word.
                        type: string
                        maxLength: 64
                      message:
                        description: Why it could not be made ready.
                        type: string
                        maxLength: 2048
                      checkedPart:
                        description: The eighth of a repository's data that the last good check has read.
                        type: integer
                        format: int32
                      checkedTime:
                        description: When that check ended.
                        type: string
                        format: date-time
                templates:
                  description: What the CronJobs make jobs from, and made them from before; a job that is none of these is not counted.
                  type: array
                  maxItems: 128
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [cronJob]
                  items:
                    type: object
                    required: [cronJob, digests, seal]
                    properties:
                      cronJob:
                        description: The name of the CronJob.
                        type: string
                        maxLength: 63
                      digests:
                        description: Hashes of what its jobs do, the newest last.
                        type: array
                        maxItems: 8
                        x-kubernetes-list-type: atomic
                        items:
                          type: string
                          maxLength: 64
                      seal:
                        description: The code that only the operator can make for them.
                        type: string
                        maxLength: 64
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
