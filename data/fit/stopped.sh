#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Made-up runs of stopped training, on standard output: losses of the theory with E = 1.5,
# A = 3, alpha = 0.6, k = 0.2 and 2.5 units of time an epoch, with 0.3% noise
# as in make.sh.
#     data/fit/stopped.sh >data/fit/stopped.csv
set -euo pipefail
echo 'N,P,epochs,loss'
for parameters in 300 2000 10000; do
    for samples in 300 2000 10000; do
        for epochs in 100 3000; do
            nslaw loss --alpha 0.6 --label-variance 1 --mse --format csv \
                --features "$(awk -v n="$parameters" 'BEGIN { print 0.2 * n }')" \
                --samples "$samples" \
                --time "$(awk -v t="$epochs" 'BEGIN { print 2.5 * t }')" |
                awk -F, -v n="$parameters" -v p="$samples" -v t="$epochs" '
                    /^#/ { next }
                    !column { for (i = 1; i <= NF; i++) if ($i == "test_loss") column = i
                              next }
                    { print n, p, t, $column }'
        done
    done
done | awk '
    function uniform() { state = (16807 * state) % 2147483647; return state / 2147483647 }
    BEGIN { state = 20260101; pi = atan2(0, -1) }
    {
        x = sqrt(-2 * log(uniform())) * cos(2 * pi * uniform())
        printf "%s,%s,%s,%.4f\n", $1, $2, $3, (1.5 + 3 * $4) * exp(0.003 * x)
    }'
