#include "tests/process/lib/memory_node.h"

#include <string.h>

#include "tests/lib/test.h"

/* --- its gate --- */

static int read_begin(void *context, struct store_txn **ret_txn)
{
    const struct memory_node *node = context;
    if (node->is_shut) {
        return ERR_IO;
    }
    *ret_txn = store_memory_begin(node->store, false);
    return 0;
}

static void read_end(void *context, struct store_txn *txn)
{
    (void)context;
    store_memory_abort(txn);
}

static void live(void *context, struct gate_live *ret_live)
{
    const struct cluster_node *first = &((struct memory_node *)context)->cluster->nodes[0];
    *ret_live = (struct gate_live){.device = first->device,
                                   .log = first->log,
                                   .role = ROLE_OWNER,
                                   .capabilities = role_device_capabilities(ROLE_OWNER),
                                   .epoch_ms = CLUSTER_EPOCH_MS,
                                   .is_writable = true,
                                   .marks_count = 1,
                                   .marks = {{first->log, 1}},
                                   .moved = 1};
}

static void spoilt(void *context)
{
    ((struct memory_node *)context)->spoilt++;
}

static void wake(void *context)
{
    (void)context;
}

/* --- */

void memory_node_open(struct memory_node *node, const char *day)
{
    size_t at = 0;
    memset(node, 0, sizeof *node);
    while (strcmp(golden_days[at].name, day) != 0) {
        assert_true(++at < golden_days_count);
    }
    node->cluster = golden_live(&golden_days[at]);
    node->store = node->cluster->nodes[0].store;
    node->gate = (struct gate){.context = node,
                               .queue = command_queue_new(0, wake, NULL),
                               .read_begin = read_begin,
                               .read_end = read_end,
                               .live = live,
                               .spoilt = spoilt};
    node->api = api_new(&node->gate, "0");
    node->streams = streams_new(node->api);
    assert_non_null(node->streams);
}

void memory_node_close(struct memory_node *node)
{
    text_close(&node->asked);
    streams_free(node->streams);
    api_free(node->api);
    command_queue_free(node->gate.queue);
    cluster_free(node->cluster);
}

int memory_node_ask(struct memory_node *node, const char *path, const char *query)
{
    struct api_reply reply;
    const struct api_request request = {
        .access = {.entrance = ENTRANCE_LOOPBACK}, .method = "GET", .path = path, .query = query};
    text_close(&node->asked);
    api_handle(node->api, &request, &reply);
    node->asked = reply.body;
    return reply.status;
}

void memory_node_forget(struct memory_node *node)
{
    streams_free(node->streams);
    node->streams = streams_new(node->api);
    assert_non_null(node->streams);
    streams_refresh(node->streams, true, MEMORY_NODE_NOW_MS);
}

void memory_node_watch(struct memory_node *node, const char *view, const char *cursor,
                       struct stream *ret_stream)
{
    struct api_reply reply = {.status = 0};
    const struct access_request request = {.entrance = ENTRANCE_LOOPBACK};
    state_refresh(node->api->state);
    assert_int_equal(api_watch(node->api, &request, route_view_find(view), &reply), 0);
    assert_int_equal(stream_open(ret_stream, &reply.caller, view, cursor), 0);
}
