// swift-format-ignore-file
// Made by `make golden` from scripts/backup; a test compares the two.

/// The scripts that the pods of a backup run, by their file names.
enum BackupScripts {
    static let files: [String: String] = [
"common.sh": #"""
# shellcheck shell=sh
# What every backup script begins with. POSIX sh: it runs in Debian's dash and in busybox.
#
# The pod gives: QM_NAMESPACE QM_POLICY QM_SOURCE QM_STAGING QM_SCRIPTS QM_CREDENTIALS QM_REPORT (the termination log).
# Every script ends with one line of JSON in QM_REPORT, whatever happens. Nothing secret is ever an argument of a
# program, and none is written to the report: `scrub` takes out what the mounted credentials hold.
set -eu
umask 027
export LC_ALL=C TZ=UTC
export HOME="${QM_HOME:-/tmp}"

work=$(mktemp -d "${TMPDIR:-/tmp}/qm.XXXXXX")
began=$(date +%s)
result=Failed
message=
details=
children=

say() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"; }

# Text from standard input on one line, without what is in the files of QM_CREDENTIALS.
scrub() {
    awk -v folder="${QM_CREDENTIALS:-}" '
        function hide(secret,    at) {
            if (length(secret) < 4) return
            while ((at = index(text, secret)) > 0) text = substr(text, 1, at - 1) "***" substr(text, at + length(secret))
        }
        { text = text (NR > 1 ? " | " : "") $0 }
        END {
            gsub(/[\001-\037\177]+/, " ", text)
            if (folder != "") {
                list = "ls -1 " folder " 2>/dev/null"
                while ((list | getline name) > 0) {
                    # Names of hosts and users are no secrets, and messages are poorer without them.
                    if (name ~ /^(username|known_hosts|ca\.crt|AWS_REGION|AWS_DEFAULT_REGION)$/) continue
                    file = folder "/" name
                    while ((getline line < file) > 0) {
                        sub(/^[A-Za-z0-9_ ]+= /, "", line)
                        hide(line)
                    }
                    close(file)
                }
            }
            print substr(text, 1, 1500)
        }'
}

json_text() { printf '%s' "$1" | scrub | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }

# Adds a field to the report: the value is JSON.
field() { details="$details,\"$1\":$2"; }

report() {
    line=$(printf '{"version":1,"result":"%s","message":"%s","durationSeconds":%d%s}' \
        "$result" "$(json_text "$message")" $(($(date +%s) - began)) "$details")
    printf '%s\n' "$line" >"$QM_REPORT" || true
    # For the container that notifies, where there is one: whole or not at all.
    [ -z "${QM_REPORT_COPY:-}" ] || { printf '%s\n' "$line" >"$QM_REPORT_COPY.part" && mv "$QM_REPORT_COPY.part" "$QM_REPORT_COPY"; } || true
}

finish() {
    status=$?
    trap - EXIT TERM INT
    [ -z "$children" ] || kill "$children" 2>/dev/null || true
    if [ "$result" = Failed ] && [ -z "$message" ]; then message="ended with status $status"; fi
    if [ "$result" != Failed ] && [ "$status" -ne 0 ]; then result=Failed; message="ended with status $status"; fi
    report
    cleanup
    rm -rf "$work"
    [ "$result" != Failed ] || say "failed: $message" >&2
    exit "$status"
}
# Scripts replace this where they have something to take back.
cleanup() { :; }
trap finish EXIT
trap 'message="stopped by a signal"; exit 143' TERM INT

# fail MESSAGE: ends the run.
fail() {
    result=Failed
    message=$1
    exit 1
}

# run WHAT COMMAND…: runs a program; its own words become the message where it fails.
run() {
    what=$1
    shift
    "$@" 2>"$work/stderr" || { code=$?; explain "$what" "$code"; }
    cat "$work/stderr" >&2
}

explain() {
    cat "$work/stderr" >&2
    fail "$1 (status $2): $(grep -v '^[[:space:]]*$' "$work/stderr" | tail -n 3 | tr '\n' ' ')"
}

# The Secret is mounted as an optional one, so that its absence is said here and not by a pod that never starts.
need_key() {
    [ -s "$QM_CREDENTIALS/$1" ] && return
    field reason '"SecretMissing"'
    fail "Secret ${QM_SECRET:-} is missing or has no key $1"
}

need() { command -v "$1" >/dev/null 2>&1 || fail "the image has no $1; choose another one in podTemplate.images"; }

# The value of a key of the Secret, empty where it is not there.
credential() { if [ -f "$QM_CREDENTIALS/$1" ]; then cat "$QM_CREDENTIALS/$1"; fi; }

size_of() { wc -c <"$1" | tr -d ' '; }

"""#,
"destination-borg.sh": #"""
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
BORG_HOST_ID="$QM_NAMESPACE.$QM_POLICY.$QM_SOURCE.$stamp.$$"
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
series="$QM_NAMESPACE.$QM_POLICY.$QM_SOURCE@"
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

open_repository
deliver

"""#,
"destination-objects.sh": #"""
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

"""#,
"destination-restic.sh": #"""
#!/bin/sh
# Stores to a restic repository, made where there is none. Snapshots carry the policy as their host and the source as a tag,
# because the pods' own names change with every run.
#   QM_REPOSITORY; credentials RESTIC_PASSWORD, and what the backend needs: AWS_*, B2_*, AZURE_*, GOOGLE_*, RESTIC_*
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
snapshot=

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
        restic unlock >/dev/null 2>&1 || true
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
    snapshot=$(listing | awk -v stamp="$stamp" '$1 == stamp { print $3 }' | head -n 1)
    [ -n "$snapshot" ] || fail "restic answered success, but there is no snapshot of this run"
}

stat_back() {
    run "the snapshot can't be listed" restic ls "$snapshot" >"$work/ls"
    while IFS= read -r line; do
        grep -q -x -F "$artifact/${line#*  }" "$work/ls" || fail "${line#*  } is not in the snapshot"
    done <"$artifact/SHA256SUMS"
}

read_back() { locked dump "$snapshot" "$artifact/$1"; }

erase() { locked forget "$1" >/dev/null; }

reclaim() { locked prune >/dev/null || say "prune: $(tail -n 1 "$work/stderr")"; }

open_repository
deliver

"""#,
"destination.sh": #"""
# shellcheck shell=sh
# What every destination begins with. It offers four verbs of its own, and `deliver` calls them in the one order that never
# leaves less than there was: store, read back, commit, and only then prune.
#
#   store            uploads $artifact under $stamp
#   read_back FILE   writes a stored file to standard output
#   listing          prints the artifacts, one a line: STAMP SIZE ID [suspect]
#   erase ID STAMP   deletes one artifact
#
#   QM_DESTINATION QM_VERIFY (none, stat, read) QM_KEEP ("daily=7 weekly=4 minKeep=1") QM_MIN_SIZE QM_MAX_SHRINK
# shellcheck source=scripts/backup/common.sh
. "$QM_SCRIPTS/common.sh"

artifact="$QM_STAGING/artifact"
[ -s "$QM_STAGING/run/stamp" ] || fail "the source left no complete artifact"
stamp=$(cat "$QM_STAGING/run/stamp")
bytes=$(cat "$QM_STAGING/run/size")
is_partial=false
if [ -f "$QM_STAGING/run/partial" ]; then
    is_partial=true
    cp "$QM_STAGING/run/partial" "$work/partial"
fi
suspicion=

deliver() {
    listing >"$work/before"
    suspect
    store
    field artifact "\"$stamp\""
    field sizeBytes "$bytes"
    verify
    commit
    result=Succeeded
    if $is_partial; then
        result=Partial
        message=$(cat "$work/partial")
    fi
    prune
    describe
    say "$result: $stamp, $bytes bytes"
}

# Destinations that need a mark of completeness replace this.
commit() { :; }

# Compares with the newest artifact that nothing was wrong with.
suspect() {
    last=$(awk '$4 != "suspect"' "$work/before" | sort | tail -n 1 | awk '{print $2}')
    if [ "$bytes" -lt "${QM_MIN_SIZE:-1}" ]; then
        suspicion="the artifact has $bytes bytes, less than minSizeBytes (${QM_MIN_SIZE:-1})"
    elif [ -n "$last" ] && [ "$((bytes * 100))" -lt "$((last * (100 - ${QM_MAX_SHRINK:-100})))" ]; then
        suspicion="the artifact has $bytes bytes, the one before had $last: it shrank by more than ${QM_MAX_SHRINK} %"
    fi
    [ -z "$suspicion" ] || say "suspicious: $suspicion"
}

verify() {
    # Should the script end in here, that is why.
    pending=$details
    field reason '"VerificationFailed"'
    case ${QM_VERIFY:-read} in
        none) details=$pending ;;
        stat)
            stat_back
            details=$pending
            field verified '"stat"'
            ;;
        *)
            while IFS= read -r line; do
                file=${line#*  }
                { read_back "$file" 2>"$work/stderr" || echo failed >"$work/unread"; } | sha256sum >"$work/sum"
                [ ! -f "$work/unread" ] || explain "$file could not be read back" 1
                [ "$(cut -d ' ' -f 1 "$work/sum")" = "${line%%  *}" ] || fail "$file was read back and is not what was stored"
            done <"$artifact/SHA256SUMS"
            details=$pending
            field verified '"read"'
            ;;
    esac
}

