/* WebSockets: the stream of a screen, and what boards say. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "node/os/clock.h"
#include "node/web/web_state.h"
#include "sync/base/check.h"

enum { BOARD_MESSAGE_BYTES_MAX = 64 * 1024 };

/* lws has made it as small as what it reads at a time. */
static void set_buffers(const struct connection *connection)
{
    const int fd = lws_get_socket_fd(connection->wsi);
    const int guest_size = GUEST_BUFFER_BYTES;
    const int screen_size = SEND_BUFFER_BYTES;
    const bool is_guest = connection->guest != NULL;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, is_guest ? &guest_size : &screen_size, sizeof(int));
    if (is_guest) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &guest_size, sizeof guest_size);
    }
}

int web_socket_on_established(struct web *web, struct connection *connection)
{
    web_connection_upgraded(web, connection);
    set_buffers(connection);
    if (connection->guest == NULL) {
        lws_callback_on_writable(connection->wsi);
    }
    return 0;
}

int web_socket_hang_up(struct connection *connection, int status, const char *reason)
{
    char text[64];
    size_t size = (size_t)snprintf(text, sizeof text, "%s", reason);
    check(size < sizeof text);
    lws_close_reason(connection->wsi, (enum lws_close_status)status, (unsigned char *)text, size);
    return -1;
}

/* A whole message from a board. */
static int on_message(struct web *web, struct connection *connection)
{
    struct bytes frame = bytes_of(connection->message.data, connection->message.size);
    int err = api_seen(web->site.api, &connection->stream->caller, frame);
    if (err == ERR_MALFORMED || err == ERR_TOO_LARGE) {
        return web_socket_hang_up(connection, LWS_CLOSE_STATUS_POLICY_VIOLATION,
                                  "not a frame of ours");
    }
    return 0; /* busy or forbidden: the board will say it again, or should not have */
}

static int on_whole_message(struct web *web, struct connection *connection)
{
    struct bytes frame = bytes_of(connection->message.data, connection->message.size);
    int answer = connection->guest != NULL ? web_guest_on_message(web, connection, frame)
                                           : on_message(web, connection);
    text_close(&connection->message);
    return answer;
}

int web_socket_on_receive(struct web *web, struct connection *connection, const void *in,
                          size_t size)
{
    const bool is_guest = connection->guest != NULL;
    const size_t size_max = is_guest ? LIVE_MESSAGE_BYTES_MAX : BOARD_MESSAGE_BYTES_MAX;
    if (lws_frame_is_binary(connection->wsi)) {
        return web_socket_hang_up(connection, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "texts only");
    }
    if (size > size_max - connection->message.size) {
        return web_socket_hang_up(connection, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE,
                                  is_guest ? "4 KiB at most" : "64 KiB at most");
    }
    text_append(&connection->message, in, size);
    bool is_whole = lws_is_final_fragment(connection->wsi) &&
                    lws_remaining_packet_payload(connection->wsi) == 0;
    return is_whole ? on_whole_message(web, connection) : 0;
}

static int make_frame(struct web *web, struct connection *connection)
{
    static const char room[LWS_PRE];
    struct store_txn *txn = NULL;
    int err = web->gate->read_begin(web->gate->context, &txn);
    if (err != 0) {
        return err;
    }
    text_clear(&web->frame);
    text_append(&web->frame, room, sizeof room);
    err = connection->guest != NULL
              ? live_next(web->lives, &connection->guest->live, txn, &web->frame)
              : stream_next(web->streams, connection->stream, txn, clock_wall_ms(), &web->frame);
    web->gate->read_end(web->gate->context, txn);
    return err;
}

/* 1: there was something, and it was written; 0: there was nothing; -1: hang up. */
static int write_frame(struct web *web, struct connection *connection)
{
    if (make_frame(web, connection) != 0) {
        web_say(web, "the store cannot be read: a screen was disconnected");
        return web_socket_hang_up(connection, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION,
                                  "the store cannot be read");
    }
    size_t size = web->frame.size - LWS_PRE;
    if (size == 0) {
        return 0;
    }
    int written = lws_write(connection->wsi, (unsigned char *)web->frame.data + LWS_PRE, size,
                            LWS_WRITE_TEXT);
    return written < (int)size ? -1 : 1;
}

int web_socket_on_writeable(struct web *web, struct connection *connection)
{
    connection->stalled_ms = 0;
    if (connection->guest != NULL && !web_guest_takes(connection)) {
        return web_guest_hang_up(connection);
    }
    int answer = write_frame(web, connection);
    if (answer > 0 && connection->guest == NULL) {
        lws_callback_on_writable(connection->wsi);
    }
    return answer < 0 ? -1 : 0;
}
