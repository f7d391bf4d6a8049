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