prune() {
    if [ -n "$suspicion" ]; then
        field pruned '"Refused"'
        field suspicion "\"$(json_text "$suspicion")\""
        return
    fi
    if $is_partial; then
        field pruned '"Refused"'
        return
    fi
    listing >"$work/after"
    # What was just stored must be among them, or the listing is not to be trusted.
    grep -q "^$stamp " "$work/after" || fail "the artifact $stamp is not in the listing after it was stored; nothing was pruned"
    set --
    for rule in $QM_KEEP; do set -- "$@" -v "$rule"; done
    awk "$@" -f "$QM_SCRIPTS/retention.awk" "$work/after" >"$work/plan"
    grep -q '^keep ' "$work/plan" || fail "retention keeps nothing; nothing was pruned"
    grep '^delete ' "$work/plan" >"$work/deletions" || true
    while read -r _ old _ id _; do
        say "deleting $old"
        if ! erase "$id" "$old" 2>"$work/stderr"; then
            cat "$work/stderr" >&2
            field pruned '"Failed"'
            message="$old could not be deleted: $(tail -n 2 "$work/stderr" | tr '\n' ' ')"
            return
        fi
    done <"$work/deletions"
    if [ -s "$work/deletions" ]; then reclaim; fi
    field pruned '"Done"'
}

