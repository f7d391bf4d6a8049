# 1. Credentials of borg, as files that only you can read
umask 077
mkdir -p credentials/borg
# Without the cluster: put the keys of Secret borg there from where you keep them, one file each.
kubectl get secret -n shop borg -o go-template='{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}' |
    while read -r key; do
        kubectl get secret -n shop borg -o go-template="{{index .data \"$key\"}}" | base64 -d >"credentials/borg/$key"
    done

# 2. Fetch the artifact 20260131T020000Z of objects from borg
export BORG_REPO=ssh://u@box.example.com:23/./r BORG_REMOTE_PATH=borg-1.4
export BORG_PASSCOMMAND="cat $PWD/credentials/borg/BORG_PASSPHRASE"
export BORG_RSH="ssh -i $PWD/credentials/borg/ssh-privatekey -o IdentitiesOnly=yes -o UserKnownHostsFile=$PWD/credentials/borg/known_hosts"
borg list --glob-archives 'shop.nightly.objects@*'
mkdir artifact && (cd artifact && borg extract ::shop.nightly.objects@20260131T020000Z)

# 3. See that it is what was saved
(cd artifact && sha256sum --check SHA256SUMS)

# 4. Take out what belongs to the old cluster
# In Services: spec.clusterIP and clusterIPs. In claims: spec.volumeName and the annotations
# pv.kubernetes.io/*. Anywhere: metadata.ownerReferences whose owner is not there yet.
ls artifact

# 5. What others need, custom resource definitions and operators before it
kubectl create namespace shop
for kind in secrets configmaps serviceaccounts roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io persistentvolumeclaims services; do
    [ ! -f artifact/$kind.yaml ] || kubectl apply --server-side -n shop -f artifact/$kind.yaml
done

# 6. Fill volumes and databases now, then the rest
kubectl apply --server-side -n shop -f artifact
