#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a map costs: the whole process, best of three, and beside it the same cells by
# nslaw curve, which solves each of them on its own.
#     meson test -C build --benchmark --verbose, or tests/bench/map.sh
set -eu
program=${NSLAW_PROGRAM:-$(dirname "$0")/../../build/src/nslaw}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# microseconds REPEATS ARGS...: the best run's
microseconds() {
    repeats=$1
    shift
    for _ in $(seq "$repeats"); do
        from=$(date +%s%N)
        "$program" "$@" >/dev/null
        echo $((($(date +%s%N) - from) / 1000))
    done | sort -n | head -n 1
}

model='--alpha 1 --latents 1000000000000'
for ridge in opt 1e-6 0; do
    # shellcheck disable=SC2086 # several options in one variable
    {
        map="phase -N 10:1e6:1000 -P 10:1e6:1000 $model --ridge $ridge -f npy -o $work/map"
        one=$(microseconds 3 $map --jobs 1)
        two=$(microseconds 3 $map --jobs 2)
        curve=$(microseconds 3 curve -N 10:1e6:1000 -P 1e4 $model --ridge $ridge -f csv)
    }
    awk -v ridge="$ridge" -v one="$one" -v two="$two" -v curve="$curve" 'BEGIN {
        printf "10^6 cells, ridge %-5s 1 job %6.2f s   2 jobs %6.2f s (%.2f times)   ",
            ridge, one / 1e6, two / 1e6, one / two
        printf "as 1000 curves %6.1f s (%.0f times)\n", curve / 1e3, curve * 1000 / one }'
done
