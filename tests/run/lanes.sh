# shellcheck shell=bash
# ./run test: some stages one after the other, or all of them in two lanes. Read by ./run.

list_stages() {
    local stage name what
    for stage in "${stages[@]}"; do
        IFS='|' read -r name what _ <<<"$stage"
        printf '%-8s %s\n' "$name" "$what"
    done
}

# What programs that ended computed so far, in seconds of a processor: proc(5), cutime and cstime in hundredths.
cpu_seconds() { awk '{ printf "%d", ($16 + $17) / 100 }' "/proc/$$/stat"; }

# run_stages <name>...: these, in the order of the table.
run_stages() {
    local stage name what function started computed
    for stage in "${stages[@]}"; do
        IFS='|' read -r name what function _ <<<"$stage"
        [[ " $* " = *" $name "* ]] || continue
        started=$SECONDS
        computed=$(cpu_seconds)
        printf '\n== %s: %s\n' "$name" "$what"
        need_stage "$name"
        "$function"
        printf '   %s took %d s, %d of a processor\n' "$name" $((SECONDS - started)) $(($(cpu_seconds) - computed))
    done
}

# stages_that <computes|waits>
stages_that() {
    local stage
    for stage in "${stages[@]}"; do
        [ "${stage##*|}" != "$1" ] || printf '%s ' "${stage%%|*}"
    done
}

# Everything, in two lanes at once. The second one's words follow the first one's. What gcc builds for both is built
# while packages come that it does not need.
run_all_stages() {
    local beside=$logs/beside.log lane build counts passed_beside failed_beside failure
    need "${packages_build[@]}" "${packages_verify[@]}"
    { # the stages dev and mutants say what came of it
        build dev
        build release mutants demo power hostile
    } >/dev/null 2>&1 &
    build=$!
    need "${packages_clang[@]}" "${packages_tidy[@]}" "${packages_browser[@]}" "${packages_net[@]}"
    wait "$build" || true
    # shellcheck disable=SC2046 # names are words
    ./run test $(stages_that waits) >"$beside" 2>&1 &
    lane=$!
    # From here on we compute when nobody else wants to: who waits for a node or a browser is served at once.
    renice -n 5 -p $$ >/dev/null 2>&1 || true
    # shellcheck disable=SC2046
    run_stages $(stages_that computes)
    wait "$lane" || true
    cat "$beside"
    counts=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$beside" | tail -n 1)
    read -r passed_beside failed_beside <<<"${counts:-0 1}"
    passed=$((passed + passed_beside))
    failed=$((failed + failed_beside))
    while IFS= read -r failure; do failures+=("$failure"); done < <(sed -n 's/^failed: //p' "$beside")
}

run_test() {
    local name
    [ "${1:-}" != --list ] || { list_stages; return 0; }
    for name in "$@"; do
        printf '%s\n' "${stages[@]}" | grep -q "^$name|" || die "no stage is called $name; ./run test --list names them"
    done
    mkdir -p "$logs"
    trap stopped_early EXIT # even then the last line says how it went
    if [ $# -gt 0 ]; then run_stages "$@"; else run_all_stages; fi
    trap - EXIT
    conclude
}

stopped_early() {
    failed=$((failed + 1))
    failures+=("stopped before the end; the words above say why")
    conclude
}
