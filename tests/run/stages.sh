# shellcheck shell=bash
# The stages of ./run test, and what each needs. Read by ./run, whose functions install and build.
#
# A stage is a name, what it shows, a function that calls check or check_ctest for each thing that must hold, and
# whether it computes or mostly waits for real nodes and browsers. In a whole run those that wait go on beside the
# others: two cores would idle through half of them.

stages=(
    "dev|gcc, everything built, every test without nodes|stage_dev|computes"
    "tidy|format, clang-tidy|stage_tidy|computes"
    "asan|no warning of clang; every test, 2,000 simulated days: address, undefined behaviour|stage_asan|computes"
    "trace|a seed is the same run by gcc and clang, -O0 and -O2|stage_trace|computes"
    "mutants|each planted bug is found by the property named for it|stage_mutants|computes"
    "fuzz|every parser: kept corpus and a million mutations of it|stage_fuzz|computes"
    "web|types, lint and tests of the web app|stage_web|waits"
    "e2e|the screens in real browsers|stage_e2e|waits"
    "net|real nodes on networks that lose, delay, cut and renumber; a minute of drawn faults|stage_net|waits"
    "hostile|strangers and thieves against real nodes: nothing read, nothing lost, nothing grows|stage_hostile|waits"
    "power|real nodes under power cuts, kills at every storage call, full disks, wrong clocks|stage_power|waits"
    "stripe|the practice Stripe is what its documentation and the official client say|stage_stripe|waits"
    "messages|customers who left are told once of each state, through kills and carriers that fail|stage_messages|waits"
    "demo|orders through kills and partitions, a tenth of a night; each sabotage is noticed|stage_demo|waits"
    "package|the Debian packages: their files, units and lists of parts|stage_package|waits"
    "tsan|every test that has threads or processes under the thread sanitizer|stage_tsan|waits"
)

stage_dev() {
    must "dev build" build dev || return 0
    # asan and tsan have those with nodes, power, hostile and e2e play gcc's nodes; asan plays 2,000 seeds.
    check_ctest "dev tests" dev -LE 'mutants|net|process' -E '^sim\.seeds$'
}

stage_tidy() {
    check "format" check_format
    check "clang-tidy" check_clang_tidy 4000 sync node gateway # deeper, and the tests too: ./run tidy
}

stage_asan() {
    must "asan build" build asan || return 0
    at_once=$((2 * jobs)) ASAN_OPTIONS=malloc_context_size=5 check_ctest "asan tests" asan -LE 'mutants|tidy|sim|net'
    check_showing 40 "simulator, 2000 seeds" simulate --seeds 2000
}

# Whoever freed a byte is in the replay of its seed: short stacks make allocating cheaper. So does freed memory that
# is kept back for 16 MiB, many turns' worth, instead of for 256, which no cache holds.
simulate() { ASAN_OPTIONS=malloc_context_size=1:quarantine_size_mb=16 "$(program asan trestle-sim)" "$@"; }

# gcc and clang without optimisation, then with it; all but the last are built for other stages too.
trace_presets=(dev clang release clang-release)

stage_trace() {
    local preset programs=()
    for preset in "${trace_presets[@]}"; do
        must "$preset build of the simulator" build "$preset" trestle-sim || return 0
        programs+=("$(program "$preset" trestle-sim)")
    done
    check_showing 1 "the same traces" tests/sim/compare --seed 700 "${programs[@]}"
}

stage_mutants() {
    must "mutants build" build release mutants || return 0
    check_ctest "mutants found" release -L mutants
}

# Some kernels place memory where clang 14's thread sanitizer cannot follow; a fixed layout helps there.
fixed_layout() {
    if setarch -R true 2>/dev/null; then setarch -R "$@"; else "$@"; fi
}

stage_tsan() {
    must "tsan build" build tsan threaded_tests || return 0
    check_ctest_tsan
}

check_ctest_tsan() {
    ctest() { TSAN_OPTIONS="suppressions=$PWD/tests/lib/tsan.supp" fixed_layout "$(type -P ctest)" "$@"; }
    at_once=$((2 * jobs)) check_ctest "tsan tests" tsan -L threads # all others have one: tests/CMakeLists.txt
    unset -f ctest
}

