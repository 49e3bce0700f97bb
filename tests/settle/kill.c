/* kill.c - kills a process at one of the moments that matter to a gateway (LD_PRELOAD).
 *
 *   KILL_AT     the how-manieth moment, from 1; 0 or none: it only counts
 *   KILL_ONLY   "before request": only such moments count; none: all do
 *   KILL_PORT   the port of the card provider, or of who carries messages
 *   FULL_AT     the how-manieth flush, from 1, that finds the disk full; 0 or none: none does
 *   FULL_TIMES  and how many after it
 *   KILL_FILE   gets a line "<number> <moment>" when it happens, and "<number>" at a good end
 *
 * A moment is before or after a commit or a send. Those of the gateway's own stores are named by
 * what is written in them, by several such words with a + between: "intended" and "outcome" of a
 * request to the provider, a "webhook", or "notes", all else; "messages", whatever it is, is where
 * addresses are and what became of each message; "journal" is the node's store. A send is a
 * "request" to the provider, the "webhook-answer", or an "answer" to anybody else.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SOCKETS_MAX = 65536,
    WORDS_BYTES_MAX = 64,
    FIELD_STATE = 5, /* of a row of attempts: outbox.c */
    FIELD_TRIES = 7,
    STATE_SEND = 0,
};

static int (*real_fdatasync)(int);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_recv)(int, void *, size_t, int);
static int (*real_begin)(MDB_env *, MDB_txn *, unsigned, MDB_txn **);
static int (*real_commit)(MDB_txn *);
static int (*real_put)(MDB_txn *, MDB_dbi, MDB_val *, MDB_val *, unsigned);
static int (*real_del)(MDB_txn *, MDB_dbi, MDB_val *, MDB_val *);
static int (*real_get)(MDB_txn *, MDB_dbi, MDB_val *, MDB_val *);
static MDB_env *(*real_env)(MDB_txn *);
static int (*real_path)(MDB_env *, const char **);
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
    find("recv", &real_recv);
    find("mdb_txn_begin", &real_begin);
    find("mdb_txn_commit", &real_commit);
    find("mdb_put", &real_put);
    find("mdb_del", &real_del);
    find("mdb_get", &real_get);
    find("mdb_txn_env", &real_env);
    find("mdb_env_get_path", &real_path);
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

/* Whether KILL_ONLY names one of the words of @what, "intended+webhook", @when. */
static bool is_meant(const char *when, const char *what)
{
    const size_t when_size = strlen(when);
    if (kill_only == NULL) {
        return true;
    }
    if (strncmp(kill_only, when, when_size) != 0 || kill_only[when_size] != ' ') {
        return false;
    }
    const char *word = kill_only + when_size + 1;
    const size_t size = strlen(word);
    for (const char *at = what; at != NULL; at = strchr(at, '+')) {
        at += *at == '+';
        if (strncmp(at, word, size) == 0 && (at[size] == '\0' || at[size] == '+')) {
            return true;
        }
    }
    return false;
}

static void moment(const char *when, const char *what)
{
    char line[96];
    if (!is_meant(when, what)) {
        return;
    }
    const long number = atomic_fetch_add(&moments, 1) + 1;
    if (number != kill_at) {
        return;
    }
    (void)snprintf(line, sizeof line, "%ld killed %s %s\n", number, when, what);
    tell(line);
    (void)raise(SIGKILL);
}

/* --- stores --- */

static const char *store_of(const char *path)
{
    return strstr(path, "/store") != NULL      ? "journal"
           : strstr(path, "/messages") != NULL ? "messages"
                                               : "attempts";
}

static const char *store_of_file(int fd)
{
    char link[64], path[512];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    return store_of(path);
}

static const char *store_of_txn(MDB_txn *txn)
{
    const char *path = "";
    (void)real_path(real_env(txn), &path);
    return store_of(path);
}

/* What this thread has written since it began its transaction. */
enum written {
    WRITTEN_INTENDED = 1 << 0,
    WRITTEN_OUTCOME = 1 << 1,
    WRITTEN_WEBHOOK = 1 << 2,
    WRITTEN_ELSE = 1 << 3,
};
static _Thread_local unsigned written;

/* The bytes of a value of msgpack that begins with @tag and, where it has a length, @length. */
static size_t size_of_value(uint8_t tag, uint8_t length)
{
    return tag == 0xc4                  ? 2u + length
           : tag >= 0xcc && tag <= 0xcf ? 1u + (1u << (tag - 0xcc))
           : tag >= 0xd0 && tag <= 0xd3 ? 1u + (1u << (tag - 0xd0))
                                        : 1u;
}

