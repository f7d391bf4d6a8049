#!/bin/sh
# Takes a snapshot of the etcd that K3s has built in, on one of its servers. The running server takes it; what it answers is
# not enough: the snapshot counts when its file is there.
#   QM_K3S (the server's folder) QM_SNAPSHOTS (where it leaves snapshots) QM_SNAPSHOT_NAME
#   QM_ETCD_COMPRESS QM_ETCD_TOKEN QM_ETCD_MANIFESTS (true or false)
# shellcheck source=scripts/backup/source.sh
. "$QM_SCRIPTS/source.sh"

need k3s
unsupported() {
    field reason '"UnsupportedDatastore"'
    fail "this server does not keep its data in the embedded etcd of K3s: $1"
}
[ -d "$QM_K3S/db/etcd" ] || unsupported "there is no $QM_K3S/db/etcd"

# A name gets -NODE-SECONDS from the server, and .zip where it is compressed.
snapshots() {
    find "$QM_SNAPSHOTS" -type f -name "$QM_SNAPSHOT_NAME-*" 2>/dev/null | sed 's|.*/||' \
        | grep -E -- '-[0-9]+(\.zip)?$' | sort || true
}

snapshots >"$work/before"
set -- --name "$QM_SNAPSHOT_NAME" --etcd-snapshot-dir "$QM_SNAPSHOTS"
[ "$QM_ETCD_COMPRESS" != true ] || set -- "$@" --etcd-snapshot-compress
status=0
k3s etcd-snapshot save "$@" >"$work/answer" 2>&1 || status=$?
cat "$work/answer"
cp "$work/answer" "$work/stderr"
if [ "$status" -ne 0 ]; then
    ! grep -qiE 'etcd datastore disabled|etcd database not found' "$work/answer" || unsupported "$(tail -n 1 "$work/answer")"
    explain "the snapshot could not be taken" "$status"
fi
snapshots | grep -v -x -F -f "$work/before" >"$work/new" || true
case $(grep -c . "$work/new" || true) in
    0) fail "k3s answered success, but left no $QM_SNAPSHOT_NAME-… in $QM_SNAPSHOTS; see the log of the K3s server" ;;
    1) ;;
    *) fail "more than one snapshot of this name was taken at once: $(tr '\n' ' ' <"$work/new")" ;;
esac
name=$(cat "$work/new")
[ -s "$QM_SNAPSHOTS/$name" ] || fail "the snapshot $name is empty; see the log of the K3s server"

file=etcd-snapshot.db
case $name in *.zip) file=etcd-snapshot.zip ;; esac
cp "$QM_SNAPSHOTS/$name" "$artifact/$file.part"
cmp -s "$QM_SNAPSHOTS/$name" "$artifact/$file.part" || fail "the snapshot $name changed while it was copied"
mv "$artifact/$file.part" "$artifact/$file"

if [ "$QM_ETCD_TOKEN" = true ]; then
    # Without it no other host can read what the snapshot has encrypted.
    run "the server's token could not be read" cp "$QM_K3S/token" "$artifact/token"
fi
if [ "$QM_ETCD_MANIFESTS" = true ]; then
    run "the server's manifests could not be archived" tar -cf "$artifact/manifests.part" -C "$QM_K3S" manifests
    mv "$artifact/manifests.part" "$artifact/manifests.tar"
fi
hand_over

# One stays on the server. That older ones could not be removed is no reason to lose this one.
k3s etcd-snapshot prune --name "$QM_SNAPSHOT_NAME" --etcd-snapshot-dir "$QM_SNAPSHOTS" --etcd-snapshot-retention 1 \
    || say "older snapshots of this name stay on the server for now" >&2
