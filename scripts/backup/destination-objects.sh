#!/bin/sh
# Stores to an S3 bucket or to any remote of rclone: a folder for each artifact, and STAMP.json as the mark that it is whole.
#   QM_REMOTE (rclone's remote: the policy's folder)  QM_KIND (s3 or rclone)  QM_LOCK_SECONDS (longer than any run takes)
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

begin() { folder="$QM_REMOTE/$QM_SOURCE"; }

# One run at a time in a folder. There is no way to make an object only where there is none, so each run leaves its lock and then
# looks: whoever sees another one takes its own back and tries again. Of two that see nobody the later would have seen the
# first. A lock ends by itself: its name begins with the second after which its run can't be alive any more.
lock=
cleanup() {
    [ -z "$lock" ] || rclone deletefile "$folder/lock/$lock" 2>/dev/null || say "the lock $lock stays until its time" >&2
}

others() {
    status=0
    rclone lsf --files-only "$folder/lock" >"$work/locks" 2>"$work/stderr" || status=$?
    case $status in 0) ;; 3) : >"$work/locks" ;; *) explain "the destination could not be listed" "$status" ;; esac
    grep -v -x -F "${lock:-none}" "$work/locks" | awk -v now="$(date +%s)" '{ split($0, part, "-"); if (part[1] + 0 > now) print }'
}

acquire() {
    attempt=0
    while :; do
        others >"$work/others"
        if [ ! -s "$work/others" ]; then
            lock="$(($(date +%s) + ${QM_LOCK_SECONDS:-90000}))-$(basename "$work")-$(hostname)"
            printf '%s\n' "$lock" >"$work/lock"
            run "the destination could not be locked" rclone copyto "$work/lock" "$folder/lock/$lock"
            others >"$work/others"
            [ -s "$work/others" ] || break
            rclone deletefile "$folder/lock/$lock" || true
            lock=
        fi
        attempt=$((attempt + 1))
        [ "$attempt" -le "${QM_LOCK_ATTEMPTS:-60}" ] || fail "another run works in this folder: $(head -n 1 "$work/others")"
        say "locked by $(head -n 1 "$work/others"); trying again" >&2
        # Not all of them at the same time again.
        sleep "$((${QM_LOCK_PAUSE:-30} + $(echo "$work $attempt" | cksum | cut -d ' ' -f 1) % 5))"
    done
    # Those whose time is over.
    while IFS= read -r old; do
        [ "$old" = "$lock" ] || rclone deletefile "$folder/lock/$old" || true
    done <"$work/locks"
}

# A remote that answers "no such folder" is new; any other error must not look like an empty one.
marks() {
    status=0
    rclone lsf --files-only --include '*.json' "$folder" 2>"$work/stderr" >"$work/marks" || status=$?
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
    run "the upload failed" rclone copy --checksum --no-traverse "$artifact" "$folder/$stamp"
}

stat_back() { run "what is stored differs in size" rclone check --one-way --size-only "$artifact" "$folder/$stamp"; }

read_back() { rclone cat "$folder/$stamp/$1"; }

commit() {
    mark="${stamp}_$bytes${suspicion:+_suspect}.json"
    {
        printf '{"version":1,"namespace":"%s","policy":"%s","source":"%s","artifact":"%s","sizeBytes":%s,"partial":%s,"files":{' \
            "$QM_NAMESPACE" "$QM_POLICY" "$QM_SOURCE" "$stamp" "$bytes" "$is_partial"
        sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' "$artifact/SHA256SUMS" \
            | awk '{ sum = substr($0, 1, 64); printf "%s\"%s\":\"%s\"", (NR > 1 ? "," : ""), substr($0, 67), sum }'
        printf '}}\n'
    } >"$work/$mark"
    run "the mark could not be written" rclone copyto "$work/$mark" "$folder/$mark"
    rclone cat "$folder/$mark" >"$work/mark" 2>"$work/stderr" || explain "the mark could not be read back" 1
    cmp -s "$work/mark" "$work/$mark" || fail "the mark was read back and is not what was stored"
}

# The mark goes first: an artifact that is half gone must not be listed.
erase() {
    rclone delete --include "/${2}_*.json" "$folder" && rclone purge "$folder/$2"
}

# What a killed run left: a folder without a mark, older than any run can be.
unfinished() {
    rclone lsf --dirs-only "$folder" >"$work/folders" 2>/dev/null || return 0
    marks
    limit=$(date -u -d "@$(($(date +%s) - 172800))" +%Y%m%dT%H%M%SZ)
    sed -n 's|^\([0-9]*T[0-9]*Z\)/$|\1|p' "$work/folders" | while IFS= read -r left; do
        ! grep -q "^${left}_" "$work/marks" || continue
        if [ "$(printf '%s\n%s\n' "$left" "$limit" | sort | head -n 1)" = "$left" ]; then
            say "removing $left, which was never completed"
            rclone purge "$folder/$left" || say "it stays for now"
        fi
    done
}

# Against the mark: the checksums that lie beside the files must be those that it names.
check_newest() {
    mark=$(grep "^${stamp}_" "$work/marks" | head -n 1)
    if ! rclone cat "$folder/$mark" >"$work/mark" 2>"$work/stderr" \
        || ! rclone cat "$folder/$stamp/SHA256SUMS" >"$work/sums" 2>"$work/stderr"; then
        echo "the mark or the checksums could not be read: $(tail -n 2 "$work/stderr" | tr '\n' ' ')" >"$work/differences"
        return
    fi
    cut -c 1-64 "$work/sums" | sort >"$work/stored-sums"
    grep -oE '"[0-9a-f]{64}"' "$work/mark" | tr -d '"' | sort >"$work/marked-sums"
    if ! cmp -s "$work/stored-sums" "$work/marked-sums"; then
        echo "the checksums are not those of the mark $mark" >"$work/differences"
        return
    fi
    differences "$work/sums" >"$work/differences"
}

"$task"
