/* stub.h - a server on loopback that answers what it is told to, by path. One at a time.
 *
 * What is not told is answered with 404 and no JSON.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_STUB_H
#define TRESTLE_TESTS_PROCESS_LIB_STUB_H

#include <stdbool.h>
#include <stddef.h>

/* The first that fits counts. */
struct stub_answer {
    const char *path; /* the request's begins so */
    const char *with; /* its headers have this; NULL = whatever they are */
    unsigned status;
    const char *body;
    bool is_timeless; /* without the server's date */
};

enum { STUB_URL_BYTES_MAX = 64 };

/* @answers: @count of them, borrowed until they are others. */
void stub_start(const struct stub_answer *answers, size_t count, char ret_url[STUB_URL_BYTES_MAX]);
void stub_answers(const struct stub_answer *answers, size_t count);
void stub_stop(void);

#endif
