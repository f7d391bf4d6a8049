internal import KubeAPI

extension ComposeService {
    // MARK: Volumes

    mutating func takeMounts() {
        var paths: Set<String> = []
        for entry in fields["volumes"]?.array ?? [] {
            guard let entry = filledWhole(entry, "volumes") else { continue }
            guard let mount = ComposeMount(entry)?.withData, mount.path.hasPrefix("/"), mount.path.count > 1 else {
                component.leaveOut(
                    "Left out, the volume \(ComposeValue.text(entry) ?? entry.serializedString()), which can't be read."
                )
                continue
            }
            guard paths.insert(mount.path).inserted else { continue }
            switch mount.kind {
            case .volume: namedMounts.append(mount)
            case .anonymous: mountFolder(mount.path, [:])
            case .memory(let size):
                mountFolder(
                    mount.path, JSONObject([("medium", "Memory")] + (size.map { [("sizeLimit", .string($0))] } ?? [])))
            case .host(let source): sayHostPath(source, mount)
            }
        }
        for entry in ComposeValue.texts(filledWhole(fields["tmpfs"], "template")) {
            let path = entry.split(separator: ":").first.map(String.init) ?? entry
            if paths.insert(path).inserted { mountFolder(path, ["medium": "Memory"]) }
        }
    }

    /// A folder that goes with the pod.
    private mutating func mountFolder(_ path: String, _ source: JSONObject) {
        let name = ImportedName.label(path, limit: 40, fallback: "tmp", taken: component.templateVolumeNames)
        component.mount(
            ["name": .string(name), "mountPath": .string(path)],
            of: ["name": .string(name), "emptyDir": .object(source)])
    }

    private mutating func sayHostPath(_ source: String, _ mount: ComposeMount) {
        let place = "\(source.isEmpty ? "the mount" : source) at \(mount.path)"
        let objects = "\(component.name)-files"
        switch source {
        case _ where source.hasSuffix("docker.sock") || source.hasSuffix("podman.sock"):
            component.leaveOut(
                "Left out, \(place): pods can't reach the container engine of their node, which may not even be there.")
        case "/etc/localtime", "/etc/timezone": component.note("\(source) of the host is not needed: set TZ in config.")
        case _
        where ["/proc", "/sys", "/dev", "/run", "/var/run", "/"].contains {
            source == $0 || source.hasPrefix("\($0)/") && $0 != "/"
        }:
            component.leaveOut(
                "Left out, \(place): the Pod Security level refuses folders of the node. What observes nodes is a DaemonSet."
            )
        default:
            component.leaveOut(
                """
                Left out, \(place): it is of the host. For configuration, make a ConfigMap and mount it by template; for data, add a volume \
                and copy it there:
                  kubectl -n \(context.environment) create configmap \(objects) --from-file=\(source.isEmpty ? "FILE" : source)
                """)
        }
    }

    /// - Parameter definition: of the volume, in the file's own section.
    /// - Returns: the name of the volume in the component.
    mutating func addVolume(_ mount: ComposeMount, named source: String, _ definition: JSONValue?) -> String? {
        let taken = component.list("volumes").compactMap { $0["name"]?.string }
        let name = ImportedName.label(
            shortened(mount.isOfHost ? lastPart(source) : source), limit: 20, fallback: "data", taken: taken)
        component.append(["name": .string(name), "path": .string(mount.path), "size": "1Gi"], to: "volumes")
        let place = String(component.list("volumes").count - 1)
        component.note("A Compose file names no sizes: give the one that the data needs.", at: "volumes", place, "size")
        if mount.isOfHost {
            component.leaveOut("It was the folder \(source) of the host: copy its data here.", at: "volumes", place)
        }
        if ComposeValue.flag(definition?["external"]) == true {
            component.leaveOut(
                "The volume \(source) is not made by the file: copy its data here.", at: "volumes", place)
        }
        if definition?["driver_opts"] != nil {
            component.leaveOut(
                "Left out, where the volume \(source) lies (driver_opts): name a storageClass.", at: "volumes", place)
        }
        if let replicas = component.fields["replicas"]?.integer, replicas > 1 {
            component.fields["replicas"] = 1
            component.leaveOut(
                "Of \(replicas) pods one is left: a ReadWriteOnce volume has one pod. With accessMode: ReadWriteMany there can be more.",
                at: "replicas")
        }
        setOwner(mount.path)
        return name
    }

