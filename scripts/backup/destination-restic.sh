#!/bin/sh
# Stores to a restic repository, made where there is none. Snapshots carry the policy as their host and the source as a tag,
# because the pods' own names change with every run.
#   QM_REPOSITORY QM_SHARED_HOST (true where the pod has the name of its node); credentials RESTIC_PASSWORD, and what the backend needs: AWS_*, B2_*, AZURE_*, GOOGLE_*, RESTIC_*
# shellcheck source=scripts/backup/destination.sh
. "$QM_SCRIPTS/destination.sh"

need restic
need_key RESTIC_PASSWORD
for file in "$QM_CREDENTIALS"/*; do
    name=$(basename "$file")
    case $name in
        RESTIC_PASSWORD | *[!A-Z0-9_]*) ;;
        AWS_* | B2_* | AZURE_* | GOOGLE_* | OS_* | ST_* | RESTIC_REST_*) export "$name=$(cat "$file")" ;;
    esac
done
export RESTIC_REPOSITORY="$QM_REPOSITORY" RESTIC_PASSWORD_FILE="$QM_CREDENTIALS/RESTIC_PASSWORD"
export RESTIC_CACHE_DIR="$work/cache"
[ ! -f "$QM_CREDENTIALS/ca.crt" ] || export RESTIC_CACERT="$QM_CREDENTIALS/ca.crt"
host="$QM_NAMESPACE.$QM_POLICY"

# restic takes a lock for stale whose process is gone from a host of this name: true of pods, each a host of its own, and not of
# two that have the name of their node. There only age counts; a live lock is renewed every five minutes.
unlock_stale() {
    if [ "${QM_SHARED_HOST:-false}" = true ]; then
        limit=$(date -u -d "@$(($(date +%s) - 2100))" +%Y-%m-%dT%H:%M:%S)
        restic list locks --no-lock >"$work/locks" 2>/dev/null || return 0
        while IFS= read -r lock; do
            since=$(restic cat lock "$lock" --no-lock 2>/dev/null | sed -n 's/.*"time": *"\([^"]*\)".*/\1/p')
            [ -n "$since" ] && [ "$(printf '%s\n%s\n' "$since" "$limit" | sort | head -n 1)" = "$since" ] || return 0
        done <"$work/locks"
    fi
    restic unlock >/dev/null 2>&1 || true
}

# Another run may hold the repository for a while; a lock whose owner is gone is removed, any other is waited for.
locked() {
    attempt=0
    while :; do
        status=0
        restic "$@" 2>"$work/stderr" || status=$?
        [ "$status" -ne 0 ] || return 0
        grep -qi 'already locked' "$work/stderr" || return "$status"
        attempt=$((attempt + 1))
        [ "$attempt" -le "${QM_LOCK_ATTEMPTS:-60}" ] || return "$status"
        say "the repository is locked; trying again" >&2
        unlock_stale
        sleep "${QM_LOCK_PAUSE:-30}"
    done
}

open_repository() {
    if restic cat config >/dev/null 2>"$work/stderr"; then return; fi
    # Only a repository that is not there is made: a wrong password or a dead host must not be.
    if grep -qiE 'wrong password|no key found' "$work/stderr"; then explain "the repository does not open" 1; fi
    grep -qiE 'is there a repository|does not exist|no such (file|bucket|key)|404|not found' "$work/stderr" \
        || explain "the repository could not be opened" 1
    run "the repository could not be made" restic init
}

# Each snapshot carries its stamp and size as tags: at=… and bytes=….
listing() {
    locked snapshots --json --host "$host" --tag "source=$QM_SOURCE" >"$work/json" || explain "the snapshots could not be listed" $?
    sed 's/"time":/\n&/g' "$work/json" | awk '
        function tag(name,    at, rest) {
            at = index($0, "\"" name "=")
            if (at == 0) return ""
            rest = substr($0, at + length(name) + 2)
            return substr(rest, 1, index(rest, "\"") - 1)
        }
        /^"time":/ && tag("at") != "" {
            id = $0; sub(/.*"short_id":"/, "", id); sub(/".*/, "", id)
            print tag("at"), tag("bytes"), id (index($0, "\"suspect\"") ? " suspect" : "")
        }'
}

store() {
    set -- --tag "source=$QM_SOURCE" --tag "at=$stamp" --tag "bytes=$bytes"
    [ -z "$suspicion" ] || set -- "$@" --tag suspect
    when=$(printf '%s' "$stamp" | sed 's/\(....\)\(..\)\(..\)T\(..\)\(..\)\(..\)Z/\1-\2-\3 \4:\5:\6/')
    status=0
    locked backup --json --quiet --host "$host" --time "$when" "$@" "$artifact" >"$work/json" || status=$?
    case $status in
        0) ;;
        # Some files could not be read: there is a snapshot, and it is not whole.
        3)
            is_partial=true
            head -n 3 "$work/stderr" >"$work/partial"
            ;;
        *) explain "the upload failed" "$status" ;;
    esac
    id=$(listing | awk -v stamp="$stamp" '$1 == stamp { print $3 }' | head -n 1)
    [ -n "$id" ] || fail "restic answered success, but there is no snapshot of this run"
}

stat_back() {
    run "the snapshot can't be listed" restic ls "$id" >"$work/ls"
    while IFS= read -r line; do
        grep -q -x -F "$artifact/${line#*  }" "$work/ls" || fail "${line#*  } is not in the snapshot"
    done <"$artifact/SHA256SUMS"
}

read_back() { locked dump "$id" "$artifact/$1"; }

erase() { locked forget "$1" >/dev/null; }

reclaim() { locked prune >/dev/null || say "prune: $(tail -n 1 "$work/stderr")"; }

check_repository() {
    part=$(part_of_eight)
    say "reading part $part of 8"
    locked check --read-data-subset="$part/8" >"$work/answer" || {
        cat "$work/answer"
        ! grep -qi 'already locked' "$work/stderr" || fail "the repository stays locked: $(grep -i 'already locked' "$work/stderr" | head -n 1)"
        grep -iE 'error|damaged|not found|different' "$work/answer" >>"$work/stderr" || true
        explain "the repository is not sound" 1
    }
    field part "$part"
}

open_repository
"$task"
