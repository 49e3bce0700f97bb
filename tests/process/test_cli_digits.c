/* Pairing by six digits, as two people at two terminals do it. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

/* A command that asks people: what it prints is read as it comes. */
struct talk {
    pid_t process;
    int in_fd, out_fd;
};

static struct talk talk_start(const char *const *words)
{
    int in[2], out[2];
    struct talk talk;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fcntl(in[i], F_SETFD, FD_CLOEXEC), 0);
        assert_int_equal(fcntl(out[i], F_SETFD, FD_CLOEXEC), 0);
    }
    int own_stdin = dup(STDIN_FILENO), err_fd = scratch_file();
    assert_true(dup2(in[0], STDIN_FILENO) >= 0);
    talk.process = spawn(words, out[1], err_fd);
    assert_true(dup2(own_stdin, STDIN_FILENO) >= 0);
    (void)close(own_stdin);
    (void)close(err_fd);
    (void)close(in[0]);
    (void)close(out[1]);
    talk.in_fd = in[1];
    talk.out_fd = out[0];
    return talk;
}

#define TALK(...) talk_start((const char *const[]){__VA_ARGS__, NULL})

/* The value of @field in its next line of JSON. */
static void talk_read(struct talk *talk, const char *field, char *to, size_t capacity)
{
    char line[512];
    size_t size = 0;
    struct pollfd ready = {.fd = talk->out_fd, .events = POLLIN};
    do {
        assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
        assert_true(size + 1 < sizeof line);
        assert_int_equal(read(talk->out_fd, line + size, 1), 1);
    } while (line[size++] != '\n');
    line[size] = '\0';
    const char *at = strstr(line, field);
    if (at == NULL) {
        fail_msg("no %s in %s", field, line);
    }
    at += strlen(field) + 3; /* ":" */
    (void)snprintf(to, capacity, "%.*s", (int)strcspn(at, "\""), at);
}

static void talk_say(struct talk *talk, const char *line)
{
    assert_int_equal(write(talk->in_fd, line, strlen(line)), (ssize_t)strlen(line));
}

static int talk_end(struct talk *talk)
{
    (void)close(talk->in_fd);
    int status = await(talk->process);
    (void)close(talk->out_fd);
    return status;
}

/* The counter waits for a kitchen. */
static struct talk pair_start(struct stall *stall, char endpoint[128])
{
    struct talk talk = TALK("pair", "--role", "kitchen", "--lane", "B", "--json", "--state",
                            stall->nodes[0].state);
    talk_read(&talk, "endpoint", endpoint, 128);
    return talk;
}

TEST(cli_digits, two_people_who_see_the_same_six_digits_bring_a_device_in)
{
    struct stall stall;
    char endpoint[128], here[16], there[16], joined[32];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct talk inviter = pair_start(&stall, endpoint);
    struct talk newcomer = TALK("join", endpoint, "--json", "--state", stall.nodes[1].state,
                                "--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0");
    talk_read(&newcomer, "digits", there, sizeof there);
    talk_read(&inviter, "digits", here, sizeof here);
    assert_string_equal(here, there);
    assert_int_equal(strlen(here), 6);
    talk_say(&inviter, "yes\n");
    talk_say(&newcomer, "yes\n");
    talk_read(&inviter, "joined", joined, sizeof joined);
    assert_int_equal(talk_end(&newcomer), 0);
    assert_int_equal(talk_end(&inviter), 0);
    /* It worked once: the door is closed. */
    assert_int_equal(RUN("join", endpoint, "--state", stall.nodes[2].state).status, 69);
    node_start(&stall.nodes[1]);
    const char *linked[] = {"device", "list", "--state", stall.nodes[0].state, NULL};
    until_out("linked", linked);
    stall_close(&stall);
}

/* He answers the newcomer in the counter's place, and knocks at the counter in the newcomer's, with
 * keys of his own at either: all that is left to him, since he cannot open what he passes on. */
TEST(cli_digits, who_stands_between_two_people_shows_each_other_digits_and_gets_nothing)
{
    struct stall stall;
    char endpoint[128], trap[128], theirs[96], here[16], there[16], unused[16];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct node *between = &stall.nodes[1];
    RUN_WELL("init", "--state", between->state, "--name", "Noodle bar", "--listen",
             "tcp://127.0.0.1:*", "--http", "127.0.0.1:0");
    node_start(between);
    (void)snprintf(theirs, sizeof theirs, "%s/knocks", stall.folder);
    struct talk inviter = pair_start(&stall, endpoint);
    struct talk waiting =
        TALK("pair", "--role", "kitchen", "--lane", "B", "--json", "--state", between->state);
    talk_read(&waiting, "endpoint", trap, sizeof trap);
    struct talk newcomer = TALK("join", trap, "--json", "--state", stall.nodes[2].state);
    struct talk knocking = TALK("join", endpoint, "--json", "--state", theirs);
    talk_read(&newcomer, "digits", there, sizeof there);
    talk_read(&inviter, "digits", here, sizeof here);
    talk_read(&waiting, "digits", unused, sizeof unused);
    talk_read(&knocking, "digits", unused, sizeof unused);
    assert_string_not_equal(here, there); /* so both people say no */
    talk_say(&inviter, "no\n");
    talk_say(&newcomer, "no\n");
    talk_say(&waiting, "yes\n");
    talk_say(&knocking, "yes\n");
    assert_int_equal(talk_end(&newcomer), 77);
    assert_int_equal(talk_end(&knocking), 77);
    struct ran ran = RUN_WELL("device", "list", "--state", stall.nodes[0].state);
    assert_null(strstr(ran.out, "kitchen"));
    assert_int_equal(kill(inviter.process, SIGTERM), 0);
    assert_int_equal(talk_end(&inviter), 1000 + SIGTERM);
    assert_int_equal(kill(waiting.process, SIGTERM), 0);
    (void)talk_end(&waiting);
    stall_close(&stall);
}

TEST(cli_digits, digits_that_are_refused_three_times_close_the_door)
{
    struct stall stall;
    char endpoint[128], digits[16];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct talk inviter = pair_start(&stall, endpoint);
    for (int i = 0; i < 3; i++) {
        struct talk newcomer = TALK("join", endpoint, "--json", "--state", stall.nodes[1].state);
        talk_read(&newcomer, "digits", digits, sizeof digits);
        talk_read(&inviter, "digits", digits, sizeof digits);
        talk_say(&inviter, "no\n");
        talk_say(&newcomer, "yes\n");
        assert_int_equal(talk_end(&newcomer), 77);
    }
    assert_int_equal(talk_end(&inviter), 1);
    assert_int_equal(RUN("join", endpoint, "--state", stall.nodes[1].state).status, 69);
    stall_close(&stall);
}

TEST(cli_digits, a_newcomer_who_says_no_gets_nothing)
{
    struct stall stall;
    char endpoint[128], digits[16];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct talk inviter = pair_start(&stall, endpoint);
    struct talk newcomer = TALK("join", endpoint, "--json", "--state", stall.nodes[1].state);
    talk_read(&newcomer, "digits", digits, sizeof digits);
    talk_read(&inviter, "digits", digits, sizeof digits);
    talk_say(&newcomer, "no\n");
    assert_int_equal(talk_end(&newcomer), 77);
    talk_say(&inviter, "yes\n");
    struct ran ran = RUN_WELL("device", "list", "--state", stall.nodes[0].state);
    assert_null(strstr(ran.out, "kitchen"));
    assert_int_equal(kill(inviter.process, SIGTERM), 0);
    assert_int_equal(talk_end(&inviter), 1000 + SIGTERM);
    stall_close(&stall);
}
