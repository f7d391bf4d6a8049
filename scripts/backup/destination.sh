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
