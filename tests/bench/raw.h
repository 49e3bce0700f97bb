/* raw.h - bare ZeroMQ under CURVE, for the limits that our own figures stand beside.
 */
#ifndef TRESTLE_TESTS_BENCH_RAW_H
#define TRESTLE_TESTS_BENCH_RAW_H

#include <stdbool.h>
#include <stddef.h>

struct raw_socket {
    void *context, *socket; /* a PAIR */
    char endpoint[64];      /* of a bound one */
};

enum { RAW_KEY_BYTES = 41 };

struct raw_keys {
    char server_public[RAW_KEY_BYTES], server_secret[RAW_KEY_BYTES];
    char client_public[RAW_KEY_BYTES], client_secret[RAW_KEY_BYTES];
};

void raw_keys_make(struct raw_keys *keys);
void raw_bind(struct raw_socket *raw, const struct raw_keys *keys);
void raw_connect(struct raw_socket *raw, const struct raw_keys *keys, const char *endpoint);
void raw_close(struct raw_socket *raw);

void raw_send(struct raw_socket *raw, const void *data, size_t size);
/* Waits for a message of just @size bytes. */
void raw_receive(struct raw_socket *raw, void *data, size_t size);

/* Ends the program unless @is_good. */
void raw_must(bool is_good, const char *what);

#endif
