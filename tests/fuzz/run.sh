#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/fuzz/run.sh [SECONDS [TARGET...]]
# Builds the fuzzers with clang and runs each so long (default 30) from tests/fuzz/corpus.
# A finding is left in $NSLAW_FUZZ (default: build-fuzz), where new inputs are kept too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-30}
shift || true
targets=("$@")
((${#targets[@]})) || targets=(csv npy model options solver)
build=${NSLAW_FUZZ:-build-fuzz}

if [[ ! -f $build/build.ninja ]]; then
    CC=clang meson setup "$build" -Dwarning_level=0 -Dfuzz=true -Dtests=disabled \
        -Db_sanitize=address,undefined -Doptimization=1 \
        -Dc_args='-fsanitize=fuzzer-no-link -fno-sanitize-recover=all' >/dev/null
fi
ninja -C "$build" $(printf 'tests/fuzz/fuzz-%s ' "${targets[@]}") >"$build/log" 2>&1 ||
    { cat "$build/log" >&2; exit 1; }

failed=0
for target in "${targets[@]}"; do
    mkdir -p "$build/new/$target"
    log=$build/$target.log
    # 25 s is past all patience; 2 GiB past all an input of 64 KiB may ask for
    if "$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -timeout=25 \
        -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$build/$target-" \
        "$build/new/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
        printf '%s: %s runs, no finding\n' "$target" \
            "$(awk '/number_of_executed_units/ {print $2}' "$log")"
    else
        failed=1
        printf '%s: a finding\n' "$target"
        tail -40 "$log"
    fi
done
exit $failed
