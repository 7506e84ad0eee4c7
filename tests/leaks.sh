#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the program, built with AddressSanitizer, over good and bad uses: a leak ends it
# with code 99 (Criterion's forks would hide that).
set -u
cd "$(dirname "$0")/.." || exit 1
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
runs=0 failed=0

check() {
    expected=$1
    shift
    "$@" >/dev/null 2>"$files/err" </dev/null
    code=$?
    runs=$((runs + 1))
    if [ $code -ne "$expected" ]; then
        failed=$((failed + 1))
        echo "exit $code: $*"
        cat "$files/err"
    fi
}

# tests/faults.sh asks more of the same uses
[ -z "${NSLAW_FAULTS-}" ] || . tests/faults/check.sh

mnist="--spectrum data/mnist/relu_spectrum.csv"
printf 'lambda,weight_sq\n1,2\n3\n' >"$files/ragged.csv"
printf 'lambda,weight_sq\n1,2\n-3,1\n' >"$files/negative.csv"
printf 'N,P,loss,sem\n1,2,3,0.1\n2,x,1,1\n' >"$files/runs.csv"
printf '\223NUMPY\001\000v\000{' >"$files/short.npy"
for format in table csv json; do
    check 0 nslaw loss -N 100 -P 300 --alpha 0.3 -f $format
    check 0 nslaw loss -N 100 -P 100 --alpha 0.3 -M 1e6 --ridge 1e-9 --hidden 50,60 -f $format
    check 0 nslaw curve -N 10:1000:20 -P 300 --alpha 0.3 --source 1 --noise 0.1 -f $format
    check 0 nslaw curve -M 10:1000:20 -N 20 -P 30 --alpha 0.3 -f $format
    check 0 nslaw compare data/mnist/relu_runs.csv $mnist --map loss=test_mse --mse -f $format
done
check 0 nslaw loss -N 100 -P 300 --alpha 0.3 --source 1.3 --hidden 500,200 --digits 30
check 0 nslaw loss -N 100 -P 300 $mnist --digits 20
check 0 nslaw loss -N 1000.001 -P 1000 --alpha 1 --kernel-ridge 1e-14
check 0 nslaw curve -N 100:300:3 -P 300 --alpha 0.3 -M 1e9 --noise 0.1 --digits 20 -f csv
check 1 nslaw loss -N 1e200 -P 2e200 --alpha 1 --digits 20
check 0 nslaw loss -N 100 -P 300 --alpha 0.3 -o "$files/out.csv"
check 3 nslaw loss -N 100 -P 300 --alpha 0.3 -o "$files/missing/out.csv"
check 3 nslaw loss -N 100 -P 300 --alpha 0.3 -o /dev/full
check 2 nslaw loss -N 100 -P 300 --alpha 0.3 --ridge 1
check 2 nslaw loss -N 100 -P 300 --alpha -1
check 3 nslaw loss -N 2 -P 3 --spectrum "$files/ragged.csv"
check 3 nslaw loss -N 2 -P 3 --spectrum "$files/negative.csv"
check 3 nslaw loss -N 2 -P 3 --spectrum "$files/short.npy"
check 2 nslaw loss -N 2 -P 3 $mnist --source 1
printf 'lambda\n1\n2\n' >"$files/plain.csv"
check 0 nslaw loss -N 1 -P 2 --spectrum "$files/plain.csv" --source 1
check 3 nslaw compare "$files/runs.csv" --alpha 1
check 0 nslaw compare data/mnist/relu_runs.csv $mnist --map loss=test_mse --where N=50
check 3 nslaw compare data/mnist/relu_runs.csv $mnist --map loss=test_mse --where nope=50
check 2 nslaw compare data/mnist/relu_runs.csv $mnist --map loss=
check 0 nslaw loss -N 100 -P 300 --alpha 0.3 --ridge opt --decompose --digits 20
check 0 nslaw loss -N 100 -P 300 --alpha 0.3 --noise 0.1 --ridge opt --ensemble 4
check 0 nslaw exponents -N 100 -P 300 --alpha 0.3 -M 1e6 --noise 0.1
check 0 nslaw exponents --alpha 0.3 --source 2.6 --ridge opt --digits 20
check 0 nslaw plateau -N 100 -P 300 --alpha 0.3 -M 1e6 --noise 0.1
check 0 nslaw plateau -N 100 --alpha 0.3 --ridge opt --digits 20
check 2 nslaw plateau --alpha 0.3
check 0 nslaw frontier --budget 1e3:1e5:3 --alpha 0.3 --noise 0.1 --ridge opt --ensemble 2
check 0 nslaw frontier --budget 1e4 --alpha 0.3 --noise 0.1 --ridge opt --digits 20
check 0 nslaw frontier --budget 1e4 --alpha 0.3 --integer
check 2 nslaw frontier --budget 1e4 --alpha 0.3 --cost 'N*'
check 0 nslaw frontier --budget 1e3:1e5:3 --alpha 0.3 --cost 'N*time' --samples inf
check 0 nslaw frontier --budget 1e4 --alpha 0.3 --cost 'N*min(P,time)' --integer
check 0 nslaw frontier --budget 1e4 --alpha 0.3 --cost 'P*time' -N 50 --noise 0.1 --ensemble 2
check 0 nslaw frontier --budget 1e4 --alpha 0.3 --steps 20 --learning-rate 0.1
check 2 nslaw frontier --budget 1e4 --alpha 0.3 --cost 'N*P*time'
check 2 nslaw frontier --budget 1e4 --alpha 0.3 --cost 'N*time'
check 0 nslaw solve --for P --target-loss 0.1 -N 300 --alpha 0.3
check 0 nslaw solve --for N --target-loss 0.1 -P 300 --alpha 0.3 --ridge opt --digits 20
check 0 nslaw solve --for ridge --target-loss 0.1 -N 300 -P 300 --alpha 0.5
check 0 nslaw solve --for P --target-loss 1e-9 -N 300 --alpha 0.3
check 2 nslaw solve --for x --target-loss 1e-9 -N 300 --alpha 0.3
check 0 nslaw solve --for time --target-loss 0.2 -N 300 -P 300 --alpha 0.5 --noise 0.1
check 0 nslaw solve --for steps --learning-rate 0.1 --target-loss 0.2 -N 300 -P 300 --alpha 0.5
check 2 nslaw solve --for steps --learning-rate 90 --target-loss 0.2 -N 300 -P 300 --alpha 0.5
check 0 nslaw solve --for N --time 50 --target-loss 0.2 -P 300 --alpha 0.5
check 2 nslaw solve --for ridge --time 50 --target-loss 0.2 -N 30 -P 300 --alpha 0.5
map="-N 10:1e3:5 -P 10:1e3:4 --alpha 1 --noise 0.01"
for format in table csv json; do
    check 0 nslaw phase $map --ridge opt -j 2 -f $format