# Destinations that keep the space of what was deleted replace this.
reclaim() { :; }

describe() {
    listing | sort >"$work/now"
    field count "$(grep -c . "$work/now" || true)"
    field oldest "\"$(head -n 1 "$work/now" | cut -d ' ' -f 1)\""
}

"""#,
"notify.sh": #"""
#!/bin/sh
# Tells a webhook what became of a run: a container beside those of the run, which begins before the source and ends with the
# pod. It needs neither the operator nor the API server. That it fails, fails no backup: it says so in its own report.
#   QM_REPORTS (where the others leave copies of their reports)  QM_CONTAINERS (their names, separated by spaces)
#   QM_ON_SUCCESS (true or false); credentials url, and where the receiver asks for them: authorization, ca.crt
# shellcheck source=scripts/backup/common.sh
. "$QM_SCRIPTS/common.sh"

is_over=false
trap 'is_over=true' TERM INT

# A pause that a signal ends.
pause() {
    sleep "$1" &
    children=$!
    wait "$children" || true
    kill "$children" 2>/dev/null || true
    children=
}

# value NAME FILE: the text of a field as it stands in JSON.
value() {
    awk -v name="$1" '{
        at = index($0, "\"" name "\":\"")
        if (at == 0) exit
        rest = substr($0, at + length(name) + 4)
        for (i = 1; i <= length(rest); i++) {
            c = substr(rest, i, 1)
            if (c == "\\") i++
            else if (c == "\"") break
        }
        print substr(rest, 1, i - 1)
        exit
    }' "$2"
}

