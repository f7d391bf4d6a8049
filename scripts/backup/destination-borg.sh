#!/bin/sh
# Stores to a borg repository, made where there is none. Archives are named SOURCE@STAMP after the policy.
#   QM_REPOSITORY QM_REMOTE_PATH; credentials BORG_PASSPHRASE, and over ssh: ssh-privatekey, known_hosts
# shellcheck source=scripts/backup/destination.sh
. "$QM_SCRIPTS/destination.sh"

need borg
need_key BORG_PASSPHRASE
export BORG_REPO="$QM_REPOSITORY" BORG_PASSCOMMAND="cat $QM_CREDENTIALS/BORG_PASSPHRASE"
export BORG_BASE_DIR="$work" BORG_RELOCATED_REPO_ACCESS_IS_OK=yes BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=no
# Pods do not share their processes: an id of this run alone keeps borg from taking a live lock for a stale one.
BORG_HOST_ID="$QM_NAMESPACE.$QM_POLICY.${QM_SOURCE:-check}.$stamp.$(basename "$work")"
export BORG_HOST_ID
[ -z "${QM_REMOTE_PATH:-}" ] || export BORG_REMOTE_PATH="$QM_REMOTE_PATH"
case $QM_REPOSITORY in
    ssh://* | *@*:*)
        need ssh
        need_key ssh-privatekey
        need_key known_hosts
        # ssh refuses a key that the group may read, and one without a line end.
        umask 077
        { cat "$QM_CREDENTIALS/ssh-privatekey" && echo; } >"$work/key"
        export BORG_RSH="ssh -i $work/key -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=$QM_CREDENTIALS/known_hosts -o ServerAliveInterval=30 -o ConnectTimeout=30"
        umask 027
        ;;
esac
begin() { series="$QM_NAMESPACE.$QM_POLICY.$QM_SOURCE@"; }
wait="${QM_LOCK_WAIT:-1800}"

# A status of 1 (and from 100 to 127 in later versions) is a warning.
is_warning() { [ "$1" -eq 1 ] || { [ "$1" -ge 100 ] && [ "$1" -le 127 ]; }; }

open_repository() {
    if borg list --lock-wait "$wait" --short --last 1 >/dev/null 2>"$work/stderr"; then return; fi
    grep -qiE 'does not exist|is not a valid repository' "$work/stderr" || explain "the repository could not be opened" 2
    run "the repository could not be made" borg init --encryption repokey-blake2 --make-parent-dirs
}

listing() {
    borg list --lock-wait "$wait" --glob-archives "$series*" --format '{archive} {comment}{NL}' \
        2>"$work/stderr" >"$work/list" || explain "the archives could not be listed" $?
    # The glob's own characters can't be in a name, so what it finds is this series and no other.
    awk -v series="$series" 'index($1, series) == 1 {
        stamp = substr($1, length(series) + 1)
        if (stamp !~ /^[0-9]+T[0-9]+Z$/) next
        print stamp, ($2 == "" ? 0 : $2), $1 ($3 == "suspect" ? " suspect" : "")
    }' "$work/list"
}

store() {
    status=0
    (cd "$artifact" && borg create --lock-wait "$wait" --comment "$bytes${suspicion:+ suspect}" "::$series$stamp" .) \
        2>"$work/stderr" || status=$?
    cat "$work/stderr" >&2
    if [ "$status" -ne 0 ]; then
        is_warning "$status" || explain "the upload failed" "$status"
        is_partial=true
        head -n 3 "$work/stderr" >"$work/partial"
    fi
}

stat_back() {
    run "the archive can't be listed" borg list --lock-wait "$wait" --short "::$series$stamp" >"$work/ls"
    while IFS= read -r line; do
        grep -q -x -F "${line#*  }" "$work/ls" || fail "${line#*  } is not in the archive"
    done <"$artifact/SHA256SUMS"
}

read_back() { borg extract --lock-wait "$wait" --stdout "::$series$stamp" "fm:$1"; }

erase() { borg delete --lock-wait "$wait" "::$1"; }

# Before 1.2 there is no compact, and nothing to be done.
reclaim() { borg compact --lock-wait "$wait" 2>"$work/stderr" || say "compact: $(tail -n 1 "$work/stderr")"; }

check_repository() {
    run "the repository is not sound" borg check --lock-wait "$wait" --verify-data
}

open_repository
"$task"
