# For a bash of its own, step by step or as a file: the first command that fails ends it.
set -eo pipefail

# 1. Credentials of bucket, as files that only you can read
umask 077
mkdir -p credentials/bucket
# Without the cluster: leave out what follows, and put the keys of Secret bucket there from where you keep
# them, one file each.
kubectl get secret -n shop bucket -o go-template='{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}' |
    while read -r key; do
        kubectl get secret -n shop bucket -o go-template="{{index .data \"$key\"}}" | base64 -d >"credentials/bucket/$key"
    done

# 2. Fetch the artifact 20260131T020000Z of cluster from bucket
[ ! -f credentials/bucket/ca.crt ] || export RCLONE_CA_CERT=credentials/bucket/ca.crt
export RCLONE_CONFIG=/dev/null RCLONE_CONFIG_TARGET_TYPE=s3 RCLONE_CONFIG_TARGET_PROVIDER=Other
export RCLONE_CONFIG_TARGET_ENDPOINT=https://s3.example.com
export RCLONE_CONFIG_TARGET_REGION=us-east-1 RCLONE_CONFIG_TARGET_FORCE_PATH_STYLE=true
export "RCLONE_CONFIG_TARGET_ACCESS_KEY_ID=$(tr -d '\r' <credentials/bucket/AWS_ACCESS_KEY_ID)"
export "RCLONE_CONFIG_TARGET_SECRET_ACCESS_KEY=$(tr -d '\r' <credentials/bucket/AWS_SECRET_ACCESS_KEY)"
[ ! -f credentials/bucket/AWS_SESSION_TOKEN ] || export "RCLONE_CONFIG_TARGET_SESSION_TOKEN=$(tr -d '\r' <credentials/bucket/AWS_SESSION_TOKEN)"
# Only what is listed here is whole:
rclone lsf --files-only --include '*.json' TARGET:backups/prod/shop.nightly/cluster
mkdir cluster-20260131T020000Z && rclone copy TARGET:backups/prod/shop.nightly/cluster/20260131T020000Z cluster-20260131T020000Z

# 3. See that it is what was saved
(cd cluster-20260131T020000Z && sha256sum --check SHA256SUMS)

# 4. On the first server, with the version of K3s and the /etc/rancher/k3s/config.yaml of before
systemctl stop k3s
install -D -m 600 cluster-20260131T020000Z/token /var/lib/rancher/k3s/server/token
# It ends by itself and says so. With etcd-s3 in its configuration it would look for the file in a bucket.
k3s server --cluster-reset --etcd-s3=false --cluster-reset-restore-path="$PWD/cluster-20260131T020000Z/etcd-snapshot.zip"
tar -xf cluster-20260131T020000Z/manifests.tar -C /var/lib/rancher/k3s/server
systemctl start k3s

# 5. On every other server
systemctl stop k3s
rm -rf /var/lib/rancher/k3s/server/db
systemctl start k3s

# 6. Nodes that are gone for good, then volumes and databases by their own backups
kubectl get nodes
# kubectl delete node NAME
