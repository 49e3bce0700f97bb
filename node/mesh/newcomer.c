#include "node/mesh/newcomer.h"

#include <stdlib.h>

#include "node/mesh/socket.h"
#include "node/os/clock.h"

enum { LOOK_MS = 20 };

/* The one frame that comes. The inviter hangs up behind it, so that it may lie here when the
 * connection is gone already. */
static int hear(void *dealer, void *monitor, uint64_t deadline_ms, void *buffer, size_t *ret_size)
{
    int err = ERR_BUSY;
    bool is_over = false;
    while (err == ERR_BUSY && !is_over && clock_mono_ms() < deadline_ms) {
        int fd = -1;
        enum socket_news news = monitor_next(monitor, &fd);
        is_over = news == NEWS_REFUSED || news == NEWS_LOST;
        err = dealer_receive(dealer, LOOK_MS, buffer, WELCOME_BYTES_MAX, ret_size);
    }
    return err;
}

static int answer_read(const struct invitation *invitation, const struct enrol_hello *hello,
                       struct bytes frame, struct welcome *ret_welcome)
{
    struct message *message = calloc(1, sizeof *message);
    if (message == NULL)
        return ERR_NO_MEMORY;
    bool is_refused = message_decode(frame, message) == 0 && message->kind == MESSAGE_BYE;
    free(message);
    if (is_refused)
        return ERR_FORBIDDEN;
    return welcome_decode(invitation, &hello->mac, frame, ret_welcome);
}

static int converse(void *dealer, void *monitor, const struct invitation *invitation,
                    const struct enrol_hello *hello, struct bytes frame, uint64_t deadline_ms,
                    struct welcome *ret_welcome)
{
    size_t size = 0;
    uint8_t *buffer = malloc(WELCOME_BYTES_MAX);
    if (buffer == NULL)
        return ERR_NO_MEMORY;
    int err = dealer_send(dealer, frame);
    if (err == 0)
        err = hear(dealer, monitor, deadline_ms, buffer, &size);
    if (err == 0)
        err = answer_read(invitation, hello, bytes_of(buffer, size), ret_welcome);
    free(buffer);
    return err;
}

int newcomer_join(const struct invitation *invitation, struct enrol_hello *hello,
                  const struct secret_key *device_secret,
                  const struct transport_secret *transport_secret, unsigned timeout_ms,
                  struct welcome *ret_welcome)
{
    uint8_t buffer[ENROL_HELLO_BYTES_MAX];
    struct bytes frame;
    int err = enrol_hello_encode(invitation, hello, device_secret, buffer, &frame);
    if (err != 0)
        return err;
    void *context = context_new();
    void *dealer =
        context == NULL ? NULL : dealer_new(context, &invitation->inviter, transport_secret);
    void *monitor = dealer == NULL ? NULL : monitor_new(context, dealer, 1);
    err = monitor == NULL ? ERR_NO_MEMORY : dealer_keep_unread(dealer);
    if (err == 0)
        err = dealer_connect(dealer, invitation->endpoint);
    if (err == 0)
        err = converse(dealer, monitor, invitation, hello, frame, clock_mono_ms() + timeout_ms,
                       ret_welcome);
    socket_close(dealer, monitor, 0);
    context_free(context);
    return err;
}