# Whether there is nothing more to come.
is_complete() {
    for container in $QM_CONTAINERS; do
        [ -f "$QM_REPORTS/$container.json" ] || return 1
        # After a source that failed no destination begins.
        [ "$(value result "$QM_REPORTS/$container.json")" != Failed ] || [ "$container" != source ] || return 0
    done
}

# The whole of the run in one word and one line, as JSON text.
sum_up() {
    outcome=Succeeded
    words=
    reports=
    for container in $QM_CONTAINERS; do
        file="$QM_REPORTS/$container.json"
        if [ -f "$file" ]; then
            one=$(value result "$file")
            text=$(value message "$file")
            reports="$reports${reports:+,}\"$container\":$(head -n 1 "$file")"
        else
            one=Failed
            text="it was ended before it could report"
            reports="$reports${reports:+,}\"$container\":null"
        fi
        case $one in
            Succeeded) ;;
            Partial) [ "$outcome" = Failed ] || outcome=Partial ;;
            *) outcome=Failed ;;
        esac
        [ "$one" = Succeeded ] || words="$words${words:+; }$container: $text"
        [ "$container" != source ] || [ "$one" != Failed ] || break
    done
}

write_body() {
    headline="Backup $QM_NAMESPACE/$QM_POLICY, source $QM_SOURCE: $outcome${words:+. $words}"
    printf '{"version":1,"text":"%s","namespace":"%s","policy":"%s","source":"%s","result":"%s","message":"%s","time":"%s","reports":{%s}}\n' \
        "$headline" "$QM_NAMESPACE" "$QM_POLICY" "$QM_SOURCE" "$outcome" "$words" \
        "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$reports" >"$work/body"
}

# A value of curl's configuration file.
quoted() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' | head -n 1; }

# The address is in a file of this run alone: an argument would be seen by every process of the node.
write_configuration() {
    umask 077
    {
        printf 'url = "%s"\n' "$(credential url | quoted)"
        printf 'header = "Content-Type: application/json"\nuser-agent = "quartermaster"\n'
        [ ! -s "$QM_CREDENTIALS/authorization" ] \
            || printf 'header = "Authorization: %s"\n' "$(credential authorization | quoted)"
        [ ! -s "$QM_CREDENTIALS/ca.crt" ] || printf 'cacert = "%s"\n' "$QM_CREDENTIALS/ca.crt"
        # All attempts together are shorter than the time that a pod has to end.
        printf 'data-binary = "@%s"\nproto = "=http,https"\nfail\nsilent\nshow-error\noutput = "/dev/null"\n' "$work/body"
        printf 'connect-timeout = 4\nmax-time = 6\nretry = 2\nretry-delay = %s\nretry-max-time = 15\nretry-connrefused\n' \
            "${QM_RETRY_DELAY:-2}"
    } >"$work/curl"
    umask 027
}

send() {
    need curl
    need_key url
    case $(credential url) in
        http://* | https://*) ;;
        *) fail "the key url of Secret ${QM_SECRET:-} is no address that begins with https://" ;;
    esac
    write_configuration
    run "the webhook was not told" curl --config "$work/curl"
}

# Ends the attempt and not the container, which would be started again.
attempt() (
    fail() {
        printf '%s\n' "$1" >"$QM_REPORTS/unsent"
        exit 1
    }
    send
)

while ! $is_over && ! is_complete; do pause "${QM_PAUSE:-2}"; done
# A container that was started again has nothing to add.
if [ ! -f "$QM_REPORTS/notified" ]; then
    : >"$QM_REPORTS/notified"
    sum_up
    if [ "$outcome" != Succeeded ] || [ "${QM_ON_SUCCESS:-false}" = true ]; then
        write_body
        attempt || say "not sent" >&2
    fi
