#!/bin/sh
# Looks at what `etcdutl snapshot restore` has made of an etcd snapshot: it has compared the checksum that etcd put at its end.
#   QM_ETCD_TOKEN (true where the token belongs to the artifact)
# shellcheck source=scripts/backup/drill.sh
. "$QM_SCRIPTS/drill.sh"

for file in member/snap/db member/wal; do
    [ -s "$QM_STAGING/scratch/$file" ] || fail "the restored etcd has no $file"
done
size=$(size_of "$QM_STAGING/scratch/member/snap/db")
[ "$size" -ge 20480 ] || fail "the restored etcd has only $size bytes"
if [ "${QM_ETCD_TOKEN:-false}" = true ] && [ ! -s "$artifact/token" ]; then
    fail "the artifact has no token: no other host can be restored from it"
fi
field restoredBytes "$size"
passed
