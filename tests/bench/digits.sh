#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What --digits costs: best of three runs of the whole process, in seconds. Takes a few
# minutes; `digits.sh quick` leaves out ten thousand digits.
#     meson test -C build --benchmark --verbose, or tests/bench/digits.sh
set -eu
program=${NSLAW_PROGRAM:-$(dirname "$0")/../../build/src/nslaw}
table=$(mktemp)
trap 'rm -f "$table"' EXIT
awk 'BEGIN { print "eigenvalue"; for (i = 1; i <= 100000; i++) printf "%.17g\n", i^-1.5 }' \
    >"$table"

# best NAME REPEATS ARGS...
best() {
    name=$1 repeats=$2
    shift 2
    for _ in $(seq "$repeats"); do
        from=$(date +%s%N)
        "$program" "$@" --format csv >/dev/null
        echo $((($(date +%s%N) - from) / 1000))
    done | sort -n | head -n 1 |
        awk -v name="$name" '{ printf "%-44s %10.4f s\n", name, $1 / 1e6 }'
}

point='--features 1000 --samples 2000 --alpha 0.3'
# shellcheck disable=SC2086 # several options in one variable
{
    best 'double, M = 10^12' 5 loss $point --latents 1e12
    best '50 digits, M = 10^12' 5 loss $point --latents 1e12 --digits 50
    best '50 digits, M = 10^18' 5 loss $point --latents 1e18 --digits 50
    best '50 digits, source target' 5 loss $point --source 0.7 --digits 50
    best '1,000 digits, M = 10^12' 3 loss $point --latents 1e12 --digits 1000
    best '30 digits, curve of 200 points' 3 curve --features 10:1e5:200 --samples 2000 \
        --alpha 0.3 --latents 1e12 --digits 30
    best '50 digits, table of 10^5 eigenvalues' 3 loss --features 1000 --samples 2000 \
        --spectrum "$table" --digits 50
    if [ "${1-}" != quick ]; then
        best '10,000 digits, M = 10^12' 1 loss $point --latents 1e12 --digits 10000
    fi
}
