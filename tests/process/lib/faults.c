#define _GNU_SOURCE /* RTLD_NEXT */
#include "tests/process/lib/faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <lmdb.h>
#include <zmq.h>

static _Thread_local struct {
    const char *name; /* NULL = any */
    unsigned left;    /* calls until it happens, with it; 0 = none is asked for */
    int error;        /* 0 = what is usual */
    bool is_lasting, has_happened;
} fault;

void faults_begin(const char *name, unsigned nth, int error)
{
    fault.name = name;
    fault.left = nth;
    fault.error = error;
    fault.is_lasting = fault.has_happened = false;
}

void faults_begin_lasting(const char *name, unsigned nth, int error)
{
    faults_begin(name, nth, error);
    fault.is_lasting = true;
}

bool faults_end(void)
{
    fault.left = 0;
    return fault.has_happened;
}

/* The program, from its first byte to the end of its code. */
extern const char __executable_start[], etext[]; /* NOLINT: the linker's names */

/* The error with which @name, called from @caller, fails now; 0 = it does not. */
static int fails(const char *name, const void *caller, int usual)
{
    const uintptr_t at = (uintptr_t)caller;
    if (fault.left == 0 || at < (uintptr_t)__executable_start || at >= (uintptr_t)etext ||
        (fault.name != NULL && strcmp(fault.name, name) != 0) || --fault.left > 0) {
        return 0;
    }
    fault.has_happened = true;
    fault.left = fault.is_lasting;
    errno = fault.error != 0 ? fault.error : usual;
    return errno;
}

/* dlsym() gives an object's pointer; copying its bytes is the way that POSIX names. */
static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(function, &found, sizeof found);
}

#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

/* A function that answers @failure when it fails; in it `error` is why. */
#define CALL(type, name, parameters, arguments, failure, usual)                                    \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        const int error = fails(#name, CALLER, usual);                                             \
        if (error != 0)                                                                            \
            return failure;                                                                        \
        if (real == NULL)                                                                          \
            find(&real, #name);                                                                    \
        return real arguments;                                                                     \
    }

CALL(int, mdb_txn_begin, (MDB_env * env, MDB_txn *parent, unsigned flags, MDB_txn **txn),
     (env, parent, flags, txn), error, EIO)
CALL(int, mdb_txn_renew, (MDB_txn * txn), (txn), error, EIO)
CALL(int, mdb_get, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data), (txn, dbi, key, data),
     error, EIO)
CALL(int, mdb_put, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags),
     (txn, dbi, key, data, flags), error, EIO)
CALL(int, mdb_del, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data), (txn, dbi, key, data),
     error, EIO)
CALL(int, mdb_cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor),
     error, EIO)
CALL(int, mdb_cursor_get, (MDB_cursor * cursor, MDB_val *key, MDB_val *data, MDB_cursor_op how),
     (cursor, key, data, how), error, EIO)

/* As LMDB does it: the transaction is over, whatever became of it. */
int mdb_txn_commit(MDB_txn *txn)
{
    static int (*real)(MDB_txn *);
    const int error = fails("mdb_txn_commit", CALLER, EIO);
    if (error != 0) {
        mdb_txn_abort(txn);
        return error;
    }
    if (real == NULL) {
        find(&real, "mdb_txn_commit");
    }
    return real(txn);
}

CALL(void *, zmq_ctx_new, (void), (), NULL, EMFILE)
CALL(void *, zmq_socket, (void *context, int type), (context, type), NULL, EMFILE)
CALL(int, zmq_setsockopt, (void *socket, int name, const void *value, size_t size),
     (socket, name, value, size), -1, EINVAL)
CALL(int, zmq_getsockopt, (void *socket, int name, void *value, size_t *size),
     (socket, name, value, size), -1, EINVAL)
CALL(int, zmq_bind, (void *socket, const char *to), (socket, to), -1, EADDRINUSE)
CALL(int, zmq_connect, (void *socket, const char *to), (socket, to), -1, EINVAL)
CALL(int, zmq_socket_monitor, (void *socket, const char *to, int events), (socket, to, events), -1,
     EINVAL)
CALL(int, zmq_send, (void *socket, const void *data, size_t size, int flags),
     (socket, data, size, flags), -1, EHOSTUNREACH)
CALL(int, zmq_recv, (void *socket, void *data, size_t size, int flags), (socket, data, size, flags),
     -1, EAGAIN)
CALL(int, zmq_msg_recv, (zmq_msg_t * message, void *socket, int flags), (message, socket, flags),
     -1, EAGAIN)
CALL(int, zmq_poll, (zmq_pollitem_t * items, int count, long timeout), (items, count, timeout), -1,
     EFAULT)

/* It answers with the error. */
CALL(int, posix_fallocate, (int fd, off_t offset, off_t size), (fd, offset, size), error, ENOSPC)
CALL(int, fstat, (int fd, struct stat *to), (fd, to), -1, EIO)
CALL(int, fsync, (int fd), (fd), -1, EIO)
CALL(int, ftruncate, (int fd, off_t size), (fd, size), -1, EIO)
CALL(int, rename, (const char *from, const char *to), (from, to), -1, EACCES)
CALL(int, statvfs, (const char *path, struct statvfs *to), (path, to), -1, EACCES)
CALL(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at), -1,
     EIO)
CALL(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset),
     (at, size, protection, flags, fd, offset), MAP_FAILED, ENOMEM)

CALL(int, eventfd, (unsigned count, int flags), (count, flags), -1, EMFILE)
CALL(int, getifaddrs, (struct ifaddrs * *ret), (ret), -1, ENOMEM)
CALL(int, socket, (int family, int type, int protocol), (family, type, protocol), -1, EMFILE)
CALL(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t size),
     (fd, level, name, value, size), -1, EINVAL)
CALL(int, bind, (int fd, __CONST_SOCKADDR_ARG to, socklen_t size), (fd, to, size), -1, EADDRINUSE)
CALL(int, connect, (int fd, __CONST_SOCKADDR_ARG to, socklen_t size), (fd, to, size), -1,
     ECONNREFUSED)
CALL(int, listen, (int fd, int backlog), (fd, backlog), -1, EADDRINUSE)
