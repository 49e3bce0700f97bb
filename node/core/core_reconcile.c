/* A reconciliation, asked for at one device and told by another, as what is of the moment and never
 * logged: sync/mesh/ephemeral.h. Who asks says so while somebody looks; a gateway that hears it
 * begins one, and tells how it stands to all that are linked to it, in parts:
 *
 *   "reconcile.ask"            [uint number, uint days, bool shared, uint day, ...]
 *   "reconcile", key: part     [uint number, uint parts, bool good, bin bytes,
 *                               uint days, bool shared, uint day, ...]
 *
 * number: of the wish, drawn for each; of what is told, higher for each change. good: it is
 * not about a failure, so of two gateways that one is shown. days, shared, day: of the wish that it
 * is of, days 0 = it answers all. Who asks is shown the answer to his own alone; a gateway has one
 * under way at a time and tells what came of it before another begins. Both count from the device
 * itself alone, over a link of its own: nobody tells in another's name. Nothing depends on it but
 * what people are shown.
 */
#include <string.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum {
    TTL_S = 30,
    AGAIN_MS = 10000,
    LOOKED_MS = 30000, /* a screen looks every second: without one nobody is asked any more */
    CHANGE_MS = 250,   /* between two things that are told */
    PAUSE_MS = 5000,   /* between two that are begun for others: the provider counts requests */
    PART_BYTES_MAX = 1000,
    PART_HEAD_BYTES_MAX = 23, /* what is beside the bytes of a part, each at its longest */
    BODY_BYTES_MAX = EPHEMERAL_BODY_BYTES_MAX,
};

_Static_assert(PART_HEAD_BYTES_MAX + PART_BYTES_MAX <= BODY_BYTES_MAX, "a part fits");

_Static_assert(CORE_RECONCILE_PARTS_MAX *PART_BYTES_MAX >= RECONCILE_TOLD_BYTES_MAX, "all of it");
_Static_assert(CORE_RECONCILE_PARTS_MAX + 2 <= EPHEMERAL_PER_DEVICE_MAX,
               "beside what else is told");

static const char ask_topic[] = "reconcile.ask", told_topic[] = "reconcile";

/* --- items --- */

static bool item_is(const struct ephemeral_item *item, const char *topic)
{
    return item->device != 0 && item->hops == 1 &&
           bytes_equal(bytes_of(item->topic, item->topic_size), bytes_of_text(topic));
}

static void read_rest(struct reader *reader, uint32_t count, uint32_t known)
{
    for (uint32_t i = known; i < count && reader->err == 0; i++) {
        read_raw(reader);
    }
}

static void wish_write(struct writer *writer, const struct reconcile_wish *wish)
{
    write_uint(writer, wish->days);
    write_bool(writer, wish->is_shared);
    write_uint(writer, wish->day);
}

static void wish_read(struct reader *reader, struct reconcile_wish *ret_wish)
{
    ret_wish->days = (unsigned)read_uint(reader, RECONCILE_DAYS_MAX);
    ret_wish->is_shared = read_bool(reader);
    ret_wish->day = read_uint(reader, INT32_MAX);
}

/* --- who asks --- */

static int wish_publish(struct core *core, uint64_t number, const struct reconcile_wish *wish)
{
    uint8_t data[BODY_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 4);
    write_uint(&writer, number);
    wish_write(&writer, wish);
    const int err = writer_finish(&writer, &body);
    return err != 0 ? err
                    : replica_publish(core->replica, bytes_of_text(ask_topic), bytes_of_text(""),
                                      TTL_S, body, clock_now());
}

/* The wish that somebody waits for; false: nobody does. */
static bool wish_waits(struct core *core, uint64_t *ret_number, struct reconcile_wish *ret_wish)
{
    struct core_reconcile *own = &core->reconcile;
    (void)pthread_mutex_lock(&core->lock);
    *ret_number = own->number;
    *ret_wish = own->wish;
    const bool waits = own->number != 0 && clock_mono_ms() - own->looked_ms < LOOKED_MS;
    (void)pthread_mutex_unlock(&core->lock);
    return waits;
}

static int step_ask(struct core *core)
{
    struct core_reconcile *own = &core->reconcile;
    struct reconcile_wish wish;
    uint64_t number = 0;
    const uint64_t now_ms = clock_mono_ms();
    if (!wish_waits(core, &number, &wish) ||
        (number == own->asked_number && now_ms - own->asked_ms < AGAIN_MS)) {
        return 0;
    }
    own->asked_number = number;
    own->asked_ms = now_ms;
    return wish_publish(core, number, &wish);
}