fi
while ! $is_over; do pause 60; done
result=Succeeded
if [ -f "$QM_REPORTS/unsent" ]; then
    result=Failed
    message=$(cat "$QM_REPORTS/unsent")
fi

"""#,
"retention.awk": #"""
# Which artifacts stay: grandfather, father, son. The one place where this is decided, for every destination.
#
# Input: one line an artifact, its stamp (20260131T020000Z, in UTC) first. Output: the same lines in the order newest first,
# each after "keep" or "delete".
# Variables: last hourly daily weekly monthly yearly minKeep. A rule keeps the newest artifact of each of the newest N hours,
# days, ISO weeks, months or years that have one, as `restic forget` does; the newest `minKeep` always stay.

function days(stamp,    y, m, d, era, yoe, doy) {
    y = substr(stamp, 1, 4) + 0; m = substr(stamp, 5, 2) + 0; d = substr(stamp, 7, 2) + 0
    if (m <= 2) y--
    era = int(y / 400); yoe = y - era * 400
    doy = int((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + d - 1
    return era * 146097 + yoe * 365 + int(yoe / 4) - int(yoe / 100) + doy - 719468
}

function year_of(day,    y) {
    y = 1970 + int(day / 365.2425)
    while (days((y + 1) "0101") <= day) y++
    while (days(y "0101") > day) y--
    return y
}

# The ISO week is the one of its Thursday.
function week(stamp,    day, thursday, year) {
    day = days(stamp)
    thursday = day - (day + 3) % 7 + 3
    year = year_of(thursday)
    return year "-" int((thursday - days(year "0101")) / 7)
}

function period(rule, stamp) {
    if (rule == "hourly") return substr(stamp, 1, 11)
    if (rule == "daily") return substr(stamp, 1, 8)
    if (rule == "weekly") return week(stamp)
    if (rule == "monthly") return substr(stamp, 1, 6)
    return substr(stamp, 1, 4)
}

$1 ~ /^[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z$/ { line[++count] = $0; stamp[count] = $1 }

END {
    for (i = 2; i <= count; i++) {
        for (j = i; j > 1 && stamp[j] > stamp[j - 1]; j--) {
            held = stamp[j]; stamp[j] = stamp[j - 1]; stamp[j - 1] = held
            held = line[j]; line[j] = line[j - 1]; line[j - 1] = held
        }
    }
    always = last + 0 > minKeep + 0 ? last + 0 : minKeep + 0
    if (always < 1) always = 1
    left["hourly"] = hourly + 0; left["daily"] = daily + 0; left["weekly"] = weekly + 0
    left["monthly"] = monthly + 0; left["yearly"] = yearly + 0
    for (i = 1; i <= count; i++) {
        keep = i <= always
        for (rule in left) {
            if (left[rule] <= 0) continue
            now = period(rule, stamp[i])
            if (now == seen[rule]) continue
            seen[rule] = now
            left[rule]--
            keep = 1
        }
        print (keep ? "keep" : "delete"), line[i]
    }
}

"""#,
"source-manifests.sh": #"""
#!/bin/sh
# Exports the objects of a namespace as YAML, one file a kind. Any error fails the run: half an export looks like a whole one.
#   QM_INCLUDE_KINDS QM_EXCLUDE_KINDS (one a line, as deployments.apps)  QM_INCLUDE_SECRETS (true or false)
# shellcheck source=scripts/backup/source.sh
. "$QM_SCRIPTS/source.sh"

need kubectl
# What others make from these objects again, and what is gone by the time of a restore.
cat >"$work/excluded" <<'KINDS'
bindings
controllerrevisions.apps
endpoints
endpointslices.discovery.k8s.io
events
events.events.k8s.io
leases.coordination.k8s.io
localsubjectaccessreviews.authorization.k8s.io
pods
pods.metrics.k8s.io
replicasets.apps
csistoragecapacities.storage.k8s.io
KINDS
[ "${QM_INCLUDE_SECRETS:-false}" = true ] || echo secrets >>"$work/excluded"
printf '%s\n' "${QM_EXCLUDE_KINDS:-}" | sed '/^$/d' >>"$work/excluded"

if [ -n "${QM_INCLUDE_KINDS:-}" ]; then
    printf '%s\n' "$QM_INCLUDE_KINDS" | sed '/^$/d' >"$work/offered"
else
    run "the kinds could not be listed" kubectl api-resources --namespaced --verbs=list -o name >"$work/offered"
fi
grep -v -x -F -f "$work/excluded" "$work/offered" >"$work/kinds" || fail "every kind is excluded"

objects=0
while IFS= read -r kind; do
    run "$kind could not be read (exclude the kind, or let quartermaster-backup-reader read it)" \
        kubectl get "$kind" --namespace "$QM_NAMESPACE" -o yaml --ignore-not-found --chunk-size=500 >"$work/yaml"
    count=$(grep -c '^- apiVersion:\|^- \?$' "$work/yaml" || true)
    [ "$count" -gt 0 ] || continue
    objects=$((objects + count))
    mv "$work/yaml" "$artifact/$kind.yaml"
done <"$work/kinds"
[ "$objects" -gt 0 ] || fail "the namespace holds nothing to save"
field objects "$objects"
hand_over

"""#,
"source-postgres.sh": #"""
#!/bin/sh
# Dumps PostgreSQL databases, one file in the custom format each, and the roles.
#   QM_PG_HOST QM_PG_PORT QM_PG_SSLMODE  QM_PG_DATABASES (one a line; empty: all)  QM_PG_GLOBALS (true or false)
#   credentials: username, password; ca.crt for verify-ca and verify-full
# shellcheck source=scripts/backup/source.sh
. "$QM_SCRIPTS/source.sh"

for program in pg_dump pg_restore pg_dumpall psql; do need "$program"; done

need_key username
need_key password
# libpq refuses a password file that others may read, and the mounted one is readable for the group.
escape() { sed -e 's/\\/\\\\/g' -e 's/:/\\:/g'; }
umask 077
printf '*:*:*:%s:%s\n' "$(credential username | escape)" "$(credential password | escape)" >"$work/pgpass"
umask 027
export PGPASSFILE="$work/pgpass" PGHOST="$QM_PG_HOST" PGPORT="$QM_PG_PORT" PGSSLMODE="$QM_PG_SSLMODE"
export PGCONNECT_TIMEOUT=30 PGAPPNAME="quartermaster/$QM_POLICY"
PGUSER=$(credential username)
export PGUSER
[ ! -f "$QM_CREDENTIALS/ca.crt" ] || export PGSSLROOTCERT="$QM_CREDENTIALS/ca.crt"

if [ -n "${QM_PG_DATABASES:-}" ]; then
    printf '%s\n' "$QM_PG_DATABASES" >"$work/databases"
else
    run "the databases could not be listed" psql -w -X -A -t -d postgres -o "$work/databases" \
        -c "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname"
fi

while IFS= read -r database; do
    [ -n "$database" ] || continue
    case $database in */* | .*) fail "database \"$database\" has a name that can be no file; rename it" ;; esac
    say "dumping $database"
    # The name is quoted: otherwise one with an = would be read as a connection string.
    quoted=$(printf '%s' "$database" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
    run "database $database could not be dumped" \
        pg_dump -w -Fc --lock-wait-timeout=5min -f "$artifact/$database.part" -d "dbname='$quoted'"
    # --list is content with half a dump; reading all of it is not.
    run "the dump of $database can't be read back" pg_restore -f /dev/null "$artifact/$database.part"
    mv "$artifact/$database.part" "$artifact/$database.dump"
done <"$work/databases"

if [ "${QM_PG_GLOBALS:-true}" = true ]; then
    run "the roles could not be dumped" pg_dumpall -w --globals-only -l postgres -f "$artifact/globals.part"
    tail -n 5 "$artifact/globals.part" | grep -q 'dump complete' || fail "the dump of the roles is cut off"
    mv "$artifact/globals.part" "$artifact/globals.sql"
fi
hand_over

"""#,
"source-pvc.sh": #"""
#!/bin/sh
# Archives a volume with tar.
#   QM_DATA (where it is mounted, read-only)  QM_PATHS QM_EXCLUDES (one a line, relative to the volume)
# shellcheck source=scripts/backup/source.sh
. "$QM_SCRIPTS/source.sh"

need tar
tar --version 2>/dev/null | grep -q 'GNU tar' || fail "the image has no GNU tar; choose another one in podTemplate.images"

printf '%s\n' "${QM_PATHS:-}" | sed -e '/^$/d' -e 's|^/*|./|' >"$work/paths"
[ -s "$work/paths" ] || echo . >"$work/paths"
printf '%s\n' "${QM_EXCLUDES:-}" | sed -e '/^$/d' -e 's|^/*|./|' >"$work/excludes"
echo ./lost+found >>"$work/excludes"

status=0
tar --create --file "$artifact/data.part" --directory "$QM_DATA" \
    --one-file-system --numeric-owner --acls --xattrs --sparse --exclude-from "$work/excludes" \
    --verbatim-files-from --files-from "$work/paths" 2>"$work/stderr" || status=$?
cat "$work/stderr" >&2
case $status in
    0) ;;
    1) partial "files changed while they were read: $(head -n 3 "$work/stderr" | tr '\n' ' ')" ;;
    *) explain "the volume could not be archived" "$status" ;;
esac
run "the archive can't be read back" tar --list --file "$artifact/data.part" >"$work/list"
# Folders alone are no data: a volume that was not mounted looks like this.
grep -q '[^/]$' "$work/list" || fail "the volume is empty: there is no file under ${QM_PATHS:-/}"
field entries "$(grep -c . "$work/list")"
mv "$artifact/data.part" "$artifact/data.tar"
hand_over

"""#,
"source.sh": #"""
# shellcheck shell=sh
# What every source begins with: it leaves its files in $QM_STAGING/artifact, and in $QM_STAGING/run what the destinations
# have to know. A file is there under its own name only when it is whole.
# shellcheck source=scripts/backup/common.sh
. "$QM_SCRIPTS/common.sh"

artifact="$QM_STAGING/artifact"
notes=

# A new attempt in the same folder starts anew.
rm -rf "$artifact" "$QM_STAGING/run"
mkdir -p "$artifact" "$QM_STAGING/run"
cleanup() { [ "$result" != Failed ] || rm -rf "$artifact"; }

if [ "${QM_DELAY_SECONDS:-0}" -gt 0 ]; then
    say "waiting $QM_DELAY_SECONDS s, so that policies do not all begin at once"
    sleep "$QM_DELAY_SECONDS" &
    children=$!
    wait "$children"
    children=
fi
stamp=$(date -u +%Y%m%dT%H%M%SZ)
field artifact "\"$stamp\""

# partial NOTE: what was saved is not all.
partial() {
    notes="$notes${notes:+; }$1"
    say "incomplete: $1"
}

# Ends the source: checksums, size, and the word for the destinations that the artifact is whole.
hand_over() {
    (cd "$artifact" && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | sort) >"$work/files"
    [ -s "$work/files" ] || fail "nothing was saved"
    bytes=0
    while IFS= read -r file; do
        [ -s "$artifact/$file" ] || fail "$file is empty"
        bytes=$((bytes + $(size_of "$artifact/$file")))
        (cd "$artifact" && sha256sum "$file") >>"$work/sums"
    done <"$work/files"
    mv "$work/sums" "$artifact/SHA256SUMS"
    chmod -R g+rX "$QM_STAGING/artifact" "$QM_STAGING/run"
    printf '%s\n' "$bytes" >"$QM_STAGING/run/size"
    result=Succeeded
    if [ -n "$notes" ]; then
        result=Partial
        message=$notes
        printf '%s\n' "$notes" >"$QM_STAGING/run/partial"
    fi
    field sizeBytes "$bytes"
    field files "$(grep -c . "$work/files")"
    printf '%s\n' "$stamp" >"$QM_STAGING/run/stamp"
    say "$result: $bytes bytes in $(grep -c . "$work/files") files"
}

"""#,
    ]
}
