#include "tests/sim/shrink.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sync/base/check.h"

enum {
    TRIAL_SECONDS_MAX = 120,
    PASSED = -1,
    DIED = ORACLE_COUNT, /* by a sanitizer, a check or the time limit */
};

/* --- the command line --- */

static void line_add(char line[SHRINK_LINE_MAX], const char *text)
{
    const size_t size = strlen(line);
    (void)snprintf(line + size, SHRINK_LINE_MAX - size, "%s", text);
}

void shrink_command(const char *program, uint64_t seed, const struct sim_options *options,
                    char ret_line[SHRINK_LINE_MAX])
{
    const char *before = " --without ";
    (void)snprintf(ret_line, SHRINK_LINE_MAX, "%s --seeds 1 --seed %" PRIu64 "%s", program, seed,
                   options->is_each_path_failing ? " --each-path" : "");
    if (options->turns > 0) {
        char turns[32];
        (void)snprintf(turns, sizeof turns, " --turns %" PRIu64, options->turns);
        line_add(ret_line, turns);
    }
    for (unsigned i = 0; sim_fault_name(i) != NULL; i++) {
        if ((options->without >> i & 1) != 0) {
            line_add(ret_line, before);
            line_add(ret_line, sim_fault_name(i));
            before = ",";
        }
    }
}

bool shrink_parse(const char *list, uint64_t *without)
{
    while (*list != '\0') {
        const size_t size = strcspn(list, ",");
        unsigned at = 0;
        while (sim_fault_name(at) != NULL && (strlen(sim_fault_name(at)) != size ||
                                              strncmp(sim_fault_name(at), list, size) != 0)) {
            at++;
        }
        if (sim_fault_name(at) == NULL) {
            return false;
        }
        *without |= UINT64_C(1) << at;
        list += size + (list[size] == ',' ? 1 : 0);
    }
    return true;
}

/* --- a trial: in a process of its own, which may die --- */

static void trial_child(uint64_t seed, const struct sim_options *options, bool is_told)
{
    struct sim_stats stats = {.seeds = 0};
    struct sim *sim = sim_new(options);
    alarm(TRIAL_SECONDS_MAX);
    const bool is_good = sim_run(sim, seed, &stats);
    if (!is_good && is_told) {
        printf("%s\n", sim_failure(sim));
        (void)fflush(stdout);
    }
    _exit(is_good ? 0 : 1 + (int)sim_failed_oracle(sim));
}

/* The oracle that fails first, PASSED or DIED. */
static int trial(uint64_t seed, const struct sim_options *options, bool is_told)
{
    int status = 0;
    (void)fflush(stdout);
    const pid_t pid = fork();
    check(pid >= 0);
    if (pid == 0) {
        if (!is_told) {
            check(freopen("/dev/null", "w", stderr) != NULL); /* what ends it has been said once */
        }
        trial_child(seed, options, is_told);
    }
    check(waitpid(pid, &status, 0) == pid);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return code < 0 || code > ORACLE_COUNT ? DIED : code - 1;
}

/* --- smaller and smaller --- */

static void turns_cut(uint64_t seed, int failure, struct sim_options *options)
{
    struct sim_options shorter = *options;
    uint64_t low = 0; /* so many are too few, as far as is known; options->turns are enough */
    while (options->turns - low > 1) {
        shorter.turns = low + (options->turns - low) / 2;
        if (trial(seed, &shorter, false) == failure) {
            options->turns = shorter.turns;
        } else {
            low = shorter.turns;
        }
    }
}

static bool faults_drop(uint64_t seed, int failure, struct sim_options *options)
{
    bool is_smaller = false;
    for (unsigned i = 0; sim_fault_name(i) != NULL; i++) {
        struct sim_options fewer = *options;
        fewer.without |= UINT64_C(1) << i;
        if (fewer.without != options->without && trial(seed, &fewer, false) == failure) {
            *options = fewer;
            is_smaller = true;
        }
    }
    return is_smaller;
}

int shrink_run(const char *program, uint64_t seed, const struct sim_options *options)
{
    char line[SHRINK_LINE_MAX];
    struct sim_options smallest = *options;
    const int failure = trial(seed, options, true);
    if (failure == PASSED) {
        printf("seed %" PRIu64 " passes\n", seed);
        return 1;
    }
    smallest.turns = options->turns > 0 ? options->turns : SIM_TURNS;
    smallest.is_traced = smallest.is_hashed = false;
    do {
        turns_cut(seed, failure, &smallest);
    } while (faults_drop(seed, failure, &smallest));
    (void)trial(seed, &smallest, true);
    shrink_command(program, seed, &smallest, line);
    printf("smallest: %s --trace\n", line);
    return 0;
}
