#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# embed.sh NAME FILE... prints C: the files, one after another, as an array NAME that a
# zero byte ends. Needs POSIX tools only.
set -eu
name=$1
shift
printf '#include "plot/page.h"\n\nconst unsigned char %s[] = {\n' "$name"
cat "$@" | od -An -v -tx1 | sed 's/  *\([0-9a-f][0-9a-f]\)/0x\1,/g'
printf '0};\n'
