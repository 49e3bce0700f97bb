#define _DEFAULT_SOURCE /* mkdtemp, syscall */

#include "tests/process/lib/programs.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"

static char out_buffer[OUTPUT_BYTES_MAX], err_buffer[OUTPUT_BYTES_MAX];

/* --- processes --- */

static const char *program_name = "trestle";

void program_set(const char *name)
{
    program_name = name;
}

/* build/tests/process.cli -> build/trestle */
const char *program(void)
{
    static char path[512];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 32);
    assert_true(size > 0);
    path[size] = '\0';
    for (int i = 0; i < 2; i++) {
        *strrchr(path, '/') = '\0';
    }
    (void)snprintf(strrchr(path, '\0'), sizeof path - strlen(path), "/%s", program_name);
    return path;
}

pid_t fork_mortal(void)
{
    const pid_t parent = getpid();
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)) {
        _exit(127); /* the test ended before we could ask to end with it */
    }
    return child;
}

pid_t spawn(const char *const *words, int out_fd, int err_fd)
{
    const char *wanted[WORDS_MAX + 2] = {program()};
    char *argv[WORDS_MAX + 2];
    for (size_t i = 0; words[i] != NULL; i++) {
        assert_true(i < WORDS_MAX);
        wanted[i + 1] = words[i];
    }
    memcpy(argv, wanted, sizeof argv); /* execv() changes none of them, whatever its type says */
    pid_t child = fork_mortal();
    if (child == 0) {
        (void)dup2(out_fd, STDOUT_FILENO);
        (void)dup2(err_fd, STDERR_FILENO);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    return child;
}

/* Its exit status, or 1000 + signal; fails the test when it does not end in time. */
int await(pid_t child)
{
    int status = 0;
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
    assert_true(ended.fd >= 0);
    bool is_in_time = poll(&ended, 1, DEADLINE_MS) == 1;
    (void)close(ended.fd);
    if (!is_in_time) {
        (void)kill(child, SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!is_in_time) {
        fail_msg("a process did not end within %d ms", DEADLINE_MS);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

void read_back(int fd, char *to)
{
    ssize_t size = pread(fd, to, OUTPUT_BYTES_MAX - 1, 0);
    assert_true(size >= 0);
    to[size] = '\0';
    (void)close(fd);
}

int scratch_file(void)
{
    char path[] = "/tmp/trestle-cli-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    return fd;
}

struct ran run(const char *const *words)
{
    int out_fd = scratch_file(), err_fd = scratch_file();
    struct ran ran = {
        .status = await(spawn(words, out_fd, err_fd)), .out = out_buffer, .err = err_buffer};
    read_back(out_fd, ran.out);
    read_back(err_fd, ran.err);
    return ran;
}

struct ran run_well(const char *const *words)
{
    struct ran ran = run(words);
    if (ran.status != 0) {
        fail_msg("trestle %s: exit %d: %s", words[0], ran.status, ran.err);
    }
    return ran;
}

struct ran run_told(const char *said, const char *const *words)
{
    const int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), fd = scratch_file();
    assert_int_equal(write(fd, said, strlen(said)), (ssize_t)strlen(said));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    const struct ran ran = run(words);
    assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
    (void)close(kept);
    (void)close(fd);
    return ran;
}

/* --- a stall of nodes --- */

void stall_open(struct stall *stall)
{
    *stall = (struct stall){.folder = "/tmp/trestle-cli-XXXXXX"};
    assert_non_null(mkdtemp(stall->folder));
    for (int i = 0; i < NODES_MAX; i++) {
        (void)snprintf(stall->nodes[i].state, sizeof stall->nodes[i].state, "%s/%c", stall->folder,
                       'a' + i);
    }
}

/* Start it, and wait until it says that it is ready. */
void node_start(struct node *node)
{
    int ends[2];
    char line[512];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    node->log_fd = scratch_file();
    const char *words[] = {"run", "--json", "--state", node->state, NULL};
    node->process = spawn(words, ends[1], node->log_fd);
    (void)close(ends[1]);
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&ready, 1, DEADLINE_MS), 1);
    ssize_t size = read(ends[0], line, sizeof line - 1);
    (void)close(ends[0]);
    if (size <= 0) {
        read_back(node->log_fd, err_buffer);
        fail_msg("the node did not start: %s", err_buffer);
    }
    line[size] = '\0';
    const char *url = strstr(line, "http://127.0.0.1:");
    node->http_port = url == NULL ? 0 : atoi(url + strlen("http://127.0.0.1:"));
}

const char *node_log(const struct node *node)
{
    read_back(dup(node->log_fd), err_buffer);
    return err_buffer;
}

int node_end(struct node *node, int number)
{
    assert_int_equal(kill(node->process, number), 0);
    int status = await(node->process);
    node->process = 0;
    return status;
}

void stall_close(struct stall *stall)
{
    for (int i = 0; i < NODES_MAX; i++) {
        if (stall->nodes[i].process != 0) {
            assert_int_equal(node_end(&stall->nodes[i], SIGTERM), 0);
        }
        if (stall->nodes[i].log_fd > 0) {
            (void)close(stall->nodes[i].log_fd);
        }
    }
    pid_t child = fork_mortal();
    if (child == 0) {
        (void)execlp("rm", "rm", "-rf", "--", stall->folder, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(await(child), 0);
}

const char *menu_path(void)
{
    return TEST_SOURCE_DIR "/docs/examples/menu.csv";
}

/* The first node: with its own menu, on any free ports. */
void stall_init(struct stall *stall)
{
    RUN_WELL("init", "--state", stall->nodes[0].state, "--name", "Noodle bar", "--listen",
             "tcp://127.0.0.1:*", "--http", "127.0.0.1:0");
    RUN_WELL("menu", "import", menu_path(), "--state", stall->nodes[0].state);
}

void node_join(struct stall *stall, int at, const char *role, const char *lane)
{
    char invitation[512];
    struct ran ran =
        RUN_WELL("invite", "--state", stall->nodes[0].state, "--role", role, "--lane", lane);
    (void)snprintf(invitation, sizeof invitation, "%.*s", (int)strcspn(ran.out, "\n"), ran.out);
    RUN_WELL("join", invitation, "--state", stall->nodes[at].state, "--listen", "tcp://127.0.0.1:*",
             "--http", "127.0.0.1:0");
}

/* Run the words until stdout holds @wanted. */
void until_out(const char *wanted, const char *const *words)
{
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    struct ran ran = run(words);
    while (strstr(ran.out, wanted) == NULL) {
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("trestle %s never said %s: %s%s", words[0], wanted, ran.out, ran.err);
        }
        ran = run(words);
    }
}

void until_menu(const struct node *node)
{
    until_out("121,Children",
              (const char *const[]){"menu", "export", "--state", node->state, NULL});
}

void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}