/* The number in the @index-th field of a row; 0 also when there is no such row. */
static unsigned field_of(const MDB_val *row, int index)
{
    const uint8_t *at = row->mv_data, *end = at + row->mv_size;
    if (row->mv_size == 0) {
        return 0;
    }
    at++; /* how many there are */
    for (int i = 0; i < index && at + 1 < end; i++) {
        at += size_of_value(at[0], at[1]);
    }
    return at >= end ? 0 : at[0] == 0xcc && at + 1 < end ? at[1] : at[0];
}

/* A row of attempts: what is to be sent, once more or for the first time, or what came of it. */
static unsigned attempt_written(MDB_txn *txn, MDB_dbi table, MDB_val *key, const MDB_val *row)
{
    MDB_val old = {.mv_size = 0};
    const bool is_new = real_get(txn, table, key, &old) != 0;
    const bool is_sent = field_of(row, FIELD_STATE) == STATE_SEND &&
                         field_of(row, FIELD_TRIES) > field_of(&old, FIELD_TRIES);
    return is_new || is_sent ? WRITTEN_INTENDED : WRITTEN_OUTCOME;
}

static unsigned written_by(MDB_txn *txn, MDB_dbi table, MDB_val *key, const MDB_val *row)
{
    const int mark = key->mv_size > 0 ? *(const uint8_t *)key->mv_data : 0;
    if (strcmp(store_of_txn(txn), "attempts") != 0) {
        return WRITTEN_ELSE;
    }
    return mark == 'A'   ? attempt_written(txn, table, key, row)
           : mark == 'W' ? WRITTEN_WEBHOOK
                         : WRITTEN_ELSE;
}

static void words_of(MDB_txn *txn, char words[WORDS_BYTES_MAX])
{
    static const struct {
        unsigned bit;
        const char *word;
    } rows[] = {
        {WRITTEN_INTENDED, "intended"}, {WRITTEN_OUTCOME, "outcome"}, {WRITTEN_WEBHOOK, "webhook"}};
    const char *store = store_of_txn(txn);
    int size = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if ((written & rows[i].bit) != 0) {
            size += snprintf(words + size, WORDS_BYTES_MAX - (size_t)size, "%s%s",
                             size > 0 ? "+" : "", rows[i].word);
        }
    }
    if (size == 0) {
        (void)snprintf(words, WORDS_BYTES_MAX, "%s",
                       strcmp(store, "attempts") == 0 ? "notes" : store);
    }
}

int mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **ret_txn)
{
    written = (flags & MDB_RDONLY) != 0 ? written : 0;
    return real_begin(env, parent, flags, ret_txn);
}

int mdb_put(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *row, unsigned flags)
{
    written |= written_by(txn, table, key, row);
    return real_put(txn, table, key, row, flags);
}

int mdb_del(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *row)
{
    written |= WRITTEN_ELSE;
    return real_del(txn, table, key, row);
}

/* What wrote nothing is no moment. */
int mdb_txn_commit(MDB_txn *txn)
{
    char words[WORDS_BYTES_MAX];
    if (written == 0) {
        return real_commit(txn);
    }
    words_of(txn, words);
    written = 0;
    moment("before", words);
    const int code = real_commit(txn);
    if (code == 0) {
        moment("after", words);
    }
    return code;
}

/* Nothing of the transaction counts then. */
static bool is_full(const char *what)
{
    char line[64];
    const long number = atomic_fetch_add(&flushes, 1) + 1;
    if (full_at == 0 || number < full_at || number > full_at + full_times) {
        return false;
    }
    (void)snprintf(line, sizeof line, "%ld full %s\n", number, what);
    tell(line);
    return true;
}

int fdatasync(int fd)
{
    if (is_full(store_of_file(fd))) {
        errno = ENOSPC;
        return -1;
    }
    return real_fdatasync(fd);
}

/* --- sockets --- */

static atomic_bool is_webhook[SOCKETS_MAX]; /* what was asked there last is one */

static void note_asked(int fd, const char *data, ssize_t size)
{
    static const char webhook[] = "POST /webhooks/stripe ", *const methods[] = {"GET /", "POST /"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods && fd < SOCKETS_MAX; i++) {
        const size_t head = strlen(methods[i]);
        if (size > (ssize_t)head && memcmp(data, methods[i], head) == 0) {
            const bool is_one = size >= (ssize_t)sizeof webhook - 1 &&
                                memcmp(data, webhook, sizeof webhook - 1) == 0;
            atomic_store(&is_webhook[fd], is_one);
        }
    }
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
    const ssize_t result = real_recv(fd, data, size, flags);
    note_asked(fd, data, result);
    return result;
}

static const char *peer_of(int fd)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    socklen_t size = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)(void *)&peer, &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == kill_port) {
        return "request";
    }
    return fd < SOCKETS_MAX && atomic_load(&is_webhook[fd]) ? "webhook-answer" : "answer";
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    const char *what = peer_of(fd);
    moment("before", what);
    ssize_t result = real_send(fd, data, size, flags);
    moment("after", what);
    return result;
}
