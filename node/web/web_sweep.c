/* Each second: who takes nothing, asks for too long or has no right any more is disconnected. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <linux/tcp.h>
#include <sys/socket.h>

#include "node/os/clock.h"
#include "node/web/web_state.h"

/* Bytes that the other side has acknowledged; 0 where that cannot be known (the control socket). */
static uint64_t acked_bytes(struct lws *wsi)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
        return 0;
    }
    return info.tcpi_bytes_acked;
}

/* Whether a reader has taken nothing for too long. A slow one that takes something is let be. */
bool web_is_stalled(struct web *web, struct connection *connection, uint64_t now_ms)
{
    uint64_t acked = acked_bytes(connection->wsi);
    if (connection->stalled_ms == 0 || acked != connection->acked_bytes) {
        connection->stalled_ms = now_ms;
        connection->acked_bytes = acked;
        return false;
    }
    return now_ms - connection->stalled_ms >= web->reader_stall_ms;
}

void web_cut(struct web *web, struct connection *connection, const char *why)
{
    web_say(web, why);
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

static void sweep_request(struct web *web, struct connection *connection, uint64_t now_ms)
{
    const bool is_answering =
        connection->is_busy && !connection->exchange->response.reply.is_pending;
    const bool is_late = connection->deadline_ms != 0 && now_ms > connection->deadline_ms;
    if (is_late || (is_answering && web_is_stalled(web, connection, now_ms))) {
        web_cut(web, connection, "a request took too long and was cut");
    }
}

static void sweep_screen(struct web *web, struct connection *connection, uint64_t now_ms)
{
    lws_callback_on_writable(connection->wsi);
    if (web_is_stalled(web, connection, now_ms)) {
        web_cut(web, connection, "a screen took nothing for too long and was disconnected");
    } else if (!api_may_watch(web->site.api, &connection->stream->caller)) {
        web_cut(web, connection,
                "somebody's rights ended or changed and their screen was disconnected");
    }
}

static void count_screens(const struct web *web)
{
    struct gate_screens screens = {.is_told = true};
    for (const struct connection *at = web->screens; at != NULL; at = at->next) {
        screens.counts[at->stream->view] += at->stream->is_office ? 0 : 1;
    }
    web->site.api->state->screens = screens;
    web->site.api->state->phones = web->guests_count;
    if (web->gate->screens != NULL) {
        web->gate->screens(web->gate->context, &screens);
    }
}

void web_sweep(struct web *web)
{
    const uint64_t now_ms = clock_mono_ms();
    streams_refresh(web->streams, true, clock_wall_ms());
    for (struct connection *at = web->connections; at != NULL; at = at->next) {
        sweep_request(web, at, now_ms);
    }
    for (struct connection *at = web->screens; at != NULL; at = at->next) {
        sweep_screen(web, at, now_ms);
    }
    web_on_errands(web); /* some waited long enough */
    web_lives_refresh(web);
    for (struct connection *at = web->guests; at != NULL; at = at->next) {
        web_guest_sweep(web, at, now_ms);
    }
    count_screens(web);
}
