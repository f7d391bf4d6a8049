# 1. Credentials of restic, as files that only you can read
umask 077
mkdir -p credentials/restic
# Without the cluster: put the keys of Secret restic there from where you keep them, one file each.
kubectl get secret -n shop restic -o go-template='{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}' |
    while read -r key; do
        kubectl get secret -n shop restic -o go-template="{{index .data \"$key\"}}" | base64 -d >"credentials/restic/$key"
    done

# 2. Fetch the artifact 20260131T020000Z of files from restic
for file in credentials/restic/[A-Z]*; do export "${file##*/}=$(cat "$file")"; done
[ ! -f credentials/restic/ca.crt ] || export RESTIC_CACERT=credentials/restic/ca.crt
export RESTIC_REPOSITORY='rest:https://restic.example.com/it'\''s'
restic snapshots --host shop.nightly --tag source=files
restic restore latest --host shop.nightly --tag source=files,at=20260131T020000Z --target restored
mv "$(dirname "$(find restored -name SHA256SUMS)")" artifact

# 3. See that it is what was saved
(cd artifact && sha256sum --check SHA256SUMS)

# 4. Stop what mounts the claim uploads
kubectl get pods -n shop -o custom-columns=POD:.metadata.name,CLAIMS:.spec.volumes[*].persistentVolumeClaim.claimName
# kubectl scale -n shop --replicas 0 KIND/NAME, for each that has it

# 5. A pod that mounts it
kubectl apply -n shop -f - <<'POD'
apiVersion: v1
kind: Pod
metadata: {name: restore-files}
spec:
  restartPolicy: Never
  containers:
    - name: restore
      image: docker.io/library/debian:12-slim
      command: [sleep, infinity]
      volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: uploads}}]
POD
kubectl wait -n shop --for=condition=Ready --timeout=5m pod/restore-files

# 6. Unpack; files of the same name are replaced, others stay
kubectl exec -i -n shop restore-files -- tar --extract --file - --directory /data --numeric-owner --acls --xattrs --same-permissions <artifact/data.tar
kubectl delete pod -n shop restore-files
