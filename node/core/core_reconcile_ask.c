/* core_reconcile_ask.c - who asks for a reconciliation while somebody looks, and what a gateway
 * tells of it, put together from its parts: core_reconcile.c.
 */
#include <string.h>

#include "node/core/core_reconcile.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"

enum { LOOKED_MS = 30000 }; /* a screen looks every second: without one nobody is asked any more */

/* --- the wish --- */

static int wish_publish(struct core *core, uint64_t number, const struct reconcile_wish *wish)
{
    uint8_t data[RECONCILE_BODY_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    reconcile_asked_write(&writer, &(struct reconcile_asked){.number = number, .wish = *wish});
    const int err = writer_finish(&writer, &body);
    return err != 0 ? err
                    : replica_publish(core->replica, bytes_of_text(reconcile_ask_topic),
                                      bytes_of_text(""), RECONCILE_TTL_S, body, clock_now());
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

static int wish_tell(struct core *core)
{
    struct core_reconcile *own = &core->reconcile;
    struct reconcile_wish wish;
    uint64_t number = 0;
    const uint64_t now_ms = clock_mono_ms();
    if (!wish_waits(core, &number, &wish) ||
        (number == own->asked_number && now_ms - own->asked_ms < RECONCILE_AGAIN_MS)) {
        return 0;
    }
    own->asked_number = number;
    own->asked_ms = now_ms;
    return wish_publish(core, number, &wish);
}

/* --- what it is told --- */

static bool part_read(const struct ephemeral_item *item, struct reconcile_part *ret_part)
{
    return reconcile_part_read(bytes_of(item->body, item->body_size), ret_part);
}

/* Part @at of what the device of @first tells; NULL: it is not here. */
static const struct ephemeral_item *part_find(const struct core *core,
                                              const struct ephemeral_item *first, uint8_t at)
{
    const struct ephemeral_item *item;
    for (uint32_t i = 0; (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        if (reconcile_item_is(item, reconcile_told_topic) && item->device == first->device &&
            item->key_size == 1 && item->key[0] == at) {
            return item;
        }
    }
    return NULL;
}

/* All that @first is the first part of; false: some of it is not here yet. */
static bool telling_read(const struct core *core, const struct ephemeral_item *first,
                         const struct reconcile_part *head, struct core_telling *ret_telling)
{
    struct reconcile_part part;
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
                           const struct reconcile_part *head)
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
                      const struct reconcile_part *head)
{
    (void)pthread_mutex_lock(&core->lock);
    const bool is_wanted = mark_is_wanted(&core->reconcile, mark, head);
    mark_note(core->reconcile.newest, mark);
    (void)pthread_mutex_unlock(&core->lock);
    return is_wanted;
}

static void take(struct core *core, const struct ephemeral_item *first,
                 const struct reconcile_part *head)
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
    struct reconcile_part head;
    for (uint32_t i = 0; (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        if (reconcile_item_is(item, reconcile_told_topic) && item->key_size == 1 &&
            item->key[0] == 0 && is_gateway(core, item->device) && part_read(item, &head)) {
            take(core, item, &head);
        }
    }
}

int core_reconcile_step_ask(struct core *core)
{
    step_told(core);
    return wish_tell(core);
}

/* --- the door of screens --- */

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
