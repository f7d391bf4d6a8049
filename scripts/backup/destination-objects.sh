#!/bin/sh
# Stores to an S3 bucket or to any remote of rclone: a folder for each artifact, and STAMP.json as the mark that it is whole.
#   QM_REMOTE (rclone's remote: path)  QM_KIND (s3 or rclone)
#   s3:     QM_S3_ENDPOINT QM_S3_REGION QM_S3_PATH_STYLE; credentials AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
#   rclone: credentials rclone.conf
# shellcheck source=scripts/backup/destination.sh
. "$QM_SCRIPTS/destination.sh"

need rclone
umask 077
if [ "$QM_KIND" = s3 ]; then
    need_key AWS_ACCESS_KEY_ID
    need_key AWS_SECRET_ACCESS_KEY
    export RCLONE_CONFIG=/dev/null RCLONE_CONFIG_TARGET_TYPE=s3 RCLONE_CONFIG_TARGET_PROVIDER=Other
    export RCLONE_CONFIG_TARGET_ENDPOINT="$QM_S3_ENDPOINT" RCLONE_CONFIG_TARGET_REGION="$QM_S3_REGION"
    export RCLONE_CONFIG_TARGET_FORCE_PATH_STYLE="$QM_S3_PATH_STYLE"
    # The key may well be allowed to write objects and not to create buckets.
    export RCLONE_CONFIG_TARGET_NO_CHECK_BUCKET=true
    RCLONE_CONFIG_TARGET_ACCESS_KEY_ID=$(credential AWS_ACCESS_KEY_ID)
    RCLONE_CONFIG_TARGET_SECRET_ACCESS_KEY=$(credential AWS_SECRET_ACCESS_KEY)
    RCLONE_CONFIG_TARGET_SESSION_TOKEN=$(credential AWS_SESSION_TOKEN)
    export RCLONE_CONFIG_TARGET_ACCESS_KEY_ID RCLONE_CONFIG_TARGET_SECRET_ACCESS_KEY RCLONE_CONFIG_TARGET_SESSION_TOKEN
else
    need_key rclone.conf
    # rclone writes new tokens into its file.
    cp "$QM_CREDENTIALS/rclone.conf" "$work/rclone.conf"
    export RCLONE_CONFIG="$work/rclone.conf"
fi
[ ! -f "$QM_CREDENTIALS/ca.crt" ] || export RCLONE_CA_CERT="$QM_CREDENTIALS/ca.crt"
export RCLONE_RETRIES=3 RCLONE_LOW_LEVEL_RETRIES=5 RCLONE_CONTIMEOUT=20s RCLONE_TIMEOUT=5m RCLONE_CACHE_DIR="$work/cache"

# A remote that answers "no such folder" is new; any other error must not look like an empty one.
marks() {
    status=0
    rclone lsf --files-only --include '*.json' "$QM_REMOTE" 2>"$work/stderr" >"$work/marks" || status=$?
    case $status in
        0) ;;
        3) : >"$work/marks" ;;
        *) explain "the destination could not be listed" "$status" ;;
    esac
}

# The names carry what a listing needs: STAMP_SIZE.json or STAMP_SIZE_suspect.json.
listing() {
    marks
    sed -n -e 's/^\([0-9]*T[0-9]*Z\)_\([0-9]*\)\.json$/\1 \2 \1/p' \
        -e 's/^\([0-9]*T[0-9]*Z\)_\([0-9]*\)_suspect\.json$/\1 \2 \1 suspect/p' "$work/marks"
}

store() {
    unfinished
    run "the upload failed" rclone copy --checksum --no-traverse "$artifact" "$QM_REMOTE/$stamp"
}

stat_back() { run "what is stored differs in size" rclone check --one-way --size-only "$artifact" "$QM_REMOTE/$stamp"; }

read_back() { rclone cat "$QM_REMOTE/$stamp/$1"; }

commit() {
    mark="${stamp}_$bytes${suspicion:+_suspect}.json"
    {
        printf '{"version":1,"namespace":"%s","policy":"%s","source":"%s","artifact":"%s","sizeBytes":%s,"partial":%s,"files":{' \
            "$QM_NAMESPACE" "$QM_POLICY" "$QM_SOURCE" "$stamp" "$bytes" "$is_partial"
        sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' "$artifact/SHA256SUMS" \
            | awk '{ sum = substr($0, 1, 64); printf "%s\"%s\":\"%s\"", (NR > 1 ? "," : ""), substr($0, 67), sum }'
        printf '}}\n'
    } >"$work/$mark"
    run "the mark could not be written" rclone copyto "$work/$mark" "$QM_REMOTE/$mark"
    rclone cat "$QM_REMOTE/$mark" >"$work/mark" 2>"$work/stderr" || explain "the mark could not be read back" 1
    cmp -s "$work/mark" "$work/$mark" || fail "the mark was read back and is not what was stored"
}

# The mark goes first: an artifact that is half gone must not be listed.
erase() {
    rclone delete --include "/${2}_*.json" "$QM_REMOTE" && rclone purge "$QM_REMOTE/$2"
}

# What a killed run left: a folder without a mark, older than any run can be.
unfinished() {
    rclone lsf --dirs-only "$QM_REMOTE" >"$work/folders" 2>/dev/null || return 0
    marks
    limit=$(date -u -d "@$(($(date +%s) - 172800))" +%Y%m%dT%H%M%SZ)
    sed -n 's|^\([0-9]*T[0-9]*Z\)/$|\1|p' "$work/folders" | while IFS= read -r folder; do
        ! grep -q "^${folder}_" "$work/marks" || continue
        if [ "$(printf '%s\n%s\n' "$folder" "$limit" | sort | head -n 1)" = "$folder" ]; then
            say "removing $folder, which was never completed"
            rclone purge "$QM_REMOTE/$folder" || say "it stays for now"
        fi
    done
}

deliver
