# shellcheck shell=bash
# What held and what did not: each thing that must hold is a check, counted here. Read by ./run.

passed=0
failed=0
failures=()

# tally <name> <seconds> <passed> <failed> <log>
tally() {
    passed=$((passed + $3))
    failed=$((failed + $4))
    if [ "$4" = 0 ]; then
        printf '  ok    %-58s %4d s\n' "$1" "$2"
    else
        failures+=("$1")
        printf '  FAIL  %-58s %4d s   %s\n' "$1" "$2" "$5"
        excerpt "$5" | sed 's/^/        | /'
    fi
}

# excerpt <log>: of ctest's and of the browsers' log the names of the tests that failed, and what they
# said; of any other its end.
excerpt() {
    if grep -q '^The following tests FAILED:' "$1"; then
        sed -n '/^The following tests FAILED:/,$p' "$1" | head -n 20
        awk '/^ *[0-9]+\/[0-9]+ +Test +#/ { shown = /\*\*\*/ } /^ +Start +[0-9]+:/ { next } shown' "$1" | tail -n 60
    elif grep -q '^  1) ' "$1"; then
        grep '^ *✘' "$1" | head -n 20
        sed -n '/^  1) /,$p' "$1" | head -n 60
    else
        tail -n 60 "$1"
    fi
}

log_of() { printf '%s/%s.log' "$logs" "$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$1")"; }

# check <name> <command>...: one thing that must hold. Its words go to a log and are shown when it fails.
check() {
    local name=$1 log started=$SECONDS
    shift
    log=$(log_of "$name")
    if "$@" >"$log" 2>&1; then
        tally "$name" $((SECONDS - started)) 1 0 "$log"
    else
        tally "$name" $((SECONDS - started)) 0 1 "$log"
    fi
}

# must <name> <command>...: a check that the rest of its stage rests on; fails where it fails.
must() {
    local before=$failed
    check "$@"
    [ "$failed" = "$before" ]
}

# check_showing <lines> <name> <command>...: also shows the last lines of what it said.
check_showing() {
    local lines=$1
    shift
    local before=$failed
    check "$@"
    [ "$failed" != "$before" ] || tail -n "$lines" "$(log_of "$1")" | sed 's/^/        /'
}

# check_fails <status> <name> <command>...: the command must end with just this exit status.
check_fails() {
    local expected=$1 name=$2
    shift 2
    check "$name" ends_with "$expected" "$@"
}

ends_with() {
    local expected=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" = "$expected" ] || { echo "exit status $status, expected $expected"; return 1; }
}

# check_ctest <name> <preset> [ctest's arguments]: counts each test. Of those that wait for nodes more can be at work
# than there are processors: $at_once.
check_ctest() {
    local name=$1 preset=$2 log started=$SECONDS summary bad all
    shift 2
    log=$(log_of "$name")
    ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --timeout 300 -j "${at_once:-$jobs}" "$@" \
        >"$log" 2>&1 || true
    summary=$(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+)$/\1 \2/p' "$log")
    read -r bad all <<<"${summary:-1 1}"
    tally "$name ($all)" $((SECONDS - started)) $((all - bad)) "$bad" "$log"
}

conclude() {
    printf '\n'
    [ ${#failures[@]} = 0 ] || printf 'failed: %s\n' "${failures[@]}"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
}
