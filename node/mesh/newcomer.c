#include "node/mesh/newcomer.h"

#include <stdbool.h>
#include <stdlib.h>

#include "node/mesh/socket.h"
#include "node/os/clock.h"

enum { LOOK_MS = 20 };

/* Until when an answer is waited for, and whether it is wanted so long (NULL = nobody ends it). */
struct patience {
    uint64_t deadline_ms;
    const struct newcomer *newcomer;
};

static bool goes_on(const struct patience *patience)
{
    const struct newcomer *newcomer = patience->newcomer;
    return clock_mono_ms() < patience->deadline_ms &&
           (newcomer == NULL || newcomer->goes_on == NULL || newcomer->goes_on(newcomer->context));
}

/* The one frame that comes. The inviter hangs up behind it, so that it may lie here when the
 * connection is gone already. @ret_is_unfinished: somebody is there who had no time for us. */
static int hear(void *dealer, void *monitor, const struct patience *patience, void *buffer,
                size_t *ret_size, bool *ret_is_unfinished)
{
    int err = ERR_BUSY;
    bool is_over = false;
    *ret_is_unfinished = false;
    while (err == ERR_BUSY && !is_over && goes_on(patience)) {
        int fd = -1;
        enum socket_news news = monitor_next(monitor, &fd);
        *ret_is_unfinished = *ret_is_unfinished || news == NEWS_UNFINISHED;
        is_over = *ret_is_unfinished || news == NEWS_REFUSED || news == NEWS_LOST;
        err = dealer_receive(dealer, LOOK_MS, buffer, WELCOME_BYTES_MAX, ret_size);
    }
    return err;
}

static int answer_read(const struct invitation *invitation, const struct enrol_hello *hello,
                       struct bytes frame, struct welcome *ret_welcome)
{
    struct message *message = calloc(1, sizeof *message);
    if (message == NULL) {
        return ERR_NO_MEMORY;
    }
    bool is_refused = message_decode(frame, message) == 0 && message->kind == MESSAGE_BYE;
    free(message);
    if (is_refused) {
        return ERR_FORBIDDEN;
    }
    return welcome_decode(invitation, &hello->mac, frame, ret_welcome);
}

/* A newcomer with an invitation, and what it says. */
struct visit {
    const struct invitation *invitation;
    const struct enrol_hello *hello;
    const struct transport_secret *transport_secret;
    struct bytes frame; /* the hello */
    uint64_t deadline_ms;
    uint8_t *buffer; /* WELCOME_BYTES_MAX */
};

static int converse(const struct visit *visit, void *dealer, void *monitor,
                    struct welcome *ret_welcome, bool *ret_is_unfinished)
{
    size_t size = 0;
    const struct patience patience = {.deadline_ms = visit->deadline_ms};
    int err = dealer_keep_unread(dealer);
    if (err == 0) {
        err = dealer_connect(dealer, visit->invitation->endpoint);
    }
    if (err == 0) {
        err = dealer_send(dealer, visit->frame);
    }
    if (err == 0) {
        err = hear(dealer, monitor, &patience, visit->buffer, &size, ret_is_unfinished);
    }
    return err != 0 ? err
                    : answer_read(visit->invitation, visit->hello, bytes_of(visit->buffer, size),
                                  ret_welcome);
}

/* Over one connection. */
static int visit_once(const struct visit *visit, struct welcome *ret_welcome,
                      bool *ret_is_unfinished)
{
    int err = ERR_NO_MEMORY;
    void *context = context_new();
    void *dealer = context == NULL
                       ? NULL
                       : dealer_new(context, &visit->invitation->inviter, visit->transport_secret);
    void *monitor = dealer == NULL ? NULL : dealer_monitor_new(context, dealer, 1);
    *ret_is_unfinished = false;
    if (monitor != NULL) {
        err = converse(visit, dealer, monitor, ret_welcome, ret_is_unfinished);
    }
    socket_close(dealer, monitor, 0);
    context_free(context);
    return err;
}

int newcomer_join(const struct invitation *invitation, struct enrol_hello *hello,
                  const struct secret_key *device_secret,
                  const struct transport_secret *transport_secret, unsigned timeout_ms,
                  struct welcome *ret_welcome)
{
    uint8_t said[ENROL_HELLO_BYTES_MAX];
    bool is_unfinished = false;
    struct visit visit = {.invitation = invitation,
                          .hello = hello,
                          .transport_secret = transport_secret,
                          .deadline_ms = clock_mono_ms() + timeout_ms,
                          .buffer = malloc(WELCOME_BYTES_MAX)};
    int err = visit.buffer == NULL
                  ? ERR_NO_MEMORY
                  : enrol_hello_encode(invitation, hello, device_secret, said, &visit.frame);
    if (err == 0) {
        err = visit_once(&visit, ret_welcome, &is_unfinished);
    }
    while (err == ERR_BUSY && is_unfinished && clock_mono_ms() < visit.deadline_ms) {
        err = visit_once(&visit, ret_welcome, &is_unfinished);
    }
    free(visit.buffer);
    return err;
}

