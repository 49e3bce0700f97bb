/* kill.c - kills a process at one of the moments that matter to a gateway (LD_PRELOAD).
 *
 *   KILL_AT     the how-manieth moment, from 1; 0 or none: it only counts
 *   KILL_ONLY   "before request": only such moments count; none: all do
 *   KILL_PORT   the port of the card provider, or of who carries messages
 *   FULL_AT     the how-manieth flush, from 1, that finds the disk full; 0 or none: none does
 *   FULL_TIMES  and how many after it
 *   KILL_FILE   gets a line "<number> <moment>" when it happens, and "<number>" at a good end
 *
 * A moment is before or after a flush of one of the gateway's own stores (attempts: an intended
 * request, an outcome, an event that came; messages: an address, an intended message, what became
 * of it) or of the journal, a send to the provider (a request), a send to anybody else (an answer).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int (*real_fdatasync)(int);
static ssize_t (*real_send)(int, const void *, size_t, int);
static atomic_long moments;
static atomic_long flushes;
static long kill_at, full_at, full_times;
static const char *kill_only;
static int kill_port;

static void find(const char *name, void *to)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(to, &found, sizeof found);
}

static long number_of(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    find("fdatasync", &real_fdatasync);
    find("send", &real_send);
    kill_at = number_of("KILL_AT");
    kill_only = getenv("KILL_ONLY");
    kill_port = (int)number_of("KILL_PORT");
    full_at = number_of("FULL_AT");
    full_times = number_of("FULL_TIMES");
}

static void tell(const char *text)
{
    const char *path = getenv("KILL_FILE");
    int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (fd < 0) {
        return;
    }
    (void)!write(fd, text, strlen(text));
    (void)close(fd);
}

__attribute__((destructor)) static void end(void)
{
    char line[32];
    (void)snprintf(line, sizeof line, "%ld\n", atomic_load(&moments));
    tell(line);
}

static void moment(const char *when, const char *what)
{
    char name[32], line[96];
    (void)snprintf(name, sizeof name, "%s %s", when, what);
    if (kill_only != NULL && strcmp(kill_only, name) != 0) {
        return;
    }
    const long number = atomic_fetch_add(&moments, 1) + 1;
    if (number != kill_at) {
        return;
    }
    (void)snprintf(line, sizeof line, "%ld killed %s\n", number, name);
    tell(line);
    (void)raise(SIGKILL);
}

static const char *store_of(int fd)
{
    char link[64], path[512];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    return strstr(path, "/store/") != NULL      ? "journal"
           : strstr(path, "/messages/") != NULL ? "messages"
                                                : "attempts";
}

static const char *peer_of(int fd)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    socklen_t size = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)(void *)&peer, &size) != 0 ||
        peer.sin_family != AF_INET || ntohs(peer.sin_port) != kill_port) {
        return "answer";
    }
    return "request";
}

/* Nothing of the transaction counts then. */
static int is_full(const char *what)
{
    char line[64];
    const long number = atomic_fetch_add(&flushes, 1) + 1;
    if (full_at == 0 || number < full_at || number > full_at + full_times) {
        return 0;
    }
    (void)snprintf(line, sizeof line, "%ld full %s\n", number, what);
    tell(line);
    return 1;
}

int fdatasync(int fd)
{
    const char *what = store_of(fd);
    moment("before", what);
    if (is_full(what)) {
        errno = ENOSPC;
        return -1;
    }
    int result = real_fdatasync(fd);
    moment("after", what);
    return result;
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    const char *what = peer_of(fd);
    moment("before", what);
    ssize_t result = real_send(fd, data, size, flags);
    moment("after", what);
    return result;
}
