/* test_gateway_main.c - what trestle-gateway adds to a node does not start without memory, nor
 * without a door of the core; and no command of its own does.
 */
#define _DEFAULT_SOURCE /* mkdtemp */

#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/cli/commands.h"
#include "node/cli/cli.h"
#include "sync/log/capability.h"
#include "tests/process/lib/scarce.h"

int gateway_main(int argc, char **argv); /* main() of gateway/main.c */

/* --- the node that it is added to --- */

static struct program program;

int __wrap_program_main(const struct program *given, int argc, char **argv); /* NOLINT: linker's */
int __wrap_program_main(const struct program *given, int argc, char **argv)  /* NOLINT: linker's */
{
    (void)argc;
    (void)argv;
    program = *given;
    return EXIT_DONE;
}

static void live(void *context, struct gate_live *ret_live)
{
    (void)context;
    ret_live->capabilities = capability_bit(CAP_STRIPE) | capability_bit(CAP_GUEST);
}

static const struct gate gate = {.live = live};
static unsigned doors_left;

int __wrap_core_gate_more(struct core *core, const struct gate **ret_gate); /* NOLINT: linker's */
int __wrap_core_gate_more(struct core *core, const struct gate **ret_gate)  /* NOLINT: linker's */
{
    (void)core;
    if (doors_left == 0) {
        return ERR_BUSY;
    }
    doors_left--;
    *ret_gate = &gate;
    return 0;
}

/* --- a device that settles --- */

static const struct {
    const char *name, *line;
} keys[] = {{"stripe-secret-key", "sk_test_1"}, {"stripe-publishable-key", "pk_test_1"}};

enum { KEYS = sizeof keys / sizeof *keys };

static char folder[64], paths[KEYS][PATH_BYTES_MAX];
static struct settings settings;

static void begin(void)
{
    static char name[] = "trestle-gateway";
    char *argv[] = {name, NULL};
    char problem[PROBLEM_BYTES_MAX];
    assert_int_equal(gateway_main(1, argv), EXIT_DONE);
    settings_defaults(&settings);
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-gateway-XXXXXX");
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < KEYS; i++) {
        assert_int_equal(path_join(paths[i], folder, keys[i].name), 0);
        assert_int_equal(file_write(paths[i], bytes_of_text(keys[i].line), 0600), 0);
    }
    assert_int_equal(settings_set(&settings, "stripe-keys", folder, problem), 0);
}

static void end(void)
{
    for (size_t i = 0; i < KEYS; i++) {
        assert_int_equal(unlink(paths[i]), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

/* Its exit status in @state, when the core has @doors to give. */
static int start_in(const char *state, unsigned doors)
{
    const struct identity identity = {.device = 7};
    const struct program_host host = {.state = state, .settings = &settings, .identity = &identity};
    struct annex annex;
    void *context = NULL;
    doors_left = doors;
    const int status = program.start(&host, &context, &annex);
    assert_null(context);
    return status;
}

static int start(unsigned doors)
{
    return start_in(folder, doors);
}

TEST(gateway_main, it_does_not_start_without_a_door_for_each_of_its_readers)
{
    begin();
    for (unsigned doors = 0; doors < 2; doors++) { /* the settler's, the reconciler's */
        assert_int_equal(start(doors), EXIT_UNAVAILABLE);
        assert_int_equal(doors_left, 0);
    }
    end();
}

TEST(gateway_main, it_does_not_start_where_the_names_of_its_files_are_too_long)
{
    static char state[PATH_BYTES_MAX];
    begin();
    memset(state, 'x', sizeof state - 1);
    assert_int_equal(start_in(state, 1), EXIT_FAILED);
    assert_int_equal(doors_left, 0);
    end();
}

TEST(gateway_main, it_does_not_start_without_memory)
{
    /* Its own; and that to ask what it may, which it therefore may not. */
    static const int statuses[] = {EXIT_FAILED, EXIT_FORBIDDEN};
    begin();
    for (unsigned i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        scarce_begin("calloc", i + 1, pthread_self());
        const int status = start(1);
        assert_true(scarce_end());
        assert_int_equal(status, statuses[i]);
    }
    end();
}

TEST(gateway_main, a_reconciliation_is_not_asked_for_without_memory)
{
    const struct args args = {.words_count = 0};
    scarce_begin("calloc", 1, pthread_self());
    const int status = command_reconcile(&args);
    assert_true(scarce_end());
    assert_int_equal(status, EXIT_FAILED);
}
