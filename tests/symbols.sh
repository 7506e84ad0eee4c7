#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The shared library shows what the public headers declare, no more and no less, and the
# headers compile alone, in C and in C++.
#     tests/symbols.sh libnslaw.so include
set -eu
library=$1 include=$2
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
nm -D --defined-only "$library" | awk '{ print $3 }' | sort >"$files/shown"
# A declared function: its name, before a parenthesis, at the start of a line or after a
# type; comments are left out.
cat "$include"/nslaw/*.h | gcc -fpreprocessed -dD -E -P - 2>/dev/null |
    grep -v '^#' | tr '\n' ' ' | tr ';' '\n' | grep -v typedef |
    grep -o '\bnsl\(aw\)\?_[a-z_0-9]* *(' | tr -d ' (' | sort -u >"$files/declared"
diff "$files/shown" "$files/declared"
for header in "$include"/nslaw/*.h; do
    gcc -std=c17 -Wall -Wextra -Werror -I"$include" -fsyntax-only -x c "$header"
    g++ -std=c++17 -Wall -Wextra -Werror -I"$include" -fsyntax-only -x c++ "$header"
done
