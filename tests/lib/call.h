/* call.h - stands in the place of a library's function: it fails when fails() says so, and is the
 * library's own otherwise. calls.def is the list of such functions that tests share.
 *
 * For one source of a program or of what is preloaded, which defines _GNU_SOURCE before all else,
 * and fails().
 */
#ifndef TRESTLE_TESTS_LIB_CALL_H
#define TRESTLE_TESTS_LIB_CALL_H

#include <dlfcn.h>
#include <string.h>

/* The error with which @name, called from @caller, fails now, also in errno; 0 = it does not.
 * @usual: with which it fails unless another is asked for. */
static int fails(const char *name, const void *caller, int usual);

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

#endif
