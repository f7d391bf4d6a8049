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
    ///
    /// - Parameters:
    ///   - container: more fields of the worker, indented for it.
    ///   - spec: more fields of the pool, indented for them.
    static func pool(
        _ name: String, regions: [String], image: String = Cluster.backupImage, script: String = "sleep infinity",
        container: String = "", spec: String = ""
    ) -> String {
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
                      command: [bash, -c, \(quoted(script))]
                      securityContext: \(containerSecurity)
            \(container)
            \(spec)

            """
    }

    /// Serves a folder by HTTP: it has one file, `metrics`.
    static func serveHTTP(_ port: Int) -> String {
        "mkdir -p /tmp/www; echo e2e_answer 42 >/tmp/www/metrics; exec rclone serve http --addr :\(port) /tmp/www"
    }

    /// A PostgreSQL of an `admin` with the password `of-the-admin`.
    static let servePostgres = """
        PATH=$(echo /usr/lib/postgresql/*/bin | tr ' ' :):$PATH
        initdb -D /tmp/pg -U admin --pwfile=<(echo of-the-admin) -A scram-sha-256 >/dev/null &&
        echo "host all all all scram-sha-256" >>/tmp/pg/pg_hba.conf &&
        exec postgres -D /tmp/pg -k /tmp -c listen_addresses='*'
        """

    /// A text as a word of the shell.
    static func shellQuoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

    /// A script as a word of YAML.
    static func quoted(_ script: String) -> String {
        "\"" + script.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
}
