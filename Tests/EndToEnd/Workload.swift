/// Pods and components that the suites run, all of the image of backups.
enum Workload {
    /// What `restricted` asks of a pod.
    private static let security =
        "{runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532, seccompProfile: {type: RuntimeDefault}}"
    private static let containerSecurity = "{allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}"

    static func namespace(_ name: String) -> String {
        "---\n{apiVersion: v1, kind: Namespace, metadata: {name: \(name)}}\n"
    }

    /// A pod that does what the script says.
    static func pod(_ name: String, _ namespace: String, labels: String, _ script: String) -> String {
        """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), namespace: \(namespace), labels: \(labels)}
        spec:
          terminationGracePeriodSeconds: 1
          securityContext: \(security)
          containers:
            - name: main
              image: \(Cluster.backupImage)
              command: [bash, -c, \(quoted(script))]
              securityContext: \(containerSecurity)

        """
    }

    /// A Deployment with a Service of its name at one port.
    static func deployment(_ name: String, _ namespace: String, port: Int, _ script: String) -> String {
        """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec:
              terminationGracePeriodSeconds: 1
              securityContext: \(security)
              containers:
                - name: main
                  image: \(Cluster.backupImage)
                  command: [bash, -c, \(quoted(script))]
                  securityContext: \(containerSecurity)
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: \(name), namespace: \(namespace)}
        spec: {selector: {app: \(name)}, ports: [{port: \(port)}]}

        """
    }

    /// A pool of two regions, one pod in each, that labels and taints their nodes.
    static func pool(_ name: String, regions: [String], image: String = Cluster.backupImage, more: String = "")
        -> String
    {
        let list = regions.map {
            "    - {name: \($0), nodeSelector: {matchLabels: {topology.kubernetes.io/region: \($0)}}}\n"
        }
        return """
            ---
            apiVersion: quartermaster.dev/v1alpha1
            kind: RegionalWorkerPool
            metadata: {name: \(name), namespace: workers}
            spec:
              replicas: 1
              regions:
            \(list.joined())
              template:
                spec:
                  terminationGracePeriodSeconds: 1
                  securityContext: \(security)
                  containers:
                    - name: worker
                      image: \(image)
                      command: [sleep, infinity]
                      securityContext: \(containerSecurity)
            \(more)

            """
    }

    /// Serves an empty folder by HTTP.
    static func serveHTTP(_ port: Int) -> String {
        "mkdir -p /tmp/empty; exec rclone serve http --addr :\(port) /tmp/empty"
    }

    /// A script as a word of YAML.
    static func quoted(_ script: String) -> String {
        "\"" + script.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
}
