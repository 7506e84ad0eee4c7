#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the program on the PATH, built with ThreadSanitizer, over uses of several threads:
# a race ends it with code 66. With NSLAW_VALGRIND set, a plain build over a few uses under
# valgrind: code 99 for a leak or an uninitialised value. (Criterion's forks would hide
# either.)
set -u
cd "$(dirname "$0")/.." || exit 1
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
runs=0 failed=0

check() {
    runs=$((runs + 1))
    "$@" >"$files/out" 2>"$files/err" </dev/null
    code=$?
    if [ $code -ne 0 ]; then
        failed=$((failed + 1))
        echo "exit $code: $*"
        head -n 40 "$files/err"
    fi
}

if [ -n "${NSLAW_VALGRIND-}" ]; then
    nslaw="valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,possible nslaw"
else
    export TSAN_OPTIONS="exitcode=66:halt_on_error=0"
    # where the kernel puts memory at places that the sanitizer cannot have
    nslaw=nslaw
    $nslaw --version >/dev/null 2>&1 || nslaw="setarch -R nslaw"
    if ! $nslaw --version >/dev/null 2>&1; then
        echo "skipped: ThreadSanitizer does not start on this kernel"
        exit 0
    fi
fi
mnist='--spectrum data/mnist/relu_spectrum.csv'
if [ -z "${NSLAW_VALGRIND-}" ]; then
    check $nslaw phase -N 10:1e3:12 -P 10:1e3:12 --alpha 1 --noise 0.01 -j 4 -f json
    check $nslaw phase -N 10:1e3:8 -P 10:1e3:8 --alpha 1 --noise 0.01 --ridge opt -j 4 -f csv
    check $nslaw phase $mnist -N 10:100:6 -P 10:100:6 --kernel-ridge opt -j 4
    check $nslaw phase -N 10:100:6 --time 1:100:6 -P 50 -a 1 -j 4 -f npy -o "$files/map"
    check $nslaw fit data/fit/runs.csv --form power,chinchilla --bootstrap 50 -j 4
    check $nslaw fit data/fit/runs.csv --form theory -j 4 -o "$files/fit.json"
fi
check $nslaw loss -N 100 -P 300 $mnist --ridge opt --decompose
check $nslaw loss -N 100 -P 300 --alpha 0.3 --hidden 500 --digits 20
check $nslaw curve -N 10:1e3:5 -P 100 -a 0.3 --time 5 --plot "$files/curve.html" -f json
check $nslaw loss --model data/fit/model.json -N 1e9 -P 2e10
check $nslaw density -N 400 -P 300 --alpha 0.5 --quantiles 0.5 -f json
echo "$runs runs of the program, $failed with races, leaks or wrong exit codes"
[ $failed -eq 0 ]
