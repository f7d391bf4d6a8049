# For a bash of its own, step by step or as a file: the first command that fails ends it.
set -eo pipefail

# 1. Credentials of borg, as files that only you can read
umask 077
mkdir -p credentials/borg
# Without the cluster: leave out what follows, and put the keys of Secret borg there from where you keep
# them, one file each.
kubectl get secret -n shop borg -o go-template='{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}' |
    while read -r key; do
        kubectl get secret -n shop borg -o go-template="{{index .data \"$key\"}}" | base64 -d >"credentials/borg/$key"
    done

# 2. Fetch the artifact 20260131T020000Z of objects from borg
export BORG_REPO=ssh://u@box.example.com:23/./r BORG_REMOTE_PATH=borg-1.4
export "BORG_PASSPHRASE=$(tr -d '\r' <credentials/borg/BORG_PASSPHRASE)"
# ssh wants a line end after the key, and its options take no blanks: so the keys go to a folder without any.
keys=$(mktemp -d /tmp/restore.XXXXXX)
for key in ssh-privatekey known_hosts; do { tr -d '\r' <credentials/borg/$key; echo; } >$keys/$key; done
export BORG_RSH="ssh -i $keys/ssh-privatekey -o IdentitiesOnly=yes -o UserKnownHostsFile=$keys/known_hosts"
borg list --glob-archives 'shop.nightly.objects@*'
mkdir objects-20260131T020000Z && (cd objects-20260131T020000Z && borg extract ::shop.nightly.objects@20260131T020000Z)
rm -r $keys

# 3. See that it is what was saved
(cd objects-20260131T020000Z && sha256sum --check SHA256SUMS)

# 4. Take out what belongs to the old cluster
# In Services: spec.clusterIP and clusterIPs. In claims: spec.volumeName and the annotations
# pv.kubernetes.io/*. In artifacts of former versions metadata.ownerReferences too: their owners have other UIDs
# here, and what names them is collected. For each file F:
# kubectl patch --local -f F --type merge -p '{"metadata":{"ownerReferences":null}}' -o json >F.json
ls objects-20260131T020000Z

# 5. What others need, custom resource definitions and operators before it
# The namespace of an environment: apply the environment first, which makes the namespace and its own objects. Of the
# artifact it wants the rest alone: leave out these lines, and add -l '!quartermaster.dev/appenvironment'
# to the last line of the next step.
kubectl get namespace shop >/dev/null 2>&1 || kubectl create namespace shop
for kind in secrets configmaps serviceaccounts roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io persistentvolumeclaims services; do
    [ ! -f objects-20260131T020000Z/$kind.yaml ] || kubectl apply --server-side -n shop -f objects-20260131T020000Z/$kind.yaml
done

# 6. Fill volumes and databases now, then the rest
# BackupPolicies come last, suspended: docs/guides/restore.md says how.
[ ! -f objects-20260131T020000Z/backuppolicies.quartermaster.dev.yaml ] || mv objects-20260131T020000Z/backuppolicies.quartermaster.dev.yaml objects-20260131T020000Z.shop.backuppolicies.yaml
kubectl apply --server-side -n shop -f objects-20260131T020000Z
