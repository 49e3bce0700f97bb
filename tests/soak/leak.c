/* leak.c - a process that forgets (LD_PRELOAD), to show that a soak notices: at each flush of a
 * file it keeps memory, or a descriptor, for ever.
 *
 *   LEAK_BYTES         so much memory a flush, written to
 *   LEAK_DESCRIPTORS   so many descriptors a flush
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long wanted(const char *variable)
{
    const char *text = getenv(variable);
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

/* The chain of all that was kept: reachable, so that no compiler leaves it out. */
static void *kept;

static void forget(void)
{
    const long bytes = wanted("LEAK_BYTES");
    void **chunk = bytes < (long)sizeof *chunk ? NULL : malloc((size_t)bytes);
    if (chunk != NULL) {
        memset(chunk, 1, (size_t)bytes);
        *chunk = kept;
        kept = chunk;
    }
    for (long count = wanted("LEAK_DESCRIPTORS"); count > 0; count--) {
        (void)!dup(STDERR_FILENO);
    }
}

int fdatasync(int fd)
{
    /* dlsym() gives an object's pointer; copying its bytes is the way that POSIX names. */
    int (*real)(int);
    void *found = dlsym(RTLD_NEXT, "fdatasync");
    memcpy(&real, &found, sizeof found);
    forget();
    return real(fd);
}