done
check 0 nslaw phase -M 10:1e3:3 --alpha 0.5:2:3 -N 20 -P 30 -f csv
check 0 nslaw phase $mnist -N 10:100:3 -P 10:100:3 --kernel-ridge opt
check 0 nslaw phase $map -f npy -o "$files/part1" --shard 1/2
check 0 nslaw phase $map -f npy -o "$files/part2" --shard 2/2
check 0 nslaw merge "$files/part1" "$files/part2" -o "$files/map.csv"
check 0 nslaw merge "$files/part1" "$files/part2" -f npy -o "$files/map"
check 3 nslaw merge "$files/part1"
check 3 nslaw merge "$files/part1" "$files/part1"
check 3 nslaw merge "$files/map"
: >"$files/part2/ridge.npy"
check 3 nslaw merge "$files/part1" "$files/part2"
echo '{"model": 1}' >"$files/part2/summary.json"
check 3 nslaw merge "$files/part2" "$files/part1"
check 3 nslaw phase $map -f npy -o "$files/plain.csv"
check 2 nslaw phase $map --shard 3/2 -f npy -o "$files/part3"
check 2 nslaw phase $map -x M
check 0 nslaw phase -N 10:100:3 --time 1:100:3 -P 50 -a 1 -f csv
check 0 nslaw phase -N 10:100:3 -P 10:100:3 --steps 30 --learning-rate 0.1 -a 1 -f csv
check 2 nslaw phase -N 10:100:3 --time 1:100:3 -P 50 -a 1 --ridge opt
check 0 nslaw phase -N 10:100:3 --steps 10:1000:3 --learning-rate 0.1 -P 50 -a 1 -f json
check 1 nslaw phase -N 10:1e4:4 -P 10:1e4:4 --alpha 900 --ridge opt
train="nslaw train -N 60 -P 50 --alpha 1 --noise 0.1"
for format in table csv json; do
    check 0 $train --time 1:1e4:9 -f $format
    check 0 $train --steps 1:100:9 --learning-rate 0.1 -f $format
    check 0 nslaw train -N 10:90:3 -P inf --alpha 1 --hidden 200 --time 1:1e4:9 -f $format
    check 0 nslaw curve -N 60 -P 50 --alpha 1 --ensemble 3 --time 1:1e4:9 --decompose -f $format
done
check 0 nslaw loss -N 60 -P 50 $mnist --steps 10 --learning-rate 0.1
check 2 nslaw loss -N 60 -P 50 $mnist --steps 10 --learning-rate 1e9
check 2 $train --learning-rate 1e9
check 2 $train --ridge 1
printf 'N,P,loss,time\n60,50,0.1,10\n60,50,0.1,inf\n60,50,0.2,20\n' >"$files/times.csv"
check 0 nslaw compare "$files/times.csv" --alpha 1 --plot "$files/times.gp"
check 2 nslaw compare "$files/times.csv" --alpha 1 --time 3
check 2 nslaw compare "$files/times.csv" --alpha 1 --map time=,steps=time
pictures=$(mktemp -d)
check 0 $train --plot "$pictures/train.svg"
check 0 nslaw train -N 10:90:3 -P 200 --alpha 1 --time 1:1e4:9 --plot "$pictures/train.html"
check 0 nslaw train -N 90 -P 10:90:3 --alpha 1 --time 1:1e4:9 --plot "$pictures/train.gp"
check 3 $train --plot "$pictures/no/train.gp"
for ending in png svg tex gp html; do
    check 0 nslaw curve -N 10:1000:9 -P 100 --alpha 0.3 --decompose --plot "$pictures/x.$ending"
