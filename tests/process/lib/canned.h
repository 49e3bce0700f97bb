/* canned.h - a server on loopback with canned answers, by path. One at a time.
 *
 * What is not told is answered with 404 and no JSON.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_CANNED_H
#define TRESTLE_TESTS_PROCESS_LIB_CANNED_H

#include <stdbool.h>
#include <stddef.h>

/* The first that fits counts. */
struct canned_answer {
    const char *path; /* the request's begins so */
    const char *with; /* its headers have this; NULL = whatever they are */
    unsigned status;
    const char *body;
    bool is_timeless; /* without the server's date */
};

enum { CANNED_URL_BYTES_MAX = 64 };

/* @answers: @count of them, borrowed until they are others. */
void canned_start(const struct canned_answer *answers, size_t count,
                  char ret_url[CANNED_URL_BYTES_MAX]);
void canned_answers(const struct canned_answer *answers, size_t count);
void canned_stop(void);

#endif
