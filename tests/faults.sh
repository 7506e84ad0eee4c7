#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/faults.sh [some|N|all]: every good use of tests/leaks.sh with allocations, calls
# and writes that fail or are interrupted: one, of each kind in turn (the default), N of
# each kind, or all, which takes hours: an allocation from each chain of eight callers,
# the first one and the last, every call, and writes about each length of a buffer. A
# failure must end in code 1 or 3 with one line, and without leaks, parts of an answer or
# files left behind.
# Needs the program on the PATH, built with the AddressSanitizer of gcc.
set -u
cd "$(dirname "$0")/.." || exit 1
export NSLAW_FAULTS="${1:-some}"
NSLAW_FAULTS_FILES=$(mktemp -d) TMPDIR=$(mktemp -d)
NSLAW_FAULTS_SHIM=$NSLAW_FAULTS_FILES/shim.so
export NSLAW_FAULTS_FILES NSLAW_FAULTS_SHIM TMPDIR
trap 'rm -rf "$NSLAW_FAULTS_FILES" "$TMPDIR"' EXIT
export ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=99}:verify_asan_link_order=0"
${CC:-gcc} -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -shared -fPIC tests/faults/shim.c \
    -o "$NSLAW_FAULTS_SHIM" -ldl && tests/leaks.sh