stage_fuzz() {
    must "fuzz build" build fuzz || return 0
    check_showing 30 "fuzz targets" "$PYTHON" tests/fuzz/run
}

stage_web() {
    check "web types and lint" npm --prefix web run check
    check "web tests" npm --prefix web test
}

stage_e2e() {
    must "release build" build release demo || return 0
    check_showing 9 "from nothing to the first order" first_order --check
    check "browsers" npm --prefix web run e2e
}

stage_net() {
    must "dev build" build dev || return 0
    check_ctest "nodes in network namespaces" dev -L net
    must "release build" build release soak || return 0
    check_showing 8 "a minute of drawn faults while all sell" soak --seconds 60 --seed 1
    check_fails 1 "it notices what leaks, is lost, comes twice" \
        soak --seconds 25 --sabotage={leak,descriptors,lost,twice,changed,drop,calm}
}

demo() { node tests/demo/demo.mjs "$@"; }

stage_demo() {
    must "release build" build release demo || return 0
    check_showing 30 "demo --check" demo --check
    check "demo --check, another day" demo --check # no two are the same: who is cut off and killed meets other orders
    # Each on its own, after the same sound day: orders, kills and partitions are not played again for every one.
    check_fails 1 "demo notices: drop, dup, edit, fork, charge" \
        demo --check --sabotage={drop,dup,edit,fork,charge}
    must "what a rehearsal needs" build release rehearsal || return 0
    check_showing 26 "a tenth of a night, rehearsed" rehearse --scale 0.1
    check_fails 1 "it notices each promise that is broken" \
        rehearse --scale 0.1 --seed 2 --sabotage={lost,charged,oversold,printed,board,phone}
}

stage_stripe() {
    check_showing 1 "the official client and the practice Stripe" node tests/stripe/conformance.mjs
    check_showing 1 "mistakes planted in it are found" node tests/stripe/conformance.mjs --self-test
    must "dev build" build dev settle || return 0
    check_showing 3 "orders paid by card, through kills and faults" settle --seeds 300
    check_fails 1 "a moment of death that never comes is noticed" \
        settle --seeds 1 --scene none --expect "killed before lunch"
}

stage_messages() {
    must "dev build" build dev messages || return 0
    check_showing 3 "messages to phones, judged by what came" node tests/messages/messages.mjs
}

stage_package() {
    must "packages" built_packages || return 0
    check_showing 40 "content, units, scripts, lists of parts" judge_packages
    check "a fault of each is noticed" judge_packages --self-test
}

stage_hostile() {
    must "release build" build release hostile || return 0
    check_showing 12 "listeners, strangers, thieves, clones" hostile build/release
}

stage_power() {
    must "release build" build release power || return 0
    check_showing 2 "power cuts, 1000 states" power cuts --states 1000
    check_fails 1 "a store that does not flush is found out" power cuts --states 100 --nosync
    check_showing 4 "every storage call killed, some failed" power calls --every 8
    check_showing 1 "50 kills under load" power kills --kills 50
    check_showing 1 "each call that can fail fails once" power failing
    check_showing 13 "clocks, frozen nodes, restored and deleted stores" power trials
}

# need_stage <name>: installs and prepares what that stage uses.
need_stage() {
    case $1 in
    net) need_build "${packages_verify[@]}" "${packages_net[@]}" ;;
    dev) need_build "${packages_verify[@]}" binutils ;;
    tidy) need_build "${packages_clang[@]}" "${packages_tidy[@]}" ;;
    asan | tsan | fuzz | trace) need_build "${packages_clang[@]}" "${packages_verify[@]}" ;;
    mutants) need_build ;;
    hostile | power) need_build "${packages_verify[@]}" ;;
    web) need_web_packages ;;
    stripe) need_stripe_packages && need_web_packages ;;
    messages) need_web_packages ;;
    e2e) need_build "${packages_browser[@]}" && build_web && need_stripe_packages ;;
    package) need_build "${packages_package[@]}" && build_web && mkdir -p "$packages" ;;
    demo) need_build "${packages_verify[@]}" && build_web && need_stripe_packages ;;
    esac
}