/* --- what it is told --- */

struct part {
    uint64_t number, parts;
    bool is_good;
    struct bytes bytes;
    struct reconcile_wish wish;
};

static bool part_read(const struct ephemeral_item *item, struct part *ret_part)
{
    struct reader reader;
    reader_init(&reader, bytes_of(item->body, item->body_size));
    const uint32_t count = read_array(&reader, 7, VALUE_ITEMS_MAX);
    ret_part->number = read_uint(&reader, UINT64_MAX);
    ret_part->parts = read_uint(&reader, CORE_RECONCILE_PARTS_MAX);
    ret_part->is_good = read_bool(&reader);
    ret_part->bytes = read_bin(&reader, 0, PART_BYTES_MAX);
    wish_read(&reader, &ret_part->wish);
    read_rest(&reader, count, 7);
    return reader_finish(&reader) == 0 && ret_part->parts > 0;
}

/* Part @at of what the device of @first tells; NULL: it is not here. */
static const struct ephemeral_item *part_find(const struct core *core,
                                              const struct ephemeral_item *first, uint8_t at)
{
    const struct ephemeral_item *item;
    for (uint32_t i = 0; (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        if (item_is(item, told_topic) && item->device == first->device && item->key_size == 1 &&
            item->key[0] == at) {
            return item;
        }
    }
    return NULL;
}

/* All that @first is the first part of; false: some of it is not here yet. */
static bool telling_read(const struct core *core, const struct ephemeral_item *first,
                         const struct part *head, struct core_telling *ret_telling)
{
    struct part part;
    ret_telling->size = 0;
    for (uint8_t at = 0; at < head->parts; at++) {
        const struct ephemeral_item *item = part_find(core, first, at);
        if (item == NULL || !part_read(item, &part) || part.number != head->number ||
            memcmp(item->boot, first->boot, BOOT_ID_BYTES) != 0) {
            return false;
        }
        memcpy(ret_telling->bytes + ret_telling->size, part.bytes.data, part.bytes.size);
        ret_telling->size += part.bytes.size;
    }
    return true;
}

static bool is_gateway(const struct core *core, uint64_t device)
{
    const struct roster_device *found = roster_device_find(replica_roster(core->replica), device);
    return found != NULL && !found->is_revoked && found->certificate.role == ROLE_GATEWAY;
}

static bool is_same(const struct core_telling_mark *a, const struct core_telling_mark *b)
{
    return a->device == b->device && a->number == b->number &&
           memcmp(a->boot, b->boot, BOOT_ID_BYTES) == 0;
}

/* Of each gateway the newest, whether somebody waits or not: it is no answer to who asks next. */
static void mark_note(struct core_telling_mark marks[CORE_RECONCILE_GATEWAYS_MAX],
                      const struct core_telling_mark *mark)
{
    uint32_t at = 0;
    while (at < CORE_RECONCILE_GATEWAYS_MAX - 1 && marks[at].device != 0 &&
           marks[at].device != mark->device) {
        at++;
    }
    marks[at] = *mark;
}

/* Whether it is news to who waits, and the answer to what he asked. */
static bool mark_is_wanted(const struct core_reconcile *own, const struct core_telling_mark *mark,
                           const struct part *head)
{
    const struct core_telling *told = &own->told;
    for (uint32_t i = 0; i < CORE_RECONCILE_GATEWAYS_MAX; i++) {
        if (is_same(&own->old[i], mark)) {
            return false;
        }
    }
    return own->number != 0 && reconcile_answers(&head->wish, &own->wish) &&
           !is_same(&told->mark, mark) &&
           (told->mark.device == 0 || told->mark.device == mark->device ||
            (head->is_good && !told->is_good));
}

/* Whether @mark is wanted now, and note it. */
static bool mark_look(struct core *core, const struct core_telling_mark *mark,
                      const struct part *head)
{
    (void)pthread_mutex_lock(&core->lock);
    const bool is_wanted = mark_is_wanted(&core->reconcile, mark, head);
    mark_note(core->reconcile.newest, mark);
    (void)pthread_mutex_unlock(&core->lock);
    return is_wanted;
}

static void take(struct core *core, const struct ephemeral_item *first, const struct part *head)
{
    struct core_reconcile *own = &core->reconcile;
    struct core_telling_mark mark = {.device = first->device, .number = head->number};
    memcpy(mark.boot, first->boot, BOOT_ID_BYTES);
    if (!mark_look(core, &mark, head) || !telling_read(core, first, head, &own->scratch)) {
        return;
    }
    own->scratch.mark = mark;
    own->scratch.is_good = head->is_good;
    (void)pthread_mutex_lock(&core->lock);
    if (mark_is_wanted(own, &mark, head)) { /* still: somebody may have asked anew */
        own->told = own->scratch;
    }
    (void)pthread_mutex_unlock(&core->lock);
}

static void step_told(struct core *core)
{
    const struct ephemeral_item *item;
    struct part head;
    for (uint32_t i = 0; (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        if (item_is(item, told_topic) && item->key_size == 1 && item->key[0] == 0 &&
            is_gateway(core, item->device) && part_read(item, &head)) {
            take(core, item, &head);
        }
    }
}

/* --- who tells --- */

/* Whether @item is a question, and which. */
static bool item_asks(const struct ephemeral_item *item, struct core_reconcile_ask *ret_ask)
{
    struct reader reader;
    if (!item_is(item, ask_topic) || item->key_size != 0) {
        return false;
    }
    reader_init(&reader, bytes_of(item->body, item->body_size));
    const uint32_t count = read_array(&reader, 4, VALUE_ITEMS_MAX);
    *ret_ask = (struct core_reconcile_ask){.device = item->device};
    ret_ask->number = read_uint(&reader, UINT64_MAX);
    wish_read(&reader, &ret_ask->wish);
    read_rest(&reader, count, 4);
    return reader_finish(&reader) == 0 && ret_ask->wish.days > 0;
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

static int part_publish(struct core *core, uint8_t at, uint8_t parts, struct bytes bytes)
{
    const struct core_reconcile *own = &core->reconcile;
    uint8_t data[BODY_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 7);
    write_uint(&writer, own->tellings);
    write_uint(&writer, parts);
    write_bool(&writer, own->standing.is_good);
    write_bin(&writer, bytes.data, bytes.size);
    wish_write(&writer, &own->standing.wish);
    const int err = writer_finish(&writer, &body);
    return err != 0 ? err
                    : replica_publish(core->replica, bytes_of_text(told_topic), bytes_of(&at, 1),
                                      TTL_S, body, clock_now());
}

static int tell(struct core *core)
{
    const struct text *text = &core->reconcile.telling;
    const uint8_t parts = (uint8_t)((text->size + PART_BYTES_MAX - 1) / PART_BYTES_MAX);
    int err = 0;
    for (uint8_t at = 0; at < parts && err == 0; at++) {
        const size_t from = (size_t)at * PART_BYTES_MAX;
        const size_t left = text->size - from;
        err = part_publish(
            core, at, parts,
            bytes_of(text->data + from, left < PART_BYTES_MAX ? left : PART_BYTES_MAX));
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
static int step_tell(struct core *core)
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
    return since_ms >= AGAIN_MS || (since_ms >= CHANGE_MS && is_news(own)) ? tell_anew(core, now_ms)
                                                                           : 0;
}

int core_reconcile_step(struct core *core)
{
    if (core->is_alone) {
        return 0;
    }
    step_told(core);
    const int err = step_ask(core);
    return err != 0 ? err : step_tell(core);
}

/* --- the doors --- */

void core_on_reconcile(struct core *core, const struct reconcile_host *host)
{
    core->reconcile.host = *host;
}

void core_reconcile_close(struct core *core)
{
    text_close(&core->reconcile.telling);
}

void core_reconcile_ask(struct core *core, const struct reconcile_wish *wish)
{
    struct core_reconcile *own = &core->reconcile;
    const uint64_t number = entropy_u64();
    (void)pthread_mutex_lock(&core->lock);
    own->number = number | 1;
    own->wish = *wish;
    own->looked_ms = clock_mono_ms();
    own->told = (struct core_telling){.size = 0};
    memcpy(own->old, own->newest, sizeof own->old);
    (void)pthread_mutex_unlock(&core->lock);
    core_wake(core);
}

enum reconcile_news core_reconcile_look(struct core *core, struct text *body, uint64_t *ret_device)
{
    struct core_reconcile *own = &core->reconcile;
    (void)pthread_mutex_lock(&core->lock);
    const bool is_asked = own->number != 0, is_told = own->told.mark.device != 0;
    own->looked_ms = clock_mono_ms();
    *ret_device = own->told.mark.device;
    text_append(body, own->told.bytes, own->told.size);
    (void)pthread_mutex_unlock(&core->lock);
    return !is_asked ? RECONCILE_UNASKED : is_told ? RECONCILE_TOLD : RECONCILE_ASKED;
}
