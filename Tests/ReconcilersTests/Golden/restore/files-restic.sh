# For a bash of its own, step by step or as a file: the first command that fails ends it.
set -eo pipefail

# 1. Credentials of restic, as files that only you can read
umask 077
mkdir -p credentials/restic
# Without the cluster: leave out what follows, and put the keys of Secret restic there from where you keep
# them, one file each.
kubectl get secret -n shop restic -o go-template='{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}' |
    while read -r key; do
        kubectl get secret -n shop restic -o go-template="{{index .data \"$key\"}}" | base64 -d >"credentials/restic/$key"
    done

# 2. Fetch the artifact 20260131T020000Z of files from restic
for file in credentials/restic/[A-Z]*; do
    case ${file##*/} in
        # restic leaves out blanks and line ends around what is in a file, as it does in the pods.
        RESTIC_PASSWORD) export "RESTIC_PASSWORD_FILE=$PWD/$file" ;;
        *) export "${file##*/}=$(tr -d '\r' <"$file")" ;;
    esac
done
# Of Google the content is in the Secret or the name of a file; restic wants the name.
[ ! -f credentials/restic/GOOGLE_APPLICATION_CREDENTIALS ] || export "GOOGLE_APPLICATION_CREDENTIALS=$PWD/credentials/restic/GOOGLE_APPLICATION_CREDENTIALS"
[ ! -f credentials/restic/ca.crt ] || export RESTIC_CACERT=credentials/restic/ca.crt
export RESTIC_REPOSITORY='rest:https://restic.example.com/it'\''s'
restic snapshots --host shop.nightly --tag source=files
restic restore latest --host shop.nightly --tag source=files,at=20260131T020000Z --target files-20260131T020000Z.restic
# restic keeps the folders above the files:
mkdir files-20260131T020000Z && mv "$(dirname "$(find files-20260131T020000Z.restic -name SHA256SUMS)")"/* files-20260131T020000Z

# 3. See that it is what was saved
(cd files-20260131T020000Z && sha256sum --check SHA256SUMS)

# 4. Stop what mounts the claim uploads
# What is changed here goes into a file first, as it was: the last step puts it back.
if [ ! -f shop.before-restore ]; then
    level=$(kubectl get namespace shop -o go-template='{{with .metadata.labels}}{{with index . "pod-security.kubernetes.io/enforce"}}{{.}}{{end}}{{end}}')
    environment=$(kubectl get namespace shop -o go-template='{{with .metadata.labels}}{{with index . "quartermaster.dev/appenvironment"}}{{.}}{{end}}{{end}}')
    [ -z "$environment" ] || environment=$(kubectl get appenv --ignore-not-found "$environment" -o go-template='{{with .status}}{{with .namespace}}{{if eq . "shop"}}{{$.metadata.name}} {{with $.spec.suspend}}true{{else}}false{{end}}{{end}}{{end}}{{end}}')
    echo "${level:--} ${environment:-- -}" >shop.before-restore
fi
read -r level environment suspend <shop.before-restore
[ "$suspend" != false ] || kubectl patch appenv "$environment" --type merge -p '{"spec":{"suspend":true}}'
# A pool: kubectl patch rwp NAME -n shop --type merge -p '{"spec":{"suspend":true}}'; Argo CD and Flux by
# their own means. In another terminal scale each that has the claim, and note how many there were:
# kubectl scale -n shop --replicas 0 KIND/NAME
# The pod of an attempt that has failed:
kubectl delete pod -n shop --ignore-not-found restore-files
users() { kubectl get pods -n shop -o go-template='{{range $pod := .items}}{{if not (or (eq .status.phase "Succeeded") (eq .status.phase "Failed"))}}{{range .spec.volumes}}{{with .persistentVolumeClaim}}{{if eq .claimName "uploads"}}{{$pod.metadata.name}} {{end}}{{end}}{{end}}{{end}}{{end}}'; }
while pods=$(users) || exit 1; [ -n "$pods" ]; do echo "it is mounted by $pods"; sleep 5; done

# 5. A pod that mounts it
read -r level environment suspend <shop.before-restore
# It is root, since files have any owner. A namespace that takes no such pods takes them until the last step.
case $level in
    baseline | privileged) ;;
    *) kubectl label namespace shop --overwrite pod-security.kubernetes.io/enforce=baseline ;;
esac
kubectl apply -n shop -f - <<'POD'
apiVersion: v1
kind: Pod
metadata: {name: restore-files}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  automountServiceAccountToken: false
  securityContext: {runAsUser: 0}
  containers:
    - name: restore
      image: ghcr.io/quartermaster-dev/quartermaster-backup:0.1.0
      command: [sleep, infinity]
      resources: {"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"1","memory":"1Gi"}}
      volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: uploads}}]
POD
kubectl wait -n shop --for=condition=Ready --timeout=5m pod/restore-files

# 6. Unpack; files of the same name are replaced, others stay
kubectl exec -i -n shop restore-files -- tar --extract --file - --directory /data --numeric-owner --acls --xattrs --xattrs-include='*' --same-permissions <files-20260131T020000Z/data.tar

# 7. As it was before; also where a step has failed, then in a new bash in the same folder
(
    set -e
    [ -f shop.before-restore ] || { echo "shop.before-restore is not here, so what was before is not known" >&2; exit 1; }
    read -r level environment suspend <shop.before-restore
    kubectl delete pod -n shop --ignore-not-found restore-files
    case $level in
        baseline | privileged) ;;
        -) kubectl label namespace shop pod-security.kubernetes.io/enforce- ;;
        *) kubectl label namespace shop --overwrite "pod-security.kubernetes.io/enforce=$level" ;;
    esac
    # One that was suspended before stays so.
    [ "$suspend" != false ] || kubectl patch appenv "$environment" --type merge -p '{"spec":{"suspend":false}}'
    rm shop.before-restore
)
# kubectl scale -n shop --replicas N KIND/NAME, for each that was scaled; a pool as above with false
