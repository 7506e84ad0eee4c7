#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# browser.sh BUILD [SHOTS]: opens the pictures of BUILD/tests/page in a browser; the
# folder SHOTS gets screenshots. Exit code 77: no browser here.
set -eu
page=$1/tests/page
shots=${2:+--shots=$2}
cd "$(dirname "$0")/.."
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
for kind in map curve hostile; do
    "$page" $kind >"$files/$kind.html"
done
"$page" cells >"$files/cells"
"$page" title >"$files/title"
# shellcheck disable=SC2086 # no word, or one without spaces
{
    tests/browser.py $shots map "$files/map.html" 40 30 "$files/cells"
    tests/browser.py $shots curve "$files/curve.html"
    tests/browser.py text "$files/hostile.html" "$(cat "$files/title")"
}
