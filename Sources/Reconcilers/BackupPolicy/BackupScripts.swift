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
    # Where hooks come after it, the pod has to get to them: the last of them ends it.
    if [ "$status" -ne 0 ] && [ "$status" -ne 143 ] && [ "${QM_DEFER_FAILURE:-false}" = true ]; then
        mkdir -p "$QM_STAGING/hooks"
        printf '%s\n' "$message" | scrub >"$QM_STAGING/hooks/failed"
        status=0
    fi
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

"""#,
"destination-objects.sh": #"""
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

"""#,
"destination-restic.sh": #"""
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

"""#,
"destination.sh": #"""
# shellcheck shell=sh
# What every destination begins with. It offers verbs of its own, and one of three tasks calls them:
#
#   deliver   stores what the source has left, in the one order that never leaves less than there was: store, read back,
#             commit, and only then prune
#   check     looks at what is stored, without anything new
#   fetch     brings the newest artifact of the source into $QM_STAGING/artifact
#
#   begin            is called for each source before the others
#   store            uploads $artifact under $stamp
#   read_back FILE   writes a file of the artifact $stamp ($id in the listing) to standard output
#   listing          prints the artifacts, one a line: STAMP SIZE ID [suspect]
#   erase ID STAMP   deletes one artifact
#
#   QM_DESTINATION QM_TASK
#   deliver: QM_VERIFY (none, stat, read) QM_KEEP ("daily=7 weekly=4 minKeep=1") QM_MIN_SIZE QM_MAX_SHRINK
#   check:   QM_SOURCES (one a line) QM_CHECK_INTERVAL (seconds between two checks)
#   fetch:   QM_UNPACK (true where an etcd snapshot is to be ready for etcdutl)
# shellcheck source=scripts/backup/common.sh
. "$QM_SCRIPTS/common.sh"

task="${QM_TASK:-deliver}"
artifact="$QM_STAGING/artifact"
id=
if [ "$task" = deliver ]; then
    [ -s "$QM_STAGING/run/stamp" ] || fail "the source left no complete artifact"
    stamp=$(cat "$QM_STAGING/run/stamp")
    bytes=$(cat "$QM_STAGING/run/size")
else
    stamp=$(date -u +%Y%m%dT%H%M%SZ)
fi
is_partial=false
if [ -f "$QM_STAGING/run/partial" ]; then
    is_partial=true
    cp "$QM_STAGING/run/partial" "$work/partial"
fi
suspicion=

deliver() {
    begin
    acquire
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

# Destinations that have no lock of their own, or need a mark of completeness, replace these.
begin() { :; }
acquire() { :; }
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
            differences "$artifact/SHA256SUMS" >"$work/differences"
            [ ! -s "$work/differences" ] || fail "$(head -n 3 "$work/differences")"
            details=$pending
            field verified '"read"'
            ;;
    esac
}

