#!/usr/bin/env bash
# Runs fuzz targets one after the other: scripts/fuzz.sh PROGRAM SECONDS [TARGET …]
# The corpus stays in .build/fuzz/corpus; an input that fails is kept in .build/fuzz/failures and its path printed.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$PWD/${1:?program}
seconds=${2:?seconds}
shift 2
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    read -ra targets <<<"$("$program" 2>/dev/null | sed -n 's/.*one of: //p')"
fi

failures=$PWD/.build/fuzz/failures
mkdir -p "$failures"
status=0
for target in "${targets[@]}"; do
    corpus=$PWD/.build/fuzz/corpus/$target
    log=$PWD/.build/fuzz/$target.log
    mkdir -p "$corpus"
    echo "fuzz: $target for $seconds s"
    if SWIFT_BACKTRACE=enable=no QM_FUZZ_TARGET=$target "$program" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=4096 \
        -print_final_stats=1 -artifact_prefix="$failures/$target-" "$corpus" >"$log" 2>&1; then
        sed -n 's/^stat::number_of_executed_units: */fuzz:   inputs /p' "$log"
    else
        echo "fuzz: $target failed; see $log and $failures/$target-*" >&2
        grep -E 'Fatal error|Precondition|ERROR:|SUMMARY' "$log" | head -5 >&2 || true
        status=1
    fi
done
exit "$status"
