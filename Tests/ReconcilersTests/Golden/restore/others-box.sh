# For a bash of its own, step by step or as a file: the first command that fails ends it.
set -eo pipefail

# 1. Credentials of box, as files that only you can read
umask 077
mkdir -p credentials/box
# Without the cluster: leave out what follows, and put the keys of Secret box there from where you keep
# them, one file each.
kubectl get secret -n shop box -o go-template='{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}' |
    while read -r key; do
        kubectl get secret -n shop box -o go-template="{{index .data \"$key\"}}" | base64 -d >"credentials/box/$key"
    done

# 2. Fetch the artifact 20260131T020000Z of others from box
[ ! -f credentials/box/ca.crt ] || export RCLONE_CA_CERT=credentials/box/ca.crt
export RCLONE_CONFIG=credentials/box/rclone.conf
# Only what is listed here is whole:
rclone lsf --files-only --include '*.json' box:/backups/shop.nightly/others
mkdir others-20260131T020000Z && rclone copy box:/backups/shop.nightly/others/20260131T020000Z others-20260131T020000Z

# 3. See that it is what was saved
(cd others-20260131T020000Z && sha256sum --check SHA256SUMS)

# 4. Take out what belongs to the old cluster
# In Services: spec.clusterIP and clusterIPs. In claims: spec.volumeName and the annotations
# pv.kubernetes.io/*. In artifacts of former versions metadata.ownerReferences too: their owners have other UIDs
# here, and what names them is collected. For each file F:
# kubectl patch --local -f F --type merge -p '{"metadata":{"ownerReferences":null}}' -o json >F.json
ls others-20260131T020000Z

# 5. What others need, custom resource definitions and operators before it
# The namespace of an environment: apply the environment first, which makes the namespace and its own objects. Of the
# artifact it wants the rest alone: leave out these lines, and add -l '!quartermaster.dev/appenvironment'
# to the last line of the next step.
kubectl get namespace web >/dev/null 2>&1 || kubectl create namespace web
for kind in secrets configmaps serviceaccounts roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io persistentvolumeclaims services; do
    [ ! -f others-20260131T020000Z/web/$kind.yaml ] || kubectl apply --server-side -n web -f others-20260131T020000Z/web/$kind.yaml
done
kubectl get namespace jobs >/dev/null 2>&1 || kubectl create namespace jobs
for kind in secrets configmaps serviceaccounts roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io persistentvolumeclaims services; do
    [ ! -f others-20260131T020000Z/jobs/$kind.yaml ] || kubectl apply --server-side -n jobs -f others-20260131T020000Z/jobs/$kind.yaml
done

# 6. Fill volumes and databases now, then the rest
# BackupPolicies come last, suspended: docs/guides/restore.md says how.
[ ! -f others-20260131T020000Z/web/backuppolicies.quartermaster.dev.yaml ] || mv others-20260131T020000Z/web/backuppolicies.quartermaster.dev.yaml others-20260131T020000Z.web.backuppolicies.yaml
kubectl apply --server-side -n web -f others-20260131T020000Z/web
# BackupPolicies come last, suspended: docs/guides/restore.md says how.
[ ! -f others-20260131T020000Z/jobs/backuppolicies.quartermaster.dev.yaml ] || mv others-20260131T020000Z/jobs/backuppolicies.quartermaster.dev.yaml others-20260131T020000Z.jobs.backuppolicies.yaml
kubectl apply --server-side -n jobs -f others-20260131T020000Z/jobs
