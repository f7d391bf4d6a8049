internal import KubeAPI
internal import Reconcilers

extension WorkloadComponent {
    // MARK: Volumes

    private var podVolumes: [JSONObject] { (pod["volumes"]?.array ?? []).compactMap(\.object) }

    func isOfTheHost(volume name: String) -> Bool {
        podVolumes.contains { $0["name"]?.string == name && $0["hostPath"] != nil }
    }

    mutating func takeVolumes() {
        let mounts = container["volumeMounts"]?.array ?? []
        for volume in podVolumes {
            let name = volume["name"]?.string ?? ""
            let own = mounts.filter { $0["name"]?.string == name }
            if volume["hostPath"] != nil {
                component.leaveOut(
                    "Left out, the volume \(name): the Pod Security level of the tier refuses folders of the node.")
            } else if let claim = volume["persistentVolumeClaim"]?["claimName"]?.string {
                take(claim, volume, own)
            } else {
                take(volume, own)
            }
        }
    }

    private mutating func take(_ volume: JSONObject, _ mounts: [JSONValue]) {
        var volume = volume
        for (kind, field) in [("configMap", "defaultMode"), ("secret", "defaultMode"), ("projected", "defaultMode")] {
            guard var source = volume[kind]?.object, source[field] == 420 else { continue }
            source[field] = nil
            volume[kind] = .object(source)
        }
        component.add(volume: .object(volume))
        for mount in mounts { component.mount(mount) }
    }

    /// The first mount of the whole claim is that of the component's volume.
    private mutating func take(_ claim: String, _ volume: JSONObject, _ mounts: [JSONValue]) {
        claimNames.append(claim)
        let object = contents.find("PersistentVolumeClaim", claim)
        guard
            let main = mounts.first(where: {
                $0["subPath"] == nil && $0["subPathExpr"] == nil && $0["readOnly"]?.bool != true
            }),
            let path = main["mountPath"]?.string
        else {
            component.add(volume: .object(volume))
            for mount in mounts { component.mount(mount) }
            if !mounts.isEmpty {
                component.leaveOut(
                    "It mounts the claim \(claim) as it is: a volume of a component is mounted as a whole, and writable.",
                    at: "template")
            }
            return
        }
        let isShared = object?[path: "spec", "accessModes"]?.array?.contains("ReadWriteMany") == true
        let own = volumeName(of: claim)
        let isOther = kind == .statefulSet || claim != "\(component.name)-\(own)"
        let isKept = isOther && (isInPlace || kind == .job && isShared) && object != nil
        let given = volume["name"]?.string ?? ""
        let name = isKept ? volumeName(given) : own
        volumeNames[given] = name
        var entry: JSONObject = ["name": .string(name), "path": .string(path)]
        if isKept {
            entry["existingClaim"] = .string(claim)
        } else {
            entry["size"] = object?[path: "spec", "resources", "requests", "storage"] ?? "1Gi"
            entry["storageClass"] = object?[path: "spec", "storageClassName"]
        }
        if isShared { entry["accessMode"] = "ReadWriteMany" }
        component.append(.object(entry), to: "volumes")
        for mount in mounts where mount != main { component.mount(renamed(mount)) }
        sayClaim(claim, name, object)
        if !isShared { haveOnePod() }
    }

    /// Whether the environment's own takes the place of the object: then never do two have its claims.
    private var isInPlace: Bool { object.name == component.name && kind != .job }

    /// The claim of a component's volume is called after both.
    private func volumeName(of claim: String) -> String {
        let prefix = "\(component.name)-"
        return volumeName(claim.hasPrefix(prefix) ? String(claim.dropFirst(prefix.count)) : claim)
    }

    /// A name that no volume of the component has yet.
    func volumeName(_ text: String) -> String {
        ImportedName.label(
            text, limit: 20, fallback: "data", taken: component.list("volumes").compactMap { $0["name"]?.string })
    }

    private mutating func sayClaim(_ claim: String, _ name: String, _ object: DynamicObject?) {
        let place = String(component.list("volumes").count - 1)
        if object == nil {
            component.leaveOut("The claim \(claim) is not there: give the size.", at: "volumes", place, "size")
        }
        let made = "\(component.name)-\(name)"
        if component.list("volumes").last?["existingClaim"] != nil {
            component.note(
                "The claim \(claim) is mounted as it is: nothing makes, changes or deletes it.", at: "volumes", place)
        } else if made != claim {
            component.leaveOut(
                "Its claim will be \(made), and is empty: copy the data of \(claim).", at: "volumes", place)
        }
    }

    private mutating func haveOnePod() {
        if component.fields["autoscaling"] != nil || (component.fields["replicas"]?.integer ?? 1) > 1 {
            component.fields["autoscaling"] = nil
            component.fields["replicas"] = 1
            component.leaveOut("One pod is left: a ReadWriteOnce volume has one.", at: "replicas")
        }
    }

    /// A mount with the name that its volume has in the component.
    func renamed(_ mount: JSONValue) -> JSONValue {
        guard var fields = mount.object, let name = fields["name"]?.string, let other = volumeNames[name] else {
            return mount
        }
        fields["name"] = .string(other)
        return .object(fields)
    }

    // MARK: Security