    private func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The name of a volume often begins with that of its service, which its claim has in front anyway.
    private func shortened(_ source: String) -> String {
        for prefix in ["\(name)-", "\(name)_"] where source.hasPrefix(prefix) && source.count > prefix.count {
            return String(source.dropFirst(prefix.count))
        }
        return source
    }

    /// The folder of a volume belongs to root.
    private mutating func setOwner(_ path: String) {
        let security = component.fields["securityContext"]
        if let group = security?["runAsGroup"] ?? security?["runAsUser"], security?["fsGroup"] == nil {
            component.setSecurity("fsGroup", group)
        }
        if let folder = KnownImage(image)?.dataFolder, path == "/var/lib/postgresql/data", !image.contains("bitnami"),
            component.fields["config"]?[folder.variable] == nil
        {
            var config = component.fields["config"]?.object ?? [:]
            config[folder.variable] = .string(folder.path)
            component.fields["config"] = .object(config)
            component.note(
                "initdb wants a folder of its own: that of the volume is root's, and may hold lost+found.",
                at: "config", folder.variable)
        }
    }

    /// Others mount the volume too.
    mutating func share(_ volume: String, with other: String) {
        component.fields["volumes"] = .array(
            component.list("volumes").map { entry in
                guard entry["name"] == .string(volume), var fields = entry.object else { return entry }
                fields["accessMode"] = "ReadWriteMany"
                return .object(fields)
            })
        if component.fields["replicas"] == nil { component.fields["replicas"] = 1 }
        let place = component.list("volumes").firstIndex { $0["name"] == .string(volume) } ?? 0
        component.leaveOut(
            "\(other) mounts it too: this needs a StorageClass with ReadWriteMany. Where there is none, let one of them have it alone.",
            at: "volumes", String(place))
    }

    mutating func mountClaim(_ claim: String, _ mount: ComposeMount, of owner: String) {
        let name = ImportedName.label(claim, limit: 60)
        var entry: JSONObject = ["name": .string(name), "mountPath": .string(mount.path)]
        if mount.isReadOnly { entry["readOnly"] = true }
        component.mount(
            .object(entry), of: ["name": .string(name), "persistentVolumeClaim": ["claimName": .string(claim)]])
        component.note("The volume of \(owner).", at: "template", "spec", "volumes")
        if let group = component.fields["securityContext"]?["runAsGroup"]
            ?? component.fields["securityContext"]?["runAsUser"]
        {
            component.setSecurity("fsGroup", group)
        }
    }

    // MARK: Files

    /// `secrets` and `configs`, which are mounted as files.
    mutating func takeFiles() {
        for (section, definitions) in [("secrets", context.file.secrets), ("configs", context.file.configs)] {
            for entry in fields[section]?.array ?? [] {
                guard let source = ComposeValue.text(entry["source"] ?? entry) else { continue }
                let isSecret = section == "secrets"
                let target = ComposeValue.text(entry["target"]) ?? (isSecret ? source : "/\(source)")
                let path = target.hasPrefix("/") ? target : "/run/secrets/\(target)"
                let object = ImportedName.label(source, limit: 60)
                let key = ImportedName.dataKey(source)
                let volume = "\(section.dropLast())-\(object)"
                component.mount(
                    ["name": .string(volume), "mountPath": .string(path), "subPath": .string(key), "readOnly": true],
                    of: [
                        "name": .string(volume),
                        isSecret ? "secret" : "configMap": [isSecret ? "secretName" : "name": .string(object)],
                    ])
                let file = ComposeValue.text(definitions[source]?["file"]) ?? "FILE"
                let kind = isSecret ? "secret generic" : "configmap"
                component.note(
                    "The file \(path). Make what it comes from:\n"
                        + "  kubectl -n \(context.environment) create \(kind) \(object) --from-file=\(key)=\(file)",
                    at: "template")
            }
        }
    }
}

extension ImportedName {
    /// A key of a ConfigMap or Secret.
    static func dataKey(_ text: String) -> String {
        let key = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" })
        return Names.problems(ofDataKey: key).isEmpty ? key : "file"
    }
}

extension ImportedComponent {
    var templateVolumeNames: [String] { templateVolumes.compactMap { $0["name"]?.string } }
}
