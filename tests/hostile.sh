#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Hostile input and odd surroundings: none may take memory without bound, write outside of
# its output, run a shell, or change an answer. Needs the program on the PATH.
set -u
cd "$(dirname "$0")/.." || exit 1
source=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checks=0 failed=0

wrong() {
    failed=$((failed + 1))
    echo "$1"
    head -n 5 "$work/err"
}

# bounded CODE COMMAND...: ends with that code and a line, in 60 s and $memory KiB.
memory=262144
bounded() {
    expected=$1
    shift
    checks=$((checks + 1))
    (ulimit -v "$memory" && exec timeout 60 "$@") >"$work/out" 2>"$work/err"
    code=$?
    [ $code -eq "$expected" ] || wrong "exit $code instead of $expected: $*"
    [ $code -eq 0 ] || [ "$(grep -c '' "$work/err")" -eq 1 ] || wrong "not one line: $*"
}

# --- memory ---------------------------------------------------------------------------

mkdir "$work/in"
in=$work/in
header="{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000000000,), }"
printf '\223NUMPY\001\000\166\000%-117s\n12345678' "$header" >"$in/promises.npy"
printf '\223NUMPY\002\000\377\377\377\377%s' "$header" >"$in/header.npy"
bounded 3 nslaw loss -N 10 -P 20 --spectrum "$in/promises.npy"
bounded 3 nslaw loss -N 10 -P 20 --spectrum "$in/header.npy"
bounded 3 nslaw loss -N 10 -P 20 --spectrum /dev/zero
bounded 3 nslaw compare /dev/zero --alpha 1
bounded 3 nslaw fit /dev/zero
bounded 3 nslaw loss --model /dev/zero -N 10 -P 20
yes lambda | tr '\n' ',' | head -c 30000000 >"$in/line.csv"
bounded 3 nslaw loss -N 10 -P 20 --spectrum "$in/line.csv"
bounded 3 nslaw fit "$in/line.csv"
yes '[' | tr -d '\n' | head -c 30000000 >"$in/deep.json"
bounded 3 nslaw loss --model "$in/deep.json" -N 10 -P 20
{ printf '"' && yes a | tr -d '\n' | head -c 10000000; } >"$in/text.json"
bounded 3 nslaw loss --model "$in/text.json" -N 10 -P 20
{ printf '[' && yes '0,' | tr -d '\n' | head -c 10000000; } >"$in/wide.json"
memory=1000000 bounded 3 nslaw loss --model "$in/wide.json" -N 10 -P 20
rm "$in/wide.json"
# however little memory there is, it is not taken for a wrong file
for memory in $(seq 9500 60 13000); do
    (ulimit -v "$memory" && exec nslaw loss --model data/fit/model.json -N 1e9 -P 2e10) \
        >"$work/out" 2>"$work/err"
    code=$?
    checks=$((checks + 1))
    case $code in
    0 | 127) ;; # 127: not even enough for the libraries
    1) grep -qx 'nslaw loss: out of memory' "$work/err" || wrong "another line in $memory KiB" ;;
    *) wrong "exit $code in $memory KiB" ;;
    esac
done
memory=262144
mkdir "$in/part"
printf '\223NUMPY\001\000\166\000%-117s\n12345678' "$header" >"$in/part/ridge.npy"
echo '{"model": {"options": "nslaw phase"}}' >"$in/part/summary.json"
bounded 3 nslaw merge "$in/part"

# --- names and texts ------------------------------------------------------------------

# Every file must lie in its own folder, and nothing be run: what a shell would leave is
# looked for.
cd "$work" && mkdir names && cd names || exit 1
runs='model|touch ran,N,P,loss\n'
for text in '$(touch ran)' '`touch ran`' '|touch ran' ';touch ran;' \
    "'; system('touch ran'); '" '"; system("touch ran"); "' '@ran' '!touch ran' \
    "x' . system(\"touch ran\") . '" '-e system("touch ran")'; do
    name=$(printf '%s' "$text" | tr / _)
    runs="$runs$(printf '"%s",100,200,0.5\\n"%s",200,200,0.4\\n' \
        "$(printf '%s' "$text" | sed 's/"/""/g')" "$(printf '%s' "$text" | sed 's/"/""/g')")"
    for ending in gp svg png html; do
        rm -rf folder && mkdir folder
        bounded 0 nslaw curve -N 10:1000:5 -P 100 -a 1 --plot "folder/$name.$ending"
        [ "$(ls folder)" = "$name.$ending" ] || wrong "files: $name.$ending"
        if [ $ending = gp ] && command -v gnuplot >/dev/null; then
            checks=$((checks + 1))
            timeout 20 gnuplot -d "./folder/$name.gp" >/dev/null 2>"$work/err" </dev/null
        fi
    done
    bounded 0 nslaw loss -N 10 -P 20 -a 1 -o "folder/$name"
    rm -rf folder
