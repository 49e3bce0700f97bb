/* The harness itself: a test that dies leaves nothing running. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/process/lib/programs.h"

/* Something can be read from @fd, or nobody is left who could write. */
static void wait_for(int fd)
{
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&waiting, 1, DEADLINE_MS), 1);
}

/* As a test does that dies while its node runs, which says into @out_fd that it is ready. */
static void die_with_a_node(const char *state, int out_fd)
{
    (void)spawn((const char *const[]){"run", "--json", "--state", state, NULL}, out_fd,
                scratch_file());
    (void)close(out_fd);
    for (;;) {
        (void)pause();
    }
}

TEST(programs, nodes_of_a_test_that_is_killed_end_with_it)
{
    char line[512];
    int ends[2];
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    assert_int_equal(pipe(ends), 0);
    const pid_t test = fork_mortal();
    if (test == 0) {
        die_with_a_node(stall.nodes[0].state, ends[1]);
    }
    (void)close(ends[1]);
    wait_for(ends[0]);
    assert_true(read(ends[0], line, sizeof line) > 0);
    assert_int_equal(kill(test, SIGKILL), 0);
    assert_int_equal(await(test), 1000 + SIGKILL);
    wait_for(ends[0]);
    assert_int_equal(read(ends[0], line, sizeof line), 0); /* the node held the other end */
    (void)close(ends[0]);
    stall_close(&stall);
}