done
check 0 nslaw compare data/mnist/relu_runs.csv $mnist --map loss=test_mse --plot "$pictures/x.pdf"
check 0 nslaw exponents -N 100 -P 300 --alpha 0.3 --plot -
check 0 nslaw frontier --budget 1e3:1e5:3 --alpha 0.3 --ensemble 2 --plot "$pictures/x.svg"
check 2 nslaw curve -N 10:1000:9 -P 100 --alpha 0.3 --plot "$pictures/x.gif"
check 3 nslaw curve -N 10:1000:9 -P 100 --alpha 0.3 --plot "$pictures/no/x.gp"
rm -r "$pictures"
model="--model data/fit/model.json"
check 0 nslaw loss $model -N 1e9 -P 2e10
check 0 nslaw curve $model -N 1e8:1e10:3 -P 2e10
check 0 nslaw frontier $model --budget 1e20:1e21:2
check 0 nslaw solve $model --for P -N 1e10 --target-loss 2.2
check 0 nslaw solve $model --for P -N 1e10 --target-loss 1.2
check 0 nslaw phase $model -N 1e8:1e10:3 -P 1e9:1e11:3 -f npy -o "$files/fitted"
check 2 nslaw loss $model -N 1e9 -P 2e10 --alpha 1
check 3 nslaw loss --model data/fit/runs.csv -N 1e9 -P 2e10
check 0 nslaw fit data/fit/runs.csv --form theory,kaplan --holdout 20% --bootstrap 50 -o "$files/fit.json"
check 0 nslaw fit data/fit/stopped.csv --form theory --time 250 --where epochs=100 --objective squares --plot "$files/fit.gp"
check 0 nslaw fit data/fit/runs.csv --where N=1e8 --form power
check 1 nslaw fit data/fit/stopped.csv --form theory --steps 4 --learning-rate 3
check 2 nslaw fit data/fit/stopped.csv --form theory+time
check 3 nslaw fit data/fit/model.json
check 3 nslaw fit data/fit/runs.csv --where N=1e8
for format in table csv json; do
    check 0 nslaw features --activation relu --inputs 50 --alpha 0.5 --count 3000 -f $format
done
check 0 nslaw features --activation tanh $mnist --count 1e4 --target file -o "$files/f.csv"
check 0 nslaw curve -N 10:100:3 -P 50 --spectrum "$files/f.csv"
check 0 nslaw features --activation erf --inputs inf --alpha 2 --count 300 --plot -
check 1 nslaw features --activation relu --inputs 50 --alpha 0.5 --count 1e18
check 2 nslaw features --activation poly:1,0,1 --inputs 50 --alpha 0.5 --count 9 --target linear
check 3 nslaw features --activation relu --spectrum "$files/negative.csv" --count 9
for format in table csv json; do
    check 0 nslaw density -N 400 -P 300 --alpha 0.5 --hidden 500 --quantiles 0.1,0.9 --between 0:1 -f $format
    check 0 nslaw density -N 400 -P 300 --alpha 0.5 --digits 20 -f $format
    check 0 nslaw density -N inf -P 300 $mnist --compare data/density/eigenvalues.csv -f $format
done
check 0 nslaw density -N 400 -P 300 --alpha 0.5 --at 0.1,0.2
check 0 nslaw density -N 400 -P 300 --alpha 0.5 --at 0.1 --digits 30
check 0 nslaw density -N 400 -P 800 $mnist --kernel --compare data/density/eigenvalues.csv --plot "$files/density.gp"
check 1 nslaw density -N 1e12 -P 1e12 --alpha 1
check 2 nslaw density -N inf -P inf --alpha 1
check 3 nslaw density -N 10 -P 20 $mnist --compare "$files/negative.csv"
spectrum=data/mnist/relu_spectrum.csv
for format in table csv json; do
    check 0 nslaw spectrum $spectrum -f $format
done
printf 'lambda,multiplicity\n16,1\n8,2\n4,4\n2,8\n1,16\n0.5,32\n0,5\n' >"$files/levels.csv"
printf 'lambda\n16\n8\n4\n2\n1\n0.5\n' >"$files/steep.csv"
check 0 nslaw spectrum $spectrum --range 100:2000 --samples 5000 --plot "$files/spectrum.gp"
check 0 nslaw spectrum "$files/levels.csv" -f json
check 0 nslaw spectrum "$files/steep.csv" --samples 6 -f csv
check 3 nslaw spectrum "$files/plain.csv"
check 2 nslaw spectrum $spectrum --range 5:4
check 2 nslaw spectrum $spectrum --samples 10
check 3 nslaw spectrum "$files/negative.csv"
check 3 nslaw spectrum "$files/missing.csv"
check 0 nslaw --help
check 0 nslaw loss --help
echo "$runs runs of the program, $failed with leaks, crashes or wrong exit codes"
[ $failed -eq 0 ]
