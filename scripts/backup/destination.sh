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
