#define _GNU_SOURCE /* RTLD_NEXT */
#include "tests/process/lib/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
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

#include "tests/lib/call.h"

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

#include "tests/lib/calls.def"

CALL(int, zmq_poll, (zmq_pollitem_t * items, int count, long timeout), (items, count, timeout), -1,
     EFAULT)