# differences SUMS: reads every file of the artifact where it is stored, and prints what is not as SUMS says.
differences() {
    while IFS= read -r line; do
        file=${line#*  }
        rm -f "$work/unread"
        { read_back "$file" 2>"$work/stderr" || echo failed >"$work/unread"; } | sha256sum >"$work/sum"
        if [ -f "$work/unread" ]; then
            cat "$work/stderr" >&2
            echo "$file could not be read back: $(tail -n 2 "$work/stderr" | tr '\n' ' ')"
        elif [ "$(cut -d ' ' -f 1 "$work/sum")" != "${line%%  *}" ]; then
            echo "$file was read back and is not what was stored"
        fi
    done <"$1"
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
    while read -r _ old _ old_id _; do
        say "deleting $old"
        if ! erase "$old_id" "$old" 2>"$work/stderr"; then
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

# newest: sets stamp, bytes and id; false where nothing is stored.
newest() {
    listing >"$work/stored"
    line=$(sort "$work/stored" | tail -n 1)
    [ -n "$line" ] || return 1
    stamp=${line%% *}
    bytes=$(echo "$line" | cut -d ' ' -f 2)
    # shellcheck disable=SC2034 # of the script that goes on from here
    id=$(echo "$line" | cut -d ' ' -f 3)
}

# Destinations that are checked as a whole replace the first, those that are checked by their artifacts the second.
check_repository() { :; }
check_newest() { :; }

# The part of eight that is to be read now: the next one with each check, so that eight of them read all.
part_of_eight() { echo $(((($(date +%s) + QM_CHECK_INTERVAL / 2) / QM_CHECK_INTERVAL) % 8 + 1)); }

check() {
    # A check that ends in here has found nothing to be sound.
    check_repository
    checked=
    unsound=
    # shellcheck disable=SC2153 # no misspelling
    for source in $QM_SOURCES; do
        QM_SOURCE=$source
        begin
        if ! newest; then
            say "$source: nothing is stored yet"
            continue
        fi
        : >"$work/differences"
        check_newest
        if [ -s "$work/differences" ]; then
            unsound="$unsound${unsound:+,}\"$source\""
            message="$message${message:+; }$source, artifact $stamp: $(head -n 3 "$work/differences" | tr '\n' ' ')"
        else
            checked="$checked${checked:+,}\"$source\""
            say "$source: $stamp is sound"
        fi
    done
    field checked "[$checked]"
    field unsound "[$unsound]"
    [ -z "$unsound" ] || fail "$message"
    result=Succeeded
}

fetch() {
    rm -rf "$artifact" "$QM_STAGING/run"
    mkdir -p "$artifact" "$QM_STAGING/run"
    printf '%s\n' "$began" >"$QM_STAGING/run/began"
    begin
    newest || fail "nothing is stored of source $QM_SOURCE"
    field artifact "\"$stamp\""
    read_back SHA256SUMS >"$artifact/SHA256SUMS" 2>"$work/stderr" || explain "the checksums could not be read" 1
    while IFS= read -r line; do
        file=${line#*  }
        mkdir -p "$(dirname "$artifact/$file")"
        read_back "$file" >"$artifact/$file" 2>"$work/stderr" || explain "$file could not be read" 1
    done <"$artifact/SHA256SUMS"
    (cd "$artifact" && sha256sum -c SHA256SUMS) >"$work/sums" 2>&1 \
        || fail "the artifact $stamp is not what was stored: $(grep -v ': OK$' "$work/sums" | head -n 3 | tr '\n' ' ')"
    if [ "${QM_UNPACK:-false}" = true ] && [ -f "$artifact/etcd-snapshot.zip" ]; then
        need unzip
        run "the snapshot could not be unpacked" unzip -p "$artifact/etcd-snapshot.zip" >"$artifact/etcd-snapshot.db"
    fi
    printf '%s\n' "$stamp" >"$QM_STAGING/run/stamp"
    chmod -R g+rwX "$artifact" "$QM_STAGING/run"
    result=Succeeded
    say "fetched $stamp, $bytes bytes"
}

"""#,
"drill-etcd.sh": #"""
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

"""#,
"drill-postgres.sh": #"""
#!/bin/sh
# Restores the dumps of an artifact into a server of its own, which ends with the pod, and asks it the policy's questions.
#   QM_QUERIES (their number)  QM_SQL_n QM_EXPECT_n QM_DATABASE_n (empty: the only one of the artifact)
# shellcheck source=scripts/backup/drill.sh
. "$QM_SCRIPTS/drill.sh"

for program in initdb pg_ctl psql createdb pg_restore; do need "$program"; done
[ "$(id -u)" -ne 0 ] || fail "PostgreSQL does not run as root; take runAsUser out of the image or choose another one"

data="$QM_STAGING/scratch"
rm -rf "$data"
export PGHOST="$work" PGUSER=postgres PGDATABASE=postgres PGCONNECT_TIMEOUT=30
umask 077
run "the scratch server could not be made" \
    initdb --pgdata "$data" --username postgres --auth trust --encoding UTF8 --no-locale --no-sync >"$work/initdb"
# Nothing but this pod reaches it: it has no port, and its socket lies in a folder of this user.
cat >>"$data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$work'
fsync = off
full_page_writes = off
synchronous_commit = off
shared_buffers = 64MB
max_connections = 20
CONF
stop() { [ ! -f "$data/postmaster.pid" ] || pg_ctl --pgdata "$data" --mode immediate --silent stop >/dev/null 2>&1 || true; }
cleanup() {
    stop
    rm -rf "$data"
}
pg_ctl --pgdata "$data" --log "$work/server.log" --wait --timeout 120 --silent start >/dev/null 2>&1 || {
    cp "$work/server.log" "$work/stderr"
    explain "the scratch server does not start" 1
}

owners=
if [ -f "$artifact/globals.sql" ]; then
    # Some of it can't be: the role postgres is there already, and tablespaces are folders of another host.
    psql -X -q -f "$artifact/globals.sql" >/dev/null 2>"$work/globals.log" || true
else
    owners="--no-owner --no-privileges"
fi

restored=0
only=
for dump in "$artifact"/*.dump; do
    [ -f "$dump" ] || continue
    database=$(basename "$dump" .dump)
    say "restoring $database"
    if [ "$database" != postgres ]; then
        run "the database $database could not be made" createdb --template template0 --encoding UTF8 -- "$database"
    fi
    quoted=$(printf '%s' "$database" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
    # shellcheck disable=SC2086 # two words, or none
    run "the dump of $database can't be restored" pg_restore --exit-on-error $owners -d "dbname='$quoted'" "$dump"
    restored=$((restored + 1))
    only=$database
done
[ "$restored" -gt 0 ] || fail "the artifact $stamp holds no dump"
field databases "$restored"

number=0
while [ "$number" -lt "${QM_QUERIES:-0}" ]; do
    number=$((number + 1))
    sql=
    expected=
    eval "sql=\$QM_SQL_$number expected=\$QM_EXPECT_$number database=\${QM_DATABASE_$number:-}"
    if [ -z "$database" ]; then
        [ "$restored" -eq 1 ] || fail "query $number needs a database: the artifact holds $restored of them"
        database=$only
    fi
    quoted=$(printf '%s' "$database" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
    answer=$(psql -X -A -t -q -v ON_ERROR_STOP=1 -d "dbname='$quoted'" -c "$sql" 2>"$work/stderr") \
        || explain "query $number could not be answered by the restored $database" $?
    [ "$answer" = "$expected" ] \
        || fail "query $number found \"$(printf '%s' "$answer" | head -c 200)\" in the restored $database, not \"$expected\""
done
field queries "$number"
passed

"""#,
"drill.sh": #"""
# shellcheck shell=sh
# What every drill begins with: the artifact lies in $QM_STAGING/artifact, fetched from where it is stored.
#   QM_MAX_SECONDS (how long a restore may take, from the first byte fetched; empty: as long as it likes)
# shellcheck source=scripts/backup/common.sh
. "$QM_SCRIPTS/common.sh"

# shellcheck disable=SC2034 # of the scripts that go on from here
artifact="$QM_STAGING/artifact"
[ -s "$QM_STAGING/run/stamp" ] || fail "there is no artifact to restore"
stamp=$(cat "$QM_STAGING/run/stamp")
# The fetching is part of a restore.
began=$(cat "$QM_STAGING/run/began")
field artifact "\"$stamp\""

passed() {
    seconds=$(($(date +%s) - began))
    if [ -n "${QM_MAX_SECONDS:-}" ] && [ "$seconds" -gt "$QM_MAX_SECONDS" ]; then
        fail "the restore of $stamp took $seconds s, more than maxDuration ($QM_MAX_SECONDS s)"
    fi
    result=Succeeded
    say "restored $stamp in $seconds s"
}

"""#,
"hook.sh": #"""
#!/bin/sh
# Runs a command in pods of the policy's namespace, before or after the source. The arguments are the command.
#   QM_HOOK_STAGE (pre or post) QM_HOOK_SELECTOR QM_HOOK_CONTAINER (empty: the pod's default) QM_HOOK_TIMEOUT (seconds)
#   QM_HOOK_ON_ERROR (Fail or Continue) QM_HOOK_IS_LAST (true for the one that ends a pod whose source has failed)
# shellcheck source=scripts/backup/common.sh
. "$QM_SCRIPTS/common.sh"

failed="$QM_STAGING/hooks/failed"
if [ "$QM_HOOK_STAGE" = pre ] && [ -f "$failed" ]; then
    message="skipped: a hook before it failed"
    result=Succeeded
    exit 0
fi
need kubectl
need timeout

problem=
if ! kubectl get pods --namespace "$QM_NAMESPACE" --selector "$QM_HOOK_SELECTOR" \
    --field-selector=status.phase=Running -o name >"$work/pods" 2>"$work/stderr"; then
    problem="its pods could not be listed: $(tail -n 2 "$work/stderr" | tr '\n' ' ')"
elif [ ! -s "$work/pods" ]; then
    problem="no running pod has the labels $QM_HOOK_SELECTOR"
fi
while IFS= read -r pod; do
    [ -z "$problem" ] || break
    say "running the hook in $pod"
    status=0
    timeout "$QM_HOOK_TIMEOUT" kubectl exec --namespace "$QM_NAMESPACE" "$pod" \
        ${QM_HOOK_CONTAINER:+--container "$QM_HOOK_CONTAINER"} -- "$@" </dev/null 2>"$work/stderr" || status=$?
    cat "$work/stderr" >&2
    # What `timeout` of coreutils and that of busybox say.
    case $status in
        0) ;;
        124 | 143) problem="it took more than $QM_HOOK_TIMEOUT s in $pod" ;;
        *) problem="it failed in $pod (status $status): $(tail -n 2 "$work/stderr" | tr '\n' ' ')" ;;
    esac
done <"$work/pods"

result=Succeeded
if [ -n "$problem" ]; then
    problem="$QM_HOOK_STAGE hook $1: $problem"
    if [ "$QM_HOOK_ON_ERROR" = Continue ]; then
        message="$problem; the run goes on"
        say "$message"
    elif [ "$QM_HOOK_STAGE" = pre ]; then
        fail "$problem"
    elif [ -s "$QM_STAGING/run/stamp" ]; then
        # The artifact is whole: it is stored, and the run is no full success.
        result=Partial
        message=$problem
        printf '%s\n' "$problem" | scrub >>"$QM_STAGING/run/partial"
    else
        message=$problem
    fi
fi
if [ "${QM_HOOK_IS_LAST:-false}" = true ] && [ -f "$failed" ]; then
    fail "$(cat "$failed")"
fi

"""#,
"notify.sh": #"""
#!/bin/sh
# Tells a webhook what became of a run: a container beside those of the run, which begins before them and ends with the
# pod. It needs neither the operator nor the API server. That it fails, fails no backup: it says so in its own report.
#   QM_TASK (backup, check or drill)  QM_REPORTS (where the others leave copies of their reports)
#   QM_FIRST (the names of those that run one after the other)  QM_LAST (of those that run after them, all at once)
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
    has_failed=false
    for container in $QM_FIRST; do
        final=$container
        [ -f "$QM_REPORTS/$container.json" ] || return 1
        [ "$(value result "$QM_REPORTS/$container.json")" != Failed ] || has_failed=true
    done
    # After the last of them none of the others begins.
    if $has_failed && [ -n "${final:-}" ]; then return 0; fi
    for container in $QM_LAST; do
        [ -f "$QM_REPORTS/$container.json" ] || return 1
    done
}

# What a container has reported; after a failure of one before it, it may well not have begun.
add_up() {
    file="$QM_REPORTS/$1.json"
    if [ -f "$file" ]; then
        one=$(value result "$file")
        text=$(value message "$file")
        reports="$reports${reports:+,}\"$1\":$(head -n 1 "$file")"
    elif [ "$has_begun" = false ]; then
        return 0
    else
        one=Failed
        text="it was ended before it could report"
        reports="$reports${reports:+,}\"$1\":null"
    fi
    case $one in
        Succeeded) ;;
        Partial) [ "$outcome" = Failed ] || outcome=Partial ;;
        *) outcome=Failed ;;
    esac
    [ "$one" = Succeeded ] || words="$words${words:+; }$1: $text"
}

# The whole of the run in one word and one line, as JSON text.
sum_up() {
    outcome=Succeeded
    words=
    reports=
    has_begun=true
    for container in $QM_FIRST; do
        add_up "$container"
        [ "$outcome" != Failed ] || has_begun=false
    done
    for container in $QM_LAST; do add_up "$container"; done
}

write_body() {
    headline="$QM_NAMESPACE/$QM_POLICY, $QM_TASK${QM_SOURCE:+ of source $QM_SOURCE}: $outcome${words:+. $words}"
    printf '{"version":1,"text":"%s","namespace":"%s","policy":"%s","task":"%s","source":"%s","result":"%s","message":"%s","time":"%s","reports":{%s}}\n' \
        "$headline" "$QM_NAMESPACE" "$QM_POLICY" "$QM_TASK" "${QM_SOURCE:-}" "$outcome" "$words" \
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
"source-etcd.sh": #"""
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

"""#,
"source-manifests.sh": #"""
#!/bin/sh
# Exports the objects of namespaces as YAML, one file a kind. Any error fails the run: half an export looks like a whole one.
#   QM_NAMESPACES (one a line, a folder each; empty: that of the policy, without a folder)
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

# Of the kinds that are known: without what the cluster makes of itself in every namespace.
selector_of() {
    case $1 in
        configmaps) echo metadata.name!=kube-root-ca.crt ;;
        secrets) echo type!=kubernetes.io/service-account-token ;;
    esac
}

# Takes out of the metadata what one cluster gave and another one refuses. In what kubectl prints, items of a list begin with
# a dash in the first column, their metadata stand two columns further, and its fields four.
portable() {
    awk '
        /^  [A-Za-z]/ || /^- / { inside = ($0 == "  metadata:" || $0 == "- metadata:") }
        inside && /^    (uid|resourceVersion|generation|creationTimestamp|selfLink):/ { next }
        { print }' "$1"
}

objects=0
# export_objects NAMESPACE FOLDER
export_objects() {
    before=$objects
    while IFS= read -r kind; do
        run "$kind could not be read in $1 (exclude the kind, or let quartermaster-backup-reader read it)" \
            kubectl get "$kind" --namespace "$1" -o yaml --ignore-not-found --chunk-size=500 \
            --field-selector "$(selector_of "$kind")" >"$work/yaml"
        count=$(grep -c '^- apiVersion:\|^- \?$' "$work/yaml" || true)
        [ "$count" -gt 0 ] || continue
        objects=$((objects + count))
        mkdir -p "$2"
        portable "$work/yaml" >"$2/$kind.part"
        mv "$2/$kind.part" "$2/$kind.yaml"
    done <"$work/kinds"
    [ "$objects" -gt "$before" ] || fail "the namespace $1 holds nothing to save; is there such a namespace?"
}

if [ -n "${QM_NAMESPACES:-}" ]; then
    for namespace in $QM_NAMESPACES; do export_objects "$namespace" "$artifact/$namespace"; done
else
    # shellcheck disable=SC2153 # no misspelling
    export_objects "$QM_NAMESPACE" "$artifact"
fi
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
[ ! -f "$QM_STAGING/hooks/failed" ] || fail "$(cat "$QM_STAGING/hooks/failed")"

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
    chmod -R g+rX "$QM_STAGING/artifact"
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
    # Hooks that come after may have something to add.
    chmod -R g+rwX "$QM_STAGING/run"
    say "$result: $bytes bytes in $(grep -c . "$work/files") files"
}

"""#,
    ]
}
