#include "tests/bench/raw.h"

#include <zmq.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"

void raw_must(bool is_good, const char *what)
{
    bench_must(is_good ? 0 : ERR_IO, what);
}

void raw_keys_make(struct raw_keys *keys)
{
    raw_must(zmq_curve_keypair(keys->server_public, keys->server_secret) == 0 &&
                 zmq_curve_keypair(keys->client_public, keys->client_secret) == 0,
             "keys");
}

static void raw_open(struct raw_socket *raw)
{
    raw->context = zmq_ctx_new();
    raw->socket = zmq_socket(raw->context, ZMQ_PAIR);
    raw_must(raw->socket != NULL, "socket");
}

static void set_key(const struct raw_socket *raw, int option, const char *key)
{
    raw_must(zmq_setsockopt(raw->socket, option, key, RAW_KEY_BYTES) == 0, "key");
}

void raw_bind(struct raw_socket *raw, const struct raw_keys *keys)
{
    int is_server = 1;
    size_t size = sizeof raw->endpoint;
    raw_open(raw);
    set_key(raw, ZMQ_CURVE_SECRETKEY, keys->server_secret);
    raw_must(zmq_setsockopt(raw->socket, ZMQ_CURVE_SERVER, &is_server, sizeof is_server) == 0 &&
                 zmq_bind(raw->socket, "tcp://127.0.0.1:*") == 0 &&
                 zmq_getsockopt(raw->socket, ZMQ_LAST_ENDPOINT, raw->endpoint, &size) == 0,
             "bind");
}

void raw_connect(struct raw_socket *raw, const struct raw_keys *keys, const char *endpoint)
{
    raw_open(raw);
    set_key(raw, ZMQ_CURVE_SERVERKEY, keys->server_public);
    set_key(raw, ZMQ_CURVE_PUBLICKEY, keys->client_public);
    set_key(raw, ZMQ_CURVE_SECRETKEY, keys->client_secret);
    raw_must(zmq_connect(raw->socket, endpoint) == 0, "connect");
}

void raw_close(struct raw_socket *raw)
{
    (void)zmq_close(raw->socket);
    (void)zmq_ctx_term(raw->context);
}

void raw_send(struct raw_socket *raw, const void *data, size_t size)
{
    raw_must(zmq_send(raw->socket, data, size, 0) == (int)size, "send");
}

void raw_receive(struct raw_socket *raw, void *data, size_t size)
{
    raw_must(zmq_recv(raw->socket, data, size, 0) == (int)size, "receive");
}
