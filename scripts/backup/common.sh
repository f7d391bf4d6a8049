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
