#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# browser.sh BUILD [SHOTS]: opens the pictures of BUILD/tests/page, and one that nslaw
# phase draws, in a browser; the folder SHOTS gets screenshots. Exit code 77: no browser
# here.
set -eu
page=$1/tests/page
nslaw=$1/src/nslaw
shots=${2:+--shots=$2}
cd "$(dirname "$0")/.."
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
for kind in map curve fit hostile; do
    "$page" $kind >"$files/$kind.html"
done
"$page" cells >"$files/cells"
"$page" title >"$files/title"

# Cells of a map of 30 columns and 20 rows, as the page should show them: every seventh,
# and around (20, 10), the last, where the cursor stays.
"$nslaw" phase -N 10:1e5:30 -P 10:1e4:20 --alpha 0.7 --kernel-ridge opt --noise 0.01 \
    --plot "$files/phase.html" -f csv |
    awk -F, '/^#/ { next }
        !head { for (c = 1; c <= NF; c++) at[$c] = c; head = 1; next }
        { cell = row++; i = cell % 30; j = int(cell / 30)
          near = i >= 20 && i <= 21 && j >= 10 && j <= 11
          if (cell % 7 && !near) next
          line = sprintf("%d %d x=%.6g y=%.6g loss=%.6g features=%.6g samples=%.6g " \
                         "ridge=%.6g regime=%s", i, j, $at["features"], $at["samples"],
                         $at["test_loss"], $at["elasticity_features"],
                         $at["elasticity_samples"], $at["kernel_ridge"], $at["regime"])
          if (i == 20 && j == 10) last = line; else print line }
        END { print last }' >"$files/phase.cells"
# shellcheck disable=SC2086 # no word, or one without spaces
{
    tests/browser.py $shots map "$files/map.html" 40 30 "$files/cells"
    tests/browser.py $shots map "$files/phase.html" 30 20 "$files/phase.cells"
    tests/browser.py $shots curve "$files/curve.html"
    tests/browser.py $shots panels "$files/fit.html"
    tests/browser.py text "$files/hostile.html" "$(cat "$files/title")"
}
