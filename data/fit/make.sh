#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Made-up training runs for the examples of nslaw fit, on standard output: losses
# E + A*l(kN, P) of the theory with E = 1.7, A = 500, alpha = 0.3, k = 20, times
# exp(0.005 x), x of a normal distribution (Box and Muller's, of the minimal standard
# random numbers). P is from 5 to 160 times N, as in studies of language models.
#     data/fit/make.sh >data/fit/runs.csv
set -eu
echo "N,P,loss"
for n in 1e7 3e7 1e8 3e8 1e9 3e9; do
    width=$(awk "BEGIN { printf \"%.17g\", 20 * $n }")
    from=$(awk "BEGIN { printf \"%.17g\", 5 * $n }")
    to=$(awk "BEGIN { printf \"%.17g\", 160 * $n }")
    nslaw curve --features "$width" --samples "$from:$to:6" --alpha 0.3 \
        --kernel-ridge opt --mse --format csv |
        awk -F, -v n="$n" '
            /^#/ { next }
            !loss { for (i = 1; i <= NF; i++) { if ($i == "test_loss") loss = i; if ($i == "samples") p = i }; next }
            { print n, $p, $loss }'
done | awk '
    function uniform() { state = (16807 * state) % 2147483647; return state / 2147483647 }
    BEGIN { state = 20260101; pi = atan2(0, -1) }
    {
        x = sqrt(-2 * log(uniform())) * cos(2 * pi * uniform())
        printf "%.0f,%.0f,%.4f\n", $1, $2, (1.7 + 500 * $3) * exp(0.005 * x)
    }'
