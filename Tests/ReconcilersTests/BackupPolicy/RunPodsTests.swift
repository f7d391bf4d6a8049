import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Whether a pod is what a run's job makes")
struct RunPodsTests {
    private static let template = """
        serviceAccountName: nightly-backup
        dnsPolicy: ClusterFirst
        securityContext: {runAsNonRoot: true, runAsUser: 65532}
        volumes: [{name: staging, emptyDir: {}}, {name: to-box, secret: {secretName: box}}]
        initContainers:
        - {name: source, image: "ghcr.io/q/backup:1", command: [agent, source-pvc], env: [{name: A, value: b}]}
        containers:
        - name: to-box
          image: "ghcr.io/q/backup:1"
          command: [agent, deliver]
          securityContext: {readOnlyRootFilesystem: true}
          volumeMounts: [{name: staging, mountPath: /staging}]
        """

    private func isMade(_ change: String) throws -> Bool {
        let template = try YAML.parseDocument(Array(Self.template.utf8))
        var pod = template
        for (name, value) in try YAML.parseDocument(Array(change.utf8)).object ?? [:] {
            switch (name, value) {
            case ("containers", _), ("initContainers", _), ("volumes", _):
                pod[name] = .array((pod[name]?.elements ?? []) + value.elements)
            case ("to-box", .object(let fields)):
                var container = pod["containers"]?.elements[0] ?? [:]
                for (field, value) in fields { container[field] = value }
                pod["containers"] = [container]
            default: pod[name] = value
            }
        }
        return RunPods.areMade(pod, from: template)
    }

    @Test(
        "What admission adds changes nothing",
        arguments: [
            "{}", "nodeName: n1", "priority: 7", "tolerations: [{key: a}]",
            "containers: [{name: istio-proxy, volumeMounts: [{name: istio, mountPath: /e}]}]",
            "initContainers: [{name: istio-init, image: x}]", "volumes: [{name: istio, emptyDir: {}}]",
            "securityContext: {runAsNonRoot: true, runAsUser: 65532, fsGroup: 1337}",
            "to-box: {image: \"mirror.example.org/q/backup:1\", env: [{name: EXTRA, value: x}]}",
        ])
    func added(change: String) throws { #expect(try isMade(change)) }

    @Test(
        "What decides whom it talks to, as whom, and who reaches into it, does",
        arguments: [
            "hostAliases: [{ip: 10.0.0.1, hostnames: [s3.example.com]}]", "dnsPolicy: None",
            "dnsConfig: {nameservers: [10.0.0.1]}", "serviceAccountName: default", "shareProcessNamespace: true",
            "hostNetwork: true", "hostPID: true", "securityContext: {}",
            "containers: [{name: side, volumeMounts: [{name: staging, mountPath: /s}]}]",
            "initContainers: [{name: before, volumeMounts: [{name: to-box, mountPath: /s}]}]",
            "to-box: {envFrom: [{secretRef: {name: mine}}]}", "to-box: {securityContext: {}}",
            "to-box: {command: [true]}", "to-box: {image: \"evil.example.org/x:1\"}",
            "to-box: {terminationMessagePath: /tmp/x}", "to-box: {workingDir: /mine}",
        ])
    func changed(change: String) throws { #expect(try !isMade(change)) }

    @Test("An image that was changed while the pod ran, and changed back, is not the job's")
    func changedBack() throws {
        let template = try YAML.parseDocument(Array(Self.template.utf8))
        func ran(_ generation: Int64, _ image: String) -> Bool {
            let status: JSONValue = [
                "initContainerStatuses": [["name": "source", "image": "ghcr.io/q/backup:1"]],
                "containerStatuses": [
                    ["name": "to-box", "image": .string(image)], ["name": "mesh", "image": "mesh:1"],
                ],
            ]
            return RunPods.ranItsImages(generation: generation, status, from: template)
        }
        #expect(ran(1, "ghcr.io/q/backup:1") && ran(3, "ghcr.io/q/backup:1") && ran(3, "mirror.example.org/q/backup:1"))
        // Nobody has changed the pod: a name that the node knows the image by, too.
        #expect(ran(1, "sha256:0123") && ran(0, "ghcr.io/q/backup:latest"))
        #expect(!ran(3, "evil.example.org/x:1"))
    }
}
