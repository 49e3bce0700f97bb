/* core_reconcile_tell.c - who tells others how a reconciliation stands that they asked for, in
 * parts: core_reconcile.c.
 */
#include "node/core/core_reconcile.h"
#include "node/os/clock.h"
#include "node/os/logger.h"

enum {
    CHANGE_MS = 250, /* between two things that are told */
    PAUSE_MS = 5000, /* between two that are begun for others: the provider counts requests */
    PART_HEAD_BYTES_MAX = 23, /* what is beside the bytes of a part, each at its longest */
};

_Static_assert(PART_HEAD_BYTES_MAX + RECONCILE_PART_BYTES_MAX <= RECONCILE_BODY_BYTES_MAX,
               "a part fits");
_Static_assert(RECONCILE_PARTS_MAX *RECONCILE_PART_BYTES_MAX >= RECONCILE_TOLD_BYTES_MAX,
               "all of it");
_Static_assert(RECONCILE_PARTS_MAX + 3 <= EPHEMERAL_PER_DEVICE_MAX, "beside what else is told");

/* --- what is asked --- */

/* Whether @item is a question, and which. */
static bool item_asks(const struct ephemeral_item *item, struct core_reconcile_ask *ret_ask)
{
    struct reconcile_asked asked;
    if (!reconcile_item_is(item, reconcile_ask_topic) || item->key_size != 0 ||
        !reconcile_asked_read(bytes_of(item->body, item->body_size), &asked)) {
        return false;
    }
    *ret_ask = (struct core_reconcile_ask){
        .device = item->device, .number = asked.number, .wish = asked.wish};
    return true;
}

/* The one of its device that was taken last, or where it is to stand. */
static struct core_reconcile_ask *taken_of(struct core_reconcile *own, uint64_t device)
{
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        if (own->taken[i].device == device || own->taken[i].device == 0) {
            return &own->taken[i];
        }
    }
    return &own->taken[0];
}

static bool is_taken(const struct core_reconcile_ask *last, const struct core_reconcile_ask *ask)
{
    return last->device == ask->device && last->number == ask->number;
}

/* Whether one was begun for @ask, and another, of our own screen, did not take its place untold. */
static bool is_served(const struct core_reconcile *own, const struct core_reconcile_ask *last,
                      const struct core_reconcile_ask *ask)
{
    return is_taken(last, ask) &&
           (last->is_answered || reconcile_answers(&own->standing.wish, &ask->wish));
}

/* Once for each wish; one that comes too soon after another, or while that is under way, stays for
 * later. */
static void ask_take(struct core_reconcile *own, const struct core_reconcile_ask *ask,
                     uint64_t now_ms)
{
    struct core_reconcile_ask *last = taken_of(own, ask->device);
    if (is_served(own, last, ask) || (own->begun_ms != 0 && now_ms - own->begun_ms < PAUSE_MS)) {
        return;
    }
    const int err = own->host.begin(own->host.context, &ask->wish);
    if (err == ERR_BUSY) {
        return;
    }
    *last = *ask;
    own->begun_ms = now_ms;
    if (err != 0) {
        logger_say(LEVEL_WARNING, "core", "no reconciliation for device %016llx",
                   (unsigned long long)ask->device);
    }
}

static void asks_take(struct core *core, uint64_t now_ms)
{
    const struct ephemeral_item *item;
    struct core_reconcile_ask ask;
    for (uint32_t i = 0; (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        if (item_asks(item, &ask)) {
            ask_take(&core->reconcile, &ask, now_ms);
        }
    }
}

/* Whether anybody asks. @ret_is_owed: one was begun for somebody who still does, and what came of
 * it was not told. */
static bool asks_look(struct core *core, bool *ret_is_owed)
{
    const struct ephemeral_item *item;
    struct core_reconcile_ask ask;
    bool is_asked = false;
    *ret_is_owed = false;
    for (uint32_t i = 0; (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        if (item_asks(item, &ask)) {
            const struct core_reconcile_ask *last = taken_of(&core->reconcile, ask.device);
            is_asked = true;
            *ret_is_owed = *ret_is_owed || (is_taken(last, &ask) && !last->is_answered);
        }
    }
    return is_asked;
}

/* --- what is told --- */

static int part_publish(struct core *core, uint8_t at, uint8_t parts, struct bytes bytes)
{
    const struct core_reconcile *own = &core->reconcile;
    uint8_t data[RECONCILE_BODY_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    reconcile_part_write(&writer, &(struct reconcile_part){.number = own->tellings,
                                                           .parts = parts,
                                                           .is_good = own->standing.is_good,
                                                           .bytes = bytes,
                                                           .wish = own->standing.wish});
    const int err = writer_finish(&writer, &body);
    return err != 0 ? err
                    : replica_publish(core->replica, bytes_of_text(reconcile_told_topic),
                                      bytes_of(&at, 1), RECONCILE_TTL_S, body, clock_now());
}

static int tell(struct core *core)
{
    const struct text *text = &core->reconcile.telling;
    const uint8_t parts =
        (uint8_t)((text->size + RECONCILE_PART_BYTES_MAX - 1) / RECONCILE_PART_BYTES_MAX);
    int err = 0;
    for (uint8_t at = 0; at < parts && err == 0; at++) {
        const size_t from = (size_t)at * RECONCILE_PART_BYTES_MAX;
        const size_t left = text->size - from;
        err = part_publish(core, at, parts,
                           bytes_of(text->data + from, left < RECONCILE_PART_BYTES_MAX
                                                           ? left
                                                           : RECONCILE_PART_BYTES_MAX));
    }
    return err;
}

static bool is_news(const struct core_reconcile *own)
{
    return own->host.version(own->host.context) != own->version;
}

/* The version first: what changes in between is printed again. */
static void telling_print(struct core_reconcile *own)
{
    own->version = own->host.version(own->host.context);
    text_clear(&own->telling);
    own->host.print(own->host.context, RECONCILE_TOLD_BYTES_MAX, &own->telling, &own->standing);
    own->tellings++;
}

/* What ended was told to all who asked for it. */
static void answered_note(struct core_reconcile *own)
{
    for (uint32_t i = 0; i < LINKS_MAX && !own->standing.is_under_way; i++) {
        own->taken[i].is_answered = own->taken[i].is_answered ||
                                    reconcile_answers(&own->standing.wish, &own->taken[i].wish);
    }
}

static int tell_anew(struct core *core, uint64_t now_ms)
{
    struct core_reconcile *own = &core->reconcile;
    if (is_news(own)) {
        telling_print(own);
    }
    const int err = tell(core);
    own->told_ms = now_ms;
    if (err == 0) {
        answered_note(own);
    }
    return err;
}

/* What came of one is told before another takes its place. */
int core_reconcile_step_tell(struct core *core)
{
    struct core_reconcile *own = &core->reconcile;
    const uint64_t now_ms = clock_mono_ms();
    bool is_owed = false;
    if (own->host.begin == NULL || !asks_look(core, &is_owed)) {
        return 0;
    }
    if (!is_owed || !is_news(own)) {
        asks_take(core, now_ms);
    }
    effects_wake(core->effects, now_ms + CHANGE_MS);
    const uint64_t since_ms = now_ms - own->told_ms;
    return since_ms >= RECONCILE_AGAIN_MS || (since_ms >= CHANGE_MS && is_news(own))
               ? tell_anew(core, now_ms)
               : 0;
}

/* --- who compares --- */

void core_on_reconcile(struct core *core, const struct reconcile_host *host)
{
    core->reconcile.host = *host;
}

void core_reconcile_close(struct core *core)
{
    text_close(&core->reconcile.telling);
}
