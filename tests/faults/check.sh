# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by tests/leaks.sh for tests/faults.sh: its good uses, again and again, each time
# with another call that fails.

# What is in the folder of all files, and what it holds.
state() {
    find "$TMPDIR" -type f -exec cksum {} + | sort
    find "$TMPDIR" | sort
}

wrong() {
    failed=$((failed + 1))
    echo "$fault, exit $code, $1: $words"
    head -n 20 "$NSLAW_FAULTS_FILES/err"
}

# The files are those that the good run has left, also after a run that fails.
unchanged() {
    state >"$NSLAW_FAULTS_FILES/after"
    cmp -s "$NSLAW_FAULTS_FILES/after" "$NSLAW_FAULTS_FILES/before" && return
    wrong 'files changed'
    diff "$NSLAW_FAULTS_FILES/before" "$NSLAW_FAULTS_FILES/after"
}

# One run with $fault on one processor, so that threads take turns; sets $code. Standard
# error is a pipe: that does not fill up.
faulty() {
    runs=$((runs + 1))
    {
        taskset -c 0 timeout -k 2 120 env NSLAW_FAULT="$fault" \
            NSLAW_FAULT_COUNT="$NSLAW_FAULTS_FILES/count" \
            LD_PRELOAD="$NSLAW_FAULTS_SHIM" "$@" </dev/null 2>&1 \
            >"$NSLAW_FAULTS_FILES/out"
        echo $? >"$NSLAW_FAULTS_FILES/code"
    } | cat >"$NSLAW_FAULTS_FILES/err"
    code=$(cat "$NSLAW_FAULTS_FILES/code")
}

# Either the answer, or one line that says why not and nothing else.
judge() {
    faulty "$@"
    case $code in
    0)
        # an answer that no one reads is not one
        cmp -s "$NSLAW_FAULTS_FILES/out" "$NSLAW_FAULTS_FILES/good" || {
            wrong 'another answer'
            diff "$NSLAW_FAULTS_FILES/good" "$NSLAW_FAULTS_FILES/out" | head -n 20
        }
        unchanged
        ;;
    1 | 3)
        [ "$(grep -c '' "$NSLAW_FAULTS_FILES/err")" -eq 1 ] &&
            grep -q '^nslaw' "$NSLAW_FAULTS_FILES/err" || wrong 'not one line'
        # a file that fills up has what fitted
        [ "${fault%:*}" = bytes ] || ! [ -s "$NSLAW_FAULTS_FILES/out" ] || wrong 'part of an answer'
        unchanged
        ;;
    *) wrong 'crash, leak, hang or wrong code' ;;
    esac
}

# The kinds of faults, or the one whose turn it is.
kinds() {
    uses=$((${uses-0} + 1))
    set -- memory memory+ call bytes pipe signal
    [ "$NSLAW_FAULTS" = some ] && shift $((uses % 6)) && set -- "$1"
    kinds=$*
}

# Numbers from 1 to $1, more of the small ones: $NSLAW_FAULTS of them.
draw() {
    awk -v count="$1" -v most="${NSLAW_FAULTS#some}" -v seed="$runs" 'BEGIN {
        srand(seed)
        for (i = 1; i <= (most == "" ? 1 : most) && count > 0; i++)
            print int(exp(rand() * log(count + 1)))
    }'
}

# Where faults of $kind are to be: N of them, or all that differ.
places() {
    case "$NSLAW_FAULTS $kind" in
    all\ memory*) tail -n +2 "$NSLAW_FAULTS_FILES/places" | sort -un ;;
    all\ call) seq "$1" ;;
    all\ bytes) # a buffer's length, and one less or more
        seq 0 4096 "$1" | awk -v most="$1" '{
            for (i = -1; i <= 1; i++)
                if ($1 + i >= 0 && $1 + i < most)
                    print $1 + i
        }' ;;
    all*) echo 1 ;;
    *) draw "$1" ;;
    esac
}

check() {
    expected=$1
    shift
    words=$*
    if [ "$expected" -ne 0 ]; then # may prepare what the next use needs
        "$@" >/dev/null 2>&1 </dev/null
        return
    fi
    fault=memory:0
    faulty "$@"
    if [ $code -ne 0 ]; then
        wrong 'fails without a fault'
        return
    fi
    cp "$NSLAW_FAULTS_FILES/out" "$NSLAW_FAULTS_FILES/good"
    state >"$NSLAW_FAULTS_FILES/before"
    mv "$NSLAW_FAULTS_FILES/count" "$NSLAW_FAULTS_FILES/places"
    read -r allocations calls <"$NSLAW_FAULTS_FILES/places"
    kinds
    for kind in $kinds; do
        case "$kind $words" in
        memory*--help) continue ;; # glibc's argp asserts that it has memory
        esac
        case $kind in
        memory*) count=$allocations ;;
        call) count=$calls ;;
        bytes) count=$(wc -c <"$NSLAW_FAULTS_FILES/good") ;;
        *) count=1 ;;
        esac
        for n in $(places "$count"); do
            [ $kind != signal ] || n=500 # the program is to come forward as well
            fault=$kind:$n
            judge "$@"
        done
    done
}
