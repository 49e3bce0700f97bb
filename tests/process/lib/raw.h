/* raw.h - a client that may say what no browser says: bytes over a socket, and what comes back of
 * HTTP and of frames of RFC 6455.
 *
 * What is not said within RAW_DEADLINE_MS counts as the end of the connection.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_RAW_H
#define TRESTLE_TESTS_PROCESS_LIB_RAW_H

#include <stdbool.h>
#include <stddef.h>

enum { RAW_DEADLINE_MS = 120000 };

/* A socket connected to loopback; @receive_bytes of buffer in the kernel, 0 = as many as it gives.
 * The caller closes it. _file: to a socket of the file system. */
int raw_dial(int port, int receive_bytes);
int raw_dial_file(const char *path);

/* Whether all of it went. */
bool raw_send(int fd, const void *data, size_t size);

/* --- HTTP --- */

/* The last answer, NUL-ended. */
struct raw_answer {
    int status; /* 0 = the connection ended instead */
    char head[4096];
    char body[256 * 1024];
    size_t body_size;
};
extern struct raw_answer got;

/* Reads an answer into got; @is_bare: to a HEAD, which has a length and no body. */
void raw_read_answer(int fd, bool is_bare);

/* One request on an open connection; @headers, each with its CRLF, are all there are, but for the
 * length of the @body, which may be NULL. The status. */
int raw_ask(int fd, const char *method, const char *path, const char *headers, const char *body);

/* The text after "@name":" in a JSON body; overwritten by the next call. */
const char *raw_text_of(const char *body, const char *name);

/* --- frames, once a connection was upgraded --- */

/* The last frame, NUL-ended. */
struct raw_frame {
    int opcode; /* -1 = the connection ended */
    size_t size;
    char data[300 * 1024];
};
extern struct raw_frame heard;

/* The next frame, into heard; _type: the next text of that type, others are passed over. */
void raw_hear(int fd);
void raw_hear_type(int fd, const char *type);

/* The status in the close frame that comes next; 0 when it just ended. */
int raw_hear_close(int fd);

/* One whole frame. Whether all of it went. */
bool raw_say(int fd, int opcode, const void *data, size_t size);

#endif