/* --- without an invitation --- */

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
    if (knocking->context != NULL) {
        knocking->dealer = dealer_new(knocking->context, &door, transport_secret);
    }
    if (knocking->dealer != NULL) {
        knocking->monitor = dealer_monitor_new(knocking->context, knocking->dealer, 1);
    }
    if (knocking->monitor == NULL || knocking->buffer == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = dealer_keep_unread(knocking->dealer);
    return err != 0 ? err : dealer_connect(knocking->dealer, endpoint);
}

/* Commit, be offered, reveal: what both sides then know. */
static int exchange(struct knocking *knocking, const char *name,
                    const struct transport_secret *transport_secret,
                    const struct patience *patience, struct paired *ret_paired)
{
    uint8_t frame[PAIR_FRAME_BYTES_MAX];
    struct bytes bytes;
    struct pair_part own, offer;
    size_t size = 0;
    bool is_unfinished;
    const struct public_key key = transport_public(transport_secret);
    int err = pair_part_newcomer(&key, name, &own);
    if (err == 0) {
        err = pair_commit_encode(&own, frame, &bytes);
    }
    if (err == 0) {
        err = dealer_send(knocking->dealer, bytes);
    }
    if (err == 0) {
        err = hear(knocking->dealer, knocking->monitor, patience, knocking->buffer, &size,
                   &is_unfinished);
    }
    if (err == 0) {
        err = pair_offer_decode(bytes_of(knocking->buffer, size), &offer);
    }
    if (err == 0) {
        err = pair_reveal_encode(&own, frame, &bytes);
    }
    if (err == 0) {
        err = dealer_send(knocking->dealer, bytes);
    }
    return err != 0 ? err : pair_conclude(&offer, &own, transport_secret, ret_paired);
}

/* Say @hello again and again: it is heard once people at the other side have agreed. */
static int wait_welcome(struct knocking *knocking, const struct invitation *invitation,
                        struct enrol_hello *hello, const struct patience *patience,
                        struct welcome *ret_welcome)
{
    uint8_t frame[ENROL_HELLO_BYTES_MAX];
    struct bytes bytes;
    size_t size = 0;
    int err =
        enrol_hello_encode(invitation, hello, patience->newcomer->device_secret, frame, &bytes);
    if (err != 0) {
        return err;
    }
    for (err = ERR_BUSY; err == ERR_BUSY && goes_on(patience);) {
        int fd = -1;
        const enum socket_news news = monitor_next(knocking->monitor, &fd);
        err = dealer_send(knocking->dealer, bytes);
        if (err == 0 || err == ERR_BUSY || err == ERR_NOT_FOUND) {
            err = dealer_receive(knocking->dealer, HELLO_AGAIN_MS, knocking->buffer,
                                 WELCOME_BYTES_MAX, &size);
        }
        if (err == ERR_BUSY && news != NEWS_NONE && news != NEWS_LINKED) {
            break; /* they hung up */
        }
    }
    return err != 0 ? err
                    : answer_read(invitation, hello, bytes_of(knocking->buffer, size), ret_welcome);
}

int newcomer_pair(const struct newcomer *newcomer, struct enrol_hello *hello, unsigned timeout_ms,
                  struct invitation *ret_invitation, struct welcome *ret_welcome)
{
    struct knocking knocking;
    struct paired paired;
    struct patience patience = {clock_mono_ms() + timeout_ms, newcomer};
    int err = knocking_begin(&knocking, newcomer->endpoint, newcomer->transport_secret);
    if (err == 0) {
        err = exchange(&knocking, hello->name, newcomer->transport_secret, &patience, &paired);
    }
    if (err == 0 && !newcomer->ask(newcomer->context, paired.digits)) {
        err = ERR_STATE;
    }
    if (err == 0) {
        *ret_invitation = paired.invitation;
        patience.deadline_ms = clock_mono_ms() + UINT64_C(1000) * INVITATION_SECONDS;
        err = wait_welcome(&knocking, ret_invitation, hello, &patience, ret_welcome);
    }
    if (err == ERR_BUSY && newcomer->goes_on != NULL && !newcomer->goes_on(newcomer->context)) {
        err = ERR_STATE;
    }
    knocking_end(&knocking);
    return err;
}
