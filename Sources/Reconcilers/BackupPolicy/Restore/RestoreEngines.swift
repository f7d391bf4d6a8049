internal import KubeAPI

// The restores that other programs do: K3s, and Velero.
extension RestoreCommands {
    /// Source: K3s, "etcd-snapshot": restoring to new hosts needs the token of the server.
    func restore(_ etcd: BackupPolicy.Etcd) -> [Step] {
        let file = etcd.compress ? "etcd-snapshot.zip" : "etcd-snapshot.db"
        return [
            Step(
                title: "On the first server, with the version of K3s and the /etc/rancher/k3s/config.yaml of before",
                lines: ["systemctl stop k3s"]
                    + (etcd.includeToken
                        ? ["install -D -m 600 \(folder)/token /var/lib/rancher/k3s/server/token"]
                        : ["# The artifact has no token: the one of before must be in /var/lib/rancher/k3s/server."])
                    + [
                        "# It ends by itself and says so. With etcd-s3 in its configuration it would look for the file in a bucket.",
                        "k3s server --cluster-reset --etcd-s3=false --cluster-reset-restore-path=\"$PWD/\(folder)/\(file)\"",
                    ]
                    + (etcd.includeServerManifests
                        ? ["tar -xf \(folder)/manifests.tar -C /var/lib/rancher/k3s/server"] : [])
                    + ["systemctl start k3s"]),
            Step(
                title: "On every other server",
                lines: ["systemctl stop k3s", "rm -rf /var/lib/rancher/k3s/server/db", "systemctl start k3s"]),
            Step(
                title: "Nodes that are gone for good, then volumes and databases by their own backups",
                lines: ["kubectl get nodes", "# kubectl delete node NAME"]),
        ]
    }

    /// - Parameter backup: the name of Velero's Backup.
    static func restore(fromVelero backup: String, in namespace: String) -> [Step] {
        [
            Step(
                title: "On an empty cluster: Velero, with its storage location set to ReadOnly",
                lines: ["velero backup get -n \(namespace) \(backup.shellQuoted)"]),
            Step(
                title: "Restore it; objects that are there stay as they are",
                lines: [
                    "velero restore create -n \(namespace) --from-backup \(backup.shellQuoted)",
                    "velero restore get -n \(namespace)",
                ]),
        ]
    }
}
