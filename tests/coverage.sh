#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Lines of src/ that the tests and tests/leaks.sh run: a table of files, the lines left
# out, and an error below 90 %. Counts begin anew each time. Threads count too: hence the
# atomic updates. Left out are the program that the build runs, and the test that lets
# files grow no further than a block, the files of counts among them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${NSLAW_BUILD:-$PWD/build-coverage}
least=90 # per cent

export NSLAW_BUILD=$build NSLAW_SETUP='-Db_coverage=true -Dc_args=-fprofile-update=atomic'
export GCOV_ERROR_FILE=$build/gcov-errors # not on the program's standard error
./run --version >/dev/null
find "$build" -name '*.gcda' -delete
failed=0
./run test --filter='!(cli/output_files_appear_whole)' || failed=1
PATH=$build/src:$PATH tests/leaks.sh || failed=1
gcovr --root . --filter src/ --exclude src/cli/completion/ \
    --exclude-unreachable-branches --print-summary \
    --fail-under-line "$least" "$build"
exit $failed
