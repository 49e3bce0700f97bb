#include "tests/process/lib/host.h"

#include <string.h>

#include "tests/lib/test.h"

struct host host;

static int read_begin(void *context, struct store_txn **ret_txn)
{
    (void)context;
    *ret_txn = store_memory_begin(host.store, false);
    return 0;
}

static void read_end(void *context, struct store_txn *txn)
{
    (void)context;
    store_memory_abort(txn);
}

static void facts(void *context, struct gate_live *ret_live)
{
    (void)context;
    *ret_live = host.live;
}

static void no_news(void *context)
{
    (void)context;
}

void host_begin(void)
{
    host.store = store_memory_new();
    host.live = (struct gate_live){.device = 1,
                                   .log = 2,
                                   .role = ROLE_OWNER,
                                   .capabilities = role_device_capabilities(ROLE_OWNER),
                                   .is_writable = true};
    host.gate = (struct gate){.queue = command_queue_new(0, no_news, NULL),
                              .read_begin = read_begin,
                              .read_end = read_end,
                              .live = facts};
    host.api = api_new(&host.gate, "0");
    assert_non_null(host.api);
}

void host_end(void)
{
    api_free(host.api);
    command_queue_free(host.gate.queue);
    store_memory_free(host.store);
    text_close(&host.body);
    memset(&host, 0, sizeof host);
}

struct api_reply host_ask(const char *method, const char *path, const char *body)
{
    struct api_reply reply;
    const struct api_request request = {
        .access = {.entrance = ENTRANCE_CONTROL},
        .method = method,
        .path = path,
        .query = "",
        .key = bytes_of_text("00000001000102030405060708090a0b"),
        .body = bytes_of_text(body),
    };
    text_close(&host.body);
    api_handle(host.api, &request, &reply);
    host.body = reply.body;
    text_append(&host.body, "", 1);
    return reply;
}

void host_said(const char *wanted)
{
    assert_non_null(strstr(host.body.data, wanted));
}
