import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What the Pod Security Standard baseline does not allow")
struct PodSecurityBaselineTests {
    private func violation(_ template: String) throws -> String? {
        PodSecurityBaseline.violation(in: try YAML.parseDocument(Array(template.utf8)), at: "t")
    }

    @Test(
        "The first field that is too much is named",
        arguments: [
            ("spec: {hostNetwork: true}", "t.spec.hostNetwork"), ("spec: {hostPID: true}", "t.spec.hostPID"),
            ("spec: {hostIPC: true}", "t.spec.hostIPC"),
            (
                "spec: {volumes: [{name: a, emptyDir: {}}, {name: b, hostPath: {path: /}}]}",
                "t.spec.volumes[1].hostPath"
            ),
            (
                "spec: {securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}}",
                "t.spec.securityContext.sysctls[0].name"
            ),
            (
                "spec: {securityContext: {seLinuxOptions: {type: spc_t}}}",
                "t.spec.securityContext.seLinuxOptions.type"
            ),
            ("spec: {securityContext: {seLinuxOptions: {user: a}}}", "t.spec.securityContext.seLinuxOptions.user"),
            (
                "spec: {securityContext: {windowsOptions: {hostProcess: true}}}",
                "t.spec.securityContext.windowsOptions.hostProcess"
            ),
            (
                "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/w: unconfined}}",
                "t.metadata.annotations[container.apparmor.security.beta.kubernetes.io/w]"
            ),
        ])
    func pods(template: String, want: String) throws { #expect(try violation(template) == want) }

    @Test(
        "Every kind of container is looked at",
        arguments: ["initContainers", "containers", "ephemeralContainers"],
        [
            ("securityContext: {privileged: true}", "securityContext.privileged"),
            ("securityContext: {procMount: Unmasked}", "securityContext.procMount"),
            ("securityContext: {capabilities: {add: [CHOWN, SYS_ADMIN]}}", "securityContext.capabilities.add[1]"),
            ("securityContext: {capabilities: {add: [ALL]}}", "securityContext.capabilities.add[0]"),
            ("securityContext: {seccompProfile: {type: Unconfined}}", "securityContext.seccompProfile.type"),
            ("securityContext: {appArmorProfile: {type: Unconfined}}", "securityContext.appArmorProfile.type"),
            ("securityContext: {seLinuxOptions: {role: a}}", "securityContext.seLinuxOptions.role"),
            ("ports: [{containerPort: 80, hostPort: 80}]", "ports[0].hostPort"),
            ("livenessProbe: {httpGet: {host: 169.254.169.254}}", "livenessProbe.httpGet.host"),
            ("lifecycle: {preStop: {tcpSocket: {host: node}}}", "lifecycle.preStop.tcpSocket.host"),
        ])
    func containers(list: String, container: (field: String, want: String)) throws {
        let template = "spec: {\(list): [{name: a}, {name: b, \(container.field)}]}"
        #expect(try violation(template) == "t.spec.\(list)[1].\(container.want)")
    }

    @Test("What most pods have is allowed, root and empty fields among it")
    func allowed() throws {
        let template = """
            metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/w: runtime/default, note: unconfined}}
            spec:
              hostNetwork: false
              hostPID: null
              serviceAccountName: any
              securityContext:
                runAsUser: 0
                seccompProfile: {type: RuntimeDefault}
                seLinuxOptions: {type: container_t, level: "s0:c1"}
                sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "0"}]
              volumes: [{name: a, persistentVolumeClaim: {claimName: a}}, {name: b, csi: {driver: d}}]
              containers:
              - name: w
                ports: [{containerPort: 80}, {containerPort: 81, hostPort: 0}]
                readinessProbe: {httpGet: {port: 80, host: ""}}
                securityContext: {privileged: false, capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}}
            """
        #expect(try violation(template) == nil)
    }
}
