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