done
printf "$runs" >runs.csv
for ending in gp svg html; do
    bounded 0 nslaw compare runs.csv -a 1 --plot "picture.$ending"
    bounded 0 nslaw compare runs.csv -a 1 --map loss=loss --where 'N=100' --plot "p.$ending"
done
newline='two
lines'
bounded 0 nslaw curve -N 10:1000:5 -P 100 -a 1 --plot "$newline.svg"
bounded 3 nslaw loss -N 10 -P 20 --spectrum "$newline"

# every option, and files, repeat what was wrong in one line without control characters
control=$(printf 'a\nb\033[31m\302\233c')
given="-N 10 -P 20 -a 1"
clean() {
    "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
    checks=$((checks + 1))
    [ $code -ge 1 ] && [ $code -le 3 ] && [ "$(grep -c '' "$work/err")" -eq 1 ] &&
        ! LC_ALL=C grep -q "$(printf '[\001-\037]\\|\302\233')" "$work/err" ||
        wrong "not one clean line: $*"
}
for command in loss curve train compare fit exponents plateau frontier solve phase merge \
    spectrum features density; do
    for option in $(nslaw $command --help | grep -o -- '--[a-z-]*=' | sort -u); do
        case $option in
        --output= | --plot=) continue ;; # names of files that may be made
        esac
        clean nslaw $command "$option$control"
        # shellcheck disable=SC2086 # words
        clean nslaw $command $given "$option$control"
    done
    clean nslaw $command "$control"
done
clean nslaw solve --for "$control" --target-loss 1 -N 3 -a 1
clean nslaw frontier --budget 1e4 -a 1 --cost "$control"
clean nslaw compare runs.csv -a 1 --map "loss=$control"
clean nslaw fit runs.csv --where "$control=1"
clean nslaw fit runs.csv --form "$control"
clean nslaw features --activation "$control" --alpha 1 --inputs 30 --count 9
clean nslaw phase -N 1:9:3 -P 1:9:3 -a 1 -x "$control"
printf 'N,P,%b,loss\n1,2,%b,x\n' "$control" "$control" >control.csv
clean nslaw compare control.csv -a 1
clean nslaw fit control.csv
clean nslaw "$control"
[ ! -e ran ] && [ ! -e folder ] || wrong 'a shell has run'
cd "$source" || exit 1

# --- locale ---------------------------------------------------------------------------

locales=$work/locales
mkdir "$locales"
if localedef -i de_DE -f UTF-8 "$locales/de_DE.UTF-8" 2>/dev/null; then
    for use in 'loss -N 100 -P 300.5 -a 0.3 -f table' 'loss -N 100 -P 300.5 -a 0.3 --digits 20' \
        'curve -N 10:1e3:5 -P 100 -a 0.3 -f csv' 'curve -N 10:1e3:5 -P 100 -a 0.3 -f json' \
        'loss --model data/fit/model.json -N 1e9 -P 2e10' \
        'compare data/mnist/relu_runs.csv --spectrum data/mnist/relu_spectrum.csv --map loss=test_mse' \
        'fit data/fit/runs.csv --where N=1e8 --form power -f json' \
        'frontier --budget 1e4 -a 0.3 --cost 1.5*N*P' \
        'curve -N 10:1e3:5 -P 100 -a 0.3 --plot -' \
        "phase -N 10:1e3:4 -P 10:1e3:4 -a 0.5 -f csv --plot $work/map.gp"; do
        # shellcheck disable=SC2086 # words
        LC_ALL=C.UTF-8 bounded 0 nslaw $use
        cp "$work/out" "$work/plain"
        LOCPATH=$locales LC_ALL=de_DE.UTF-8 bounded 0 nslaw $use
        cmp -s "$work/out" "$work/plain" || wrong "another answer in German: $use"
    done
else
    echo 'no locale de_DE.UTF-8 can be made here: not checked'
fi

echo "$checks checks of hostile input, names and locale, $failed failed"
[ $failed -eq 0 ]