    /// The fields of a security context that no level of the tiers lets pass.
    static func refused(_ context: JSONObject) -> [String] {
        context.filter { key, value in
            switch key {
            case "privileged", "allowPrivilegeEscalation": value == true
            case "runAsNonRoot": value == false
            case "runAsUser": value == 0
            case "capabilities": (value["add"]?.array ?? []).contains { $0 != "NET_BIND_SERVICE" }
            case "procMount": value != "Default"
            case "seccompProfile": value["type"] == "Unconfined"
            default: false
            }
        }.map(\.key)
    }

    /// What a component's pods have in any case.
    private static func isGiven(_ key: String, _ value: JSONValue) -> Bool {
        switch key {
        case "runAsNonRoot": value == true
        case "allowPrivilegeEscalation", "privileged": value == false
        case "seccompProfile": value == ["type": "RuntimeDefault"]
        case "capabilities": value == ["drop": ["ALL"]] || value == [:]
        default: false
        }
    }

    mutating func takeSecurity() {
        var context = pod["securityContext"]?.object ?? [:]
        for (key, value) in container["securityContext"]?.object ?? [:] { context[key] = value }
        let refused = Self.refused(context)
        for (key, value) in context where !refused.contains(key) && !Self.isGiven(key, value) {
            component.setSecurity(key, Self.withoutDrop(key, value))
        }
        if !refused.isEmpty {
            component.leaveOut(
                "Left out, \(refused.joined(separator: ", ")): no pod runs as root, and the Pod Security level of the tier refuses the rest.",
                at: "securityContext")
        }
    }

    private static func withoutDrop(_ key: String, _ value: JSONValue) -> JSONValue {
        guard key == "capabilities", value["drop"] == ["ALL"], let fields = value.object else { return value }
        return .object(fields.filter { $0.key != "drop" })
    }

    // MARK: Pods

    private static let ownPodFields: Set = [
        "containers", "initContainers", "volumes", "securityContext", "imagePullSecrets", "nodeSelector", "tolerations",
        "topologySpreadConstraints", "priorityClassName", "priority", "preemptionPolicy", "serviceAccount",
        "serviceAccountName",
        "automountServiceAccountToken", "enableServiceLinks", "hostNetwork", "hostPID", "hostIPC", "nodeName",
    ]
    private static let podDefaults: JSONObject = [
        "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
    ]

    mutating func takePod() {
        var defaults = Self.podDefaults
        defaults["restartPolicy"] = kind.runsToItsEnd ? "Never" : "Always"
        for (key, value) in pod where !Self.ownPodFields.contains(key) && defaults[key] != value {
            component.podFields[key] = value
        }
        takeLabels()
        component.fields["priorityClassName"] = pod["priorityClassName"]
        for field in ["hostNetwork", "hostPID", "hostIPC"] where pod[field] == true {
            component.leaveOut("Left out, \(field): the Pod Security level of the tier refuses it.")
        }
        let account = pod["serviceAccountName"]?.string ?? "default"
        if account != "default", account != component.name || !object.isOfTheOperator {
            component.leaveOut(
                """
                Left out, the ServiceAccount \(account): a component has one of its own, without a token. If it talks to the API \
                server, bind its rights to \(component.name), and set automountServiceAccountToken in template.
                """
            )
        }
        for (key, value) in template["metadata"]?["annotations"]?.object ?? [:]
        where Self.isWorthKeeping(annotation: key) {
            component.podAnnotations[key] = value
        }
        takePlacement()
    }

    /// Marks of tools, which say something about the old object only.
    static func isWorthKeeping(annotation key: String) -> Bool {
        let marks = [
            "kubectl.kubernetes.io/", "quartermaster.dev/", "meta.helm.sh/", "argocd.argoproj.io/",
            "deployment.kubernetes.io/",
        ]
        return !marks.contains { key.hasPrefix($0) }
    }

    private mutating func takePlacement() {
        var placement: JSONObject = [:]
        let constraints = kind.runsToItsEnd ? [] : pod["topologySpreadConstraints"]?.array ?? []
        placement["spread"] =
            kind.runsToItsEnd
            ? nil
            : constraints.first.map { $0["whenUnsatisfiable"] == "DoNotSchedule" ? "Required" : "Preferred" } ?? "None"
        if let key = constraints.first?["topologyKey"], key != "kubernetes.io/hostname" {
            placement["topologyKey"] = key
        }
        if constraints.count > 1 {
            component.leaveOut("Left out, all but the first topologySpreadConstraints.", at: "placement")
        }
        placement["nodeSelector"] = pod["nodeSelector"]
        let failures = (pod["tolerations"]?.array ?? []).filter(Self.isOfFailure)
        let seconds = Set(failures.map { $0["tolerationSeconds"]?.integer })
        let isPlain = failures.count == 2 && seconds.count == 1
        let tolerations = (pod["tolerations"]?.array ?? []).filter { !isPlain || !Self.isOfFailure($0) }
        if isPlain, let number = seconds.first ?? nil { component.fields["nodeFailureSeconds"] = .integer(number) }
        if !tolerations.isEmpty { placement["tolerations"] = .array(tolerations) }
        if !placement.isEmpty { component.fields["placement"] = .object(placement) }
    }

    private static func isOfFailure(_ toleration: JSONValue) -> Bool {
        ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].contains(toleration["key"]?.string ?? "")
            && toleration["tolerationSeconds"] != nil
    }
}
