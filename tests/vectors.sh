#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/vectors.sh [PROGRAM]: whether the compiler made of each loop over lanes
# (core/lanes.h) what fills registers: one branch in it, and it is six times slower.
set -u
program=${1:-build/src/nslaw}
[ "$(uname -m)" = x86_64 ] || {
    echo "skipped: for x86_64 only"
    exit 0
}
objdump -d --no-show-raw-insn "$program" | awk '
    BEGIN { filled["avx2"] = "%ymm"; filled["avx512f"] = "%zmm" }
    /^[0-9a-f]+ <.*>:$/ {
        name = substr($2, 2, length($2) - 3)
        width = name
        sub(/.*\./, "", width)
        if (!(width in filled))
            width = ""
        else
            kernel[name] += 0
    }
    # multiplications and additions of doubles, of a register or of one number
    width && /(mul|add|sub)[ps]d / {
        if (index($0, filled[width]))
            kernel[name]++
        else
            single[name]++
    }
    END {
        for (name in kernel) {
            kernels++
            # what is left of a row after its last register is added by itself
            if (kernel[name] < 2 || single[name] > 16 + kernel[name] / 4) {
                print name ": " kernel[name] + 0 " on registers, " single[name] + 0 " on less"
                failed = 1
            }
        }
        print kernels + 0 " kernels"
        exit failed || kernels == 0
    }'
