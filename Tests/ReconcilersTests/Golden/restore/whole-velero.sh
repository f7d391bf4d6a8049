# For a bash of its own, step by step or as a file: the first command that fails ends it.
set -eo pipefail

# 1. On an empty cluster: Velero, with its storage location set to ReadOnly
velero backup get -n shop nightly-whole-20260131020000

# 2. Restore it; objects that are there stay as they are
velero restore create -n shop --from-backup nightly-whole-20260131020000
velero restore get -n shop
