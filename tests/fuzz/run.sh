#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/fuzz/run.sh [SECONDS [TARGET...]]
# Builds the fuzzers with clang and runs each so long (default 30), side by side, from tests/fuzz/corpus.
# NSLAW_FUZZ_SEED is their seed (default: another each time).
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

# One target's run, side by side with the others'.
# 100 s is past all patience; 2 GiB past all that an input of 64 KiB may ask for.
fuzz() {
    mkdir -p "$build/new/$1"
    "$build/tests/fuzz/fuzz-$1" -max_total_time="$seconds" -seed="${NSLAW_FUZZ_SEED:-0}" -timeout=100 -rss_limit_mb=2048 \
        -max_len=65536 -print_final_stats=1 -artifact_prefix="$build/$1-" \
        "$build/new/$1" "tests/fuzz/corpus/$1" >"$build/$1.log" 2>&1
}

declare -A job
for target in "${targets[@]}"; do
    fuzz "$target" &
    job[$target]=$!
done
failed=0
for target in "${targets[@]}"; do
    if wait "${job[$target]}"; then
        printf '%s: %s runs, no finding\n' "$target" \
            "$(awk '/number_of_executed_units/ {print $2}' "$build/$target.log")"
    else
        failed=1
        printf '%s: a finding\n' "$target"
        tail -n 40 "$build/$target.log"
    fi
done
exit $failed
