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

/* ---- without an invitation ---- */

enum { HELLO_AGAIN_MS = 500 };

/* The connection of one newcomer. */
struct knocking {
    void *context, *dealer, *monitor;
    uint8_t *buffer; /* WELCOME_BYTES_MAX */
};

static void knocking_end(struct knocking *knocking)
{
    socket_close(knocking->dealer, knocking->monitor, 0);
    context_free(knocking->context);
    free(knocking->buffer);
}

static int knocking_begin(struct knocking *knocking, const char *endpoint,
                          const struct transport_secret *transport_secret)
{
    const struct transport_secret door_secret = pair_door_key();
    const struct public_key door = transport_public(&door_secret);
    *knocking = (struct knocking){.context = context_new(), .buffer = malloc(WELCOME_BYTES_MAX)};
    if (knocking->context != NULL)
        knocking->dealer = dealer_new(knocking->context, &door, transport_secret);
    if (knocking->dealer != NULL)
        knocking->monitor = monitor_new(knocking->context, knocking->dealer, 1);
    if (knocking->monitor == NULL || knocking->buffer == NULL)
        return ERR_NO_MEMORY;
    int err = dealer_keep_unread(knocking->dealer);
    return err != 0 ? err : dealer_connect(knocking->dealer, endpoint);
}

/* Commit, be offered, reveal: what both sides then know. */
static int exchange(struct knocking *knocking, const char *name,
                    const struct transport_secret *transport_secret, uint64_t deadline_ms,
                    struct paired *ret_paired)
{
    uint8_t frame[PAIR_FRAME_BYTES_MAX];
    struct bytes bytes;
    struct pair_part own, offer;
    size_t size = 0;
    const struct public_key key = transport_public(transport_secret);
    int err = pair_part_newcomer(&key, name, &own);
    if (err == 0)
        err = pair_commit_encode(&own, frame, &bytes);
    if (err == 0)
        err = dealer_send(knocking->dealer, bytes);
    if (err == 0)
        err = hear(knocking->dealer, knocking->monitor, deadline_ms, knocking->buffer, &size);
    if (err == 0)
        err = pair_offer_decode(bytes_of(knocking->buffer, size), &offer);
    if (err == 0)
        err = pair_reveal_encode(&own, frame, &bytes);
    if (err == 0)
        err = dealer_send(knocking->dealer, bytes);
    return err != 0 ? err : pair_conclude(&offer, &own, transport_secret, ret_paired);
}

/* Say @hello again and again: it is heard once people at the other side have agreed. */
static int wait_welcome(struct knocking *knocking, const struct invitation *invitation,
                        struct enrol_hello *hello, const struct secret_key *device_secret,
                        uint64_t deadline_ms, struct welcome *ret_welcome)
{
    uint8_t frame[ENROL_HELLO_BYTES_MAX];
    struct bytes bytes;
    size_t size = 0;
    int err = enrol_hello_encode(invitation, hello, device_secret, frame, &bytes);
    if (err != 0)
        return err;
    for (err = ERR_BUSY; err == ERR_BUSY && clock_mono_ms() < deadline_ms;) {
        int fd = -1;
        const enum socket_news news = monitor_next(knocking->monitor, &fd);
        err = dealer_send(knocking->dealer, bytes);
        if (err == 0 || err == ERR_BUSY || err == ERR_NOT_FOUND)
            err = dealer_receive(knocking->dealer, HELLO_AGAIN_MS, knocking->buffer,
                                 WELCOME_BYTES_MAX, &size);
        if (err == ERR_BUSY && (news == NEWS_LOST || news == NEWS_REFUSED))
            break; /* they hung up */
    }
    return err != 0 ? err
                    : answer_read(invitation, hello, bytes_of(knocking->buffer, size), ret_welcome);
}

int newcomer_pair(const struct newcomer *newcomer, struct enrol_hello *hello, unsigned timeout_ms,
                  struct invitation *ret_invitation, struct welcome *ret_welcome)
{
    struct knocking knocking;
    struct paired paired;
    int err = knocking_begin(&knocking, newcomer->endpoint, newcomer->transport_secret);
    if (err == 0)
        err = exchange(&knocking, hello->name, newcomer->transport_secret,
                       clock_mono_ms() + timeout_ms, &paired);
    if (err == 0 && !newcomer->ask(newcomer->context, paired.digits))
        err = ERR_STATE;
    if (err == 0) {
        *ret_invitation = paired.invitation;
        err = wait_welcome(&knocking, ret_invitation, hello, newcomer->device_secret,
                           clock_mono_ms() + UINT64_C(1000) * INVITATION_SECONDS, ret_welcome);
    }
    knocking_end(&knocking);
    return err;
}
