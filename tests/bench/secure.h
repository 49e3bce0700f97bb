/* secure.h - the client's end of a TLS connection that trusts anybody, for benchmarks. */
#ifndef TRESTLE_TESTS_BENCH_SECURE_H
#define TRESTLE_TESTS_BENCH_SECURE_H

#include <stddef.h>
#include <sys/types.h>

struct secure;

/* Over the blocking socket @fd, which stays the caller's; returns after the handshake. */
struct secure *secure_new(int fd);
/* Accepts NULL. */
void secure_free(struct secure *secure);

/* @size when all was sent. */
ssize_t secure_send(struct secure *secure, const void *data, size_t size);
/* 0 = nothing now. */
size_t secure_receive(struct secure *secure, void *to, size_t capacity);

#endif
