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
