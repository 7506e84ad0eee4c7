#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Training time beside what a user would write instead, in one run: sampled gradient flow
# and a two-time mean-field solver in NumPy (Debian: python3-numpy), at M = 1000, N = 300,
# P = 500; then what nslaw alone can do. Whole processes, best of three for nslaw.
#     meson test -C build --benchmark --verbose, or tests/bench/train.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${NSLAW_PROGRAM:-$here/../../build/src/nslaw}
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! "$python" -c 'import numpy' 2>/dev/null; then
    echo "train.sh: needs NumPy: apt-get install python3-numpy" >&2
    exit 77
fi

# seconds FILE ARGS...: the best run's time; its output in FILE
seconds() {
    file=$1
    shift
    for _ in 1 2 3; do
        from=$(date +%s%N)
        "$program" "$@" >"$file" || exit 1
        echo $(($(date +%s%N) - from))
    done >"$work/times"
    sort -n "$work/times" | awk 'NR == 1 { print $1 / 1e9 }'
}

# column FILE NAME of a CSV of nslaw
column() {
    grep -v '^#' "$1" |
        awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
            NR > 1 { print $c }'
}

model='-N 300 -P 500 -M 1000 --label-variance 1 --alpha 0.5 --noise 0.1'
# shellcheck disable=SC2086 # several options in one variable
flow=$(seconds "$work/flow.csv" curve $model --time 0.01:1e5:200 -f csv)
"$python" "$here/train_flow.py" 1000 300 500 0.5 0.1 0.01 1e5 20 >"$work/flow.txt"
column "$work/flow.csv" test_loss >"$work/flow.loss"
tail -n +2 "$work/flow.txt" | paste -d' ' - "$work/flow.loss" |
    awk -v own="$flow" -v other="$(head -n 1 "$work/flow.txt")" '
        { off = ($2 - $4) / $3; sum += off * off; if ($3 / $4 > worst) worst = $3 / $4 }
        END {
            printf "flow at 200 times      nslaw %.3f s   20 sampled models %6.2f s (%.0f times)", own, other, other / own
            printf "   off by %.1f of their standard errors (rms), those up to %.1f%%\n", sqrt(sum / NR), 100 * worst }'

# the same time by steps half as long: what the steps cost in accuracy halves
for pair in '32 0.4' '64 0.2'; do
    steps=${pair% *} rate=${pair#* }
    # shellcheck disable=SC2086
    {
        own=$(seconds "$work/steps.csv" loss $model --steps "$steps" --learning-rate "$rate" -f csv)
        "$program" loss $model --time 12.8 -f csv >"$work/limit.csv"
    }
    "$python" "$here/train_mean_field.py" 1000 300 500 0.5 0.1 "$rate" "$steps" >"$work/mean.txt"
    awk -v k="$steps" -v rate="$rate" -v own="$own" -v other="$(head -n 1 "$work/mean.txt")" \
        -v theirs="$(tail -n 1 "$work/mean.txt" | cut -d' ' -f2)" \
        -v ours="$(column "$work/steps.csv" test_loss)" \
        -v limit="$(column "$work/limit.csv" test_loss)" 'BEGIN {
            printf "%2d steps of %-6g       nslaw %.3f s   two-time mean field %6.2f s (%.0f times)", k, rate, own, other, other / own
            d = theirs / ours - 1; if (d < 0) d = -d
            f = theirs / limit - 1; if (f < 0) f = -f
            printf "   it is off nslaw --steps by %.0e, off the flow by %.1e\n", d, f }'
done

large='-N 1000 -P 4000 --alpha 0.5 --noise 0.1 -M 1e12'
# shellcheck disable=SC2086
printf '200 times at M = 10^12  nslaw %.3f s\n' \
    "$(seconds "$work/large.csv" curve $large --time 1e-5:1e20:200 -f csv)"
map='phase -N 10:1e6:300 --time 1:1e12:300 -P 1e5 --alpha 1 -M 1e12 -x N -y time --quiet'
# shellcheck disable=SC2086
{
    one=$(seconds "$work/none" $map -f npy -o "$work/map" --jobs 1)
    two=$(seconds "$work/none" $map -f npy -o "$work/map" --jobs 2)
}
printf '300 x 300 map of N and time, boundaries too   nslaw %.2f s, on two cores %.2f s\n' "$one" "$two"
