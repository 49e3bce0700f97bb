/* raw_lws - the limit of what a server on libwebsockets and LMDB can do: the fewest bytes of code
 * between a request, a durable row and a frame to each WebSocket, as long as one of ours.
 *
 *   raw_lws <folder of a store> [poll|uv|ev|glib]
 *
 * POST /api/orders    a row; one commit for all that came in a turn of the loop; answered before
 *                     anybody is told, and all are told the newest state only
 * POST /api/clear     none waits any more
 * GET /api/nothing    an answer
 */
#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <lmdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAME_BYTES_MAX = 256,
    ANSWER_BYTES_MAX = 256,
    PENDING_MAX = 256,
    ROW_BYTES = 300,
    MAP_BYTES = 1 << 30,
};

/* Of a WebSocket the state that it was told, of a request what it asks. */
struct session {
    unsigned told;
    bool is_order, is_clear, is_asked, is_durable;
};

static MDB_env *store;
static MDB_dbi rows;
static unsigned long long written, waiting;
static unsigned state;
static struct lws *pending[PENDING_MAX]; /* orders that wait for the commit */
static size_t pending_count;
static char frame[LWS_PRE + FRAME_BYTES_MAX];
static size_t frame_size;
static struct lws_sorted_usec_list turn; /* its end */

static void must(bool is_good, const char *what)
{
    if (!is_good) {
        (void)fprintf(stderr, "raw_lws: %s\n", what);
        exit(1);
    }
}

/* --- the store --- */

static void store_open(const char *folder)
{
    MDB_txn *txn;
    must(mdb_env_create(&store) == 0 && mdb_env_set_mapsize(store, MAP_BYTES) == 0 &&
             mdb_env_open(store, folder, 0, 0600) == 0 &&
             mdb_txn_begin(store, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &rows) == 0 &&
             mdb_txn_commit(txn) == 0,
         "a store");
}

static void store_write(size_t count)
{
    static char row[ROW_BYTES];
    MDB_txn *txn;
    must(mdb_txn_begin(store, NULL, 0, &txn) == 0, "begin");
    for (size_t i = 0; i < count; i++) {
        unsigned long long number = ++written;
        MDB_val key = {sizeof number, &number};
        MDB_val value = {sizeof row, row};
        must(mdb_put(txn, rows, &key, &value, 0) == 0, "put");
    }
    must(mdb_txn_commit(txn) == 0, "commit");
}

/* --- telling --- */

static void frame_make(void)
{
    const int size = snprintf(frame + LWS_PRE, FRAME_BYTES_MAX,
                              "{\"type\":\"delta\",\"orders\":[],\"removed\":[],\"items\":[],"
                              "\"queue\":{\"waiting\":%llu},\"now\":1700000000000,"
                              "\"cursor\":\"00000000000000000000-%012u\"}",
                              waiting, ++state);
    frame_size = (size_t)size;
}

static void tell_all(struct lws *one)
{
    frame_make();
    (void)lws_callback_on_writable_all_protocol(lws_get_context(one), lws_get_protocol(one));
}

static int tell_one(struct lws *wsi, struct session *session)
{
    if (session->told == state) {
        return 0;
    }
    session->told = state;
    const int sent = lws_write(wsi, (unsigned char *)frame + LWS_PRE, frame_size, LWS_WRITE_TEXT);
    return sent < (int)frame_size ? -1 : 0;
}

/* --- requests --- */

static int answer(struct lws *wsi)
{
    unsigned char text[LWS_PRE + ANSWER_BYTES_MAX];
    const int size = snprintf((char *)text + LWS_PRE, ANSWER_BYTES_MAX,
                              "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
                              "Content-Length: 33\r\n\r\n{\"id\":\"%024llu\"}",
                              written);
    const int sent = lws_write(wsi, text + LWS_PRE, (size_t)size, LWS_WRITE_HTTP_FINAL);
    return sent < size || lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

static void answer_later(struct lws *wsi, struct session *session)
{
    session->is_durable = true;
    (void)lws_rx_flow_control(wsi, 1);
    (void)lws_callback_on_writable(wsi);
}

/* What came in this turn: durable, answered, told. */
static void commit(struct lws_sorted_usec_list *at)
{
    struct lws *last = NULL;
    const size_t count = pending_count;
    (void)at;
    store_write(count);
    pending_count = 0;
    waiting += count;
    for (size_t i = 0; i < count; i++) {
        last = pending[i];
        answer_later(last, lws_wsi_user(last));
    }
    tell_all(last);
}

/* lws says again and again that a body is whole, until there is an answer or it looks away. */
static void conclude(struct lws *wsi, struct session *session)
{
    if (session->is_asked) {
        return;
    }
    session->is_asked = true;
    (void)lws_rx_flow_control(wsi, 0);
    if (session->is_order) {
        must(pending_count < PENDING_MAX, "room for an order");
        pending[pending_count++] = wsi;
        if (pending_count == 1) {
            lws_sul_schedule(lws_get_context(wsi), 0, &turn, commit, 1);
        }
        return;
    }
    if (session->is_clear) {
        waiting = 0;
        tell_all(wsi);
    }
    answer_later(wsi, session);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t size)
{
    struct session *session = user;
    (void)size;
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        *session = (struct session){.is_order = strcmp(in, "/api/orders") == 0,
                                    .is_clear = strcmp(in, "/api/clear") == 0};
        if (strcmp(in, "/api/nothing") == 0) {
            answer_later(wsi, session);
        }
        return 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        conclude(wsi, session);
        return 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return session->is_durable ? answer(wsi) : 0;
    case LWS_CALLBACK_ESTABLISHED:
        session->told = 0;
        (void)lws_callback_on_writable(wsi);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return tell_one(wsi, session);
    default:
        return 0;
    }
}

/* --- the loop --- */

static uint64_t loop_option(const char *name)
{
    static const struct {
        const char *name;
        uint64_t option;
    } loops[] = {{"poll", 0},
                 {"uv", LWS_SERVER_OPTION_LIBUV},
                 {"ev", LWS_SERVER_OPTION_LIBEV},
                 {"glib", LWS_SERVER_OPTION_GLIB}};
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        if (strcmp(name, loops[i].name) == 0) {
            return loops[i].option;
        }
    }
    must(false, "poll, uv, ev or glib");
    return 0;
}

int main(int argc, char **argv)
{
    static const struct lws_protocols protocols[] = {
        {.name = "raw",
         .callback = on_event,
         .per_session_data_size = sizeof(struct session),
         .rx_buffer_size = 512},
        {.name = NULL}};
    struct lws_context_creation_info info = {.iface = "127.0.0.1",
                                             .protocols = protocols,
                                             .options = LWS_SERVER_OPTION_DISABLE_IPV6,
                                             .keepalive_timeout = 60,
                                             .gid = -1,
                                             .uid = -1};
    must(argc >= 2, "the folder of a store");
    store_open(argv[1]);
    frame_make();
    info.options |= loop_option(argc > 2 ? argv[2] : "poll");
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context *context = lws_create_context(&info);
    must(context != NULL, "a server");
    (void)signal(SIGTERM, SIG_DFL); /* libuv's loop would catch it, and go on */
    (void)printf("{\"http\":\"http://127.0.0.1:%d\"}\n",
                 lws_get_vhost_listen_port(lws_get_vhost_by_name(context, "default")));
    (void)fflush(stdout);
    while (lws_service(context, 0) >= 0) { /* until a signal ends it */
    }
    return 1;
}
