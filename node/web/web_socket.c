/* WebSockets: the stream of a screen, and what boards say. */

/* OpenSSL's headers, which lws shows, have a type of that name. */
#define ERR_STATE ERR_STATE_of_openssl
#include <libwebsockets.h>
#undef ERR_STATE

#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "node/web/web_state.h"
#include "sync/base/check.h"

enum { BOARD_MESSAGE_BYTES_MAX = 64 * 1024 };

int web_socket_on_established(struct connection *connection)
{
    connection->is_socket = true;
    lws_callback_on_writable(connection->wsi);
    return 0;
}

static int hang_up(struct connection *connection, enum lws_close_status status, const char *reason)
{
    char text[64];
    size_t size = (size_t)snprintf(text, sizeof text, "%s", reason);
    check(size < sizeof text);
    lws_close_reason(connection->wsi, status, (unsigned char *)text, size);
    return -1;
}

/* A whole message from a board. */
static int on_message(struct web *web, struct connection *connection)
{
    struct bytes frame = bytes_of(connection->message.data, connection->message.size);
    int err = api_seen(web->site.api, &connection->stream.caller, frame);
    text_close(&connection->message);
    if (err == ERR_MALFORMED || err == ERR_TOO_LARGE)
        return hang_up(connection, LWS_CLOSE_STATUS_POLICY_VIOLATION, "not a frame of ours");
    return 0; /* busy or forbidden: the board will say it again, or should not have */
}

int web_socket_on_receive(struct web *web, struct connection *connection, const void *in,
                          size_t size)
{
    if (lws_frame_is_binary(connection->wsi))
        return hang_up(connection, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "texts only");
    if (size > BOARD_MESSAGE_BYTES_MAX - connection->message.size)
        return hang_up(connection, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "64 KiB at most");
    text_append(&connection->message, in, size);
    bool is_whole = lws_is_final_fragment(connection->wsi) &&
                    lws_remaining_packet_payload(connection->wsi) == 0;
    return is_whole ? on_message(web, connection) : 0;
}

static int stream_frame(struct web *web, struct connection *connection)
{
    static const char room[LWS_PRE];
    struct store_txn *txn = NULL;
    int err = web->gate->read_begin(web->gate->context, &txn);
    if (err != 0)
        return err;
    text_clear(&web->frame);
    text_append(&web->frame, room, sizeof room);
    err = stream_next(web->streams, &connection->stream, txn, clock_wall_ms(), &web->frame);
    web->gate->read_end(web->gate->context, txn);
    return err;
}

int web_socket_on_writeable(struct web *web, struct connection *connection)
{
    connection->stalled_ms = 0;
    if (stream_frame(web, connection) != 0) {
        web_say(web, "the store cannot be read: a screen was disconnected");
        return hang_up(connection, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION,
                       "the store cannot be read");
    }
    size_t size = web->frame.size - LWS_PRE;
    if (size == 0)
        return 0;
    int written = lws_write(connection->wsi, (unsigned char *)web->frame.data + LWS_PRE, size,
                            LWS_WRITE_TEXT);
    lws_callback_on_writable(connection->wsi);
    return written < (int)size ? -1 : 0;
}
