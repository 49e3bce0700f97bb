/* replica_ask.c - rights to sell on the move: who lacks them asks, who has them gives, and who has
 * not asks on.
 *
 * An ask goes to the linked device that has most, as far as is known here. Who is asked and cannot
 * give all passes the rest on, in the asker's name, so that rights come also from where no link of
 * the asker reaches; the gift goes straight to the asker's log. Where nobody linked has any, and
 * somebody farther off does, all who are linked are asked.
 *
 * Bounds: a wish is taken up once by each device, however many ways it comes; comes over at most
 * ASK_HOPS_MAX links; never goes back to where it came from, to whoever the sender reaches itself,
 * or to the asker; is taken from a link once in GIVE_INTERVAL_MS; and a device passes on
 * ASKS_PASSED_MAX of them in DESK_LOOK_MS. What has sold out everywhere nobody is asked for.
 */
#include "sync/base/check.h"
#include "sync/replica/replica_state.h"

/* --- who has some --- */

/* Whose wish it is, and whence it came. */
struct wish {
    uint64_t asker;     /* device */
    int32_t from;       /* link; LINK_NONE = it is our own */
    int32_t asked_link; /* of our own: who was asked last */
};

/* Who else may sell the item in replica->stock, as far as is known here. */
struct holders {
    int32_t link; /* who is to be asked; LINK_NONE = nobody who is linked */
    int64_t units;
    bool has_far; /* somebody who is not linked has some */
};

/* What the disk spoilt ends the turn, as a disk that fails does. */
static int disk_err(int err)
{
    return err == ERR_MALFORMED ? ERR_IO : err;
}

static int stock_read(struct replica *replica, struct store_txn *txn, uint64_t item)
{
    struct entity_id entity = entity_id_derive(KIND_STOCK, item);
    int err = stock_get(replica->stock, txn, &entity);
    return err == ERR_NOT_FOUND ? 0 : disk_err(err);
}

static int rights_of(const struct replica *replica, struct store_txn *txn, uint64_t log,
                     int64_t *ret_units)
{
    const struct stock_view view = {.roster = &replica->roster, .txn = txn};
    return disk_err(stock_rights(replica->stock, &view, log, ret_units));
}

static int32_t link_of(const struct replica *replica, uint64_t device)
{
    for (int32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &replica->mesh.links[i];
        if (link->is_ready && link->device == device) {
            return i;
        }
    }
    return LINK_NONE;
}

/* The one asked last only when there is no other. */
static bool is_better(const struct holders *holders, int32_t link, int64_t units, int32_t asked)
{
    if (holders->link == LINK_NONE || (holders->link == asked) != (link == asked)) {
        return holders->link == LINK_NONE || holders->link == asked;
    }
    return units > holders->units;
}

static void holder_note(const struct replica *replica, const struct wish *wish, uint64_t device,
                        int64_t units, struct holders *holders)
{
    const int32_t link = link_of(replica, device);
    if (link == LINK_NONE) {
        holders->has_far = true;
    } else if (link != wish->from && is_better(holders, link, units, wish->asked_link)) {
        holders->link = link;
        holders->units = units;
    }
}

static int holders_find(const struct replica *replica, struct store_txn *txn,
                        const struct wish *wish, struct holders *ret_holders)
{
    int err = 0;
    *ret_holders = (struct holders){.link = LINK_NONE};
    for (uint32_t i = 0; i < replica->roster.logs_count && err == 0; i++) {
        const struct roster_log *log = &replica->roster.logs[i];
        int64_t units;
        if (log->device == replica->device || log->device == wish->asker) {
            continue;
        }
        err = rights_of(replica, txn, log->id, &units);
        if (err == 0 && units > 0) {
            holder_note(replica, wish, log->device, units, ret_holders);
        }
    }
    return err;
}

/* --- asking --- */

static bool ask_send(int32_t link, const struct stock_ask *ask, struct effects *out)
{
    struct writer writer;
    if (!effects_frame_begin(out, &writer)) {
        return false;
    }
    message_write_ask(&writer, ask);
    effects_send(out, (uint32_t)link, effects_frame_end(out, &writer));
    return true;
}

/* Whom the sender does not reach itself. */
static void ask_everybody(const struct replica *replica, const struct wish *wish,
                          const struct stock_ask *ask, struct effects *out)
{
    const struct mesh *mesh = &replica->mesh;
    for (int32_t i = 0; i < LINKS_MAX; i++) {
        const struct link *link = &mesh->links[i];
        const bool is_asked =
            wish->from != LINK_NONE && mesh_is_linked_to(&mesh->links[wish->from], link->device);
        if (link->is_ready && link->device != wish->asker && !is_asked) {
            (void)ask_send(i, ask, out); /* what there is no room for is asked again */
        }
    }
}

int replica_ask(struct replica *replica, struct store_txn *txn, struct desk_item *item,
                uint64_t units, struct moment now, struct effects *out)
{
    struct desk *desk = &replica->desk;
    const struct wish wish = {
        .asker = replica->device, .from = LINK_NONE, .asked_link = item->asked_link};
    struct holders holders;
    int64_t here;
    if (now.mono_ms < item->asked_ms + ASK_INTERVAL_MS) {
        return 0;
    }
    int err = stock_read(replica, txn, item->item);
    if (err == 0) {
        err = rights_of(replica, txn, replica->log, &here);
    }
    if (err != 0 || here >= (int64_t)units) {
        return err;
    }
    err = holders_find(replica, txn, &wish, &holders);
    if (err != 0) {
        return err;
    }
    desk->asks = now.mono_ms > desk->asks ? now.mono_ms : desk->asks + 1;
    const struct stock_ask ask = {.item = item->item,
                                  .units = (uint64_t)((int64_t)units - here),
                                  .log = replica->log,
                                  .number = desk->asks,
                                  .hops = 1};
    /* Whoever alone is linked and has some was asked, and gave too little: perhaps it does not ask
     * on. */
    const bool is_in_vain = holders.link != LINK_NONE && holders.link == item->asked_link;
    if (holders.has_far && (holders.link == LINK_NONE || is_in_vain)) {
        ask_everybody(replica, &wish, &ask, out);
        item->asked_link = LINK_NONE;
    } else if (holders.link == LINK_NONE || !ask_send(holders.link, &ask, out)) {
        return 0;
    } else {
        item->asked_link = holders.link;
    }
    item->asked_ms = now.mono_ms;
    return 0;
}

int replica_ask_can_help(struct replica *replica, struct store_txn *txn, uint64_t item,
                         bool *ret_can)
{
    const struct wish wish = {.asker = replica->device, .from = LINK_NONE, .asked_link = LINK_NONE};
    struct holders holders = {.link = LINK_NONE};
    uint64_t neighbours[LINKS_MAX];
    const bool is_alone = mesh_neighbours(&replica->mesh, neighbours) == 0;
    int err = 0;
    if (!is_alone) {
        err = stock_read(replica, txn, item);
        if (err == 0) {
            err = holders_find(replica, txn, &wish, &holders);
        }
    }
    *ret_can = err == 0 && (holders.link != LINK_NONE || holders.has_far);
    return err;
}

/* --- giving --- */

/* Whether the log that asks is the sender's own, or one that others asked for on its behalf, and
 * has a future. */
static bool may_be_given(const struct replica *replica, const struct stock_ask *ask,
                         uint64_t sender)
{
    const struct roster_log *log = roster_log_find(&replica->roster, ask->log);
    return log != NULL && (log->device == sender || ask->hops > 1) && log->id != replica->log &&
           log->fork_seq == UINT64_MAX && !stock_is_closed(&replica->roster, log->id);
}

static int give(struct replica *replica, struct store_txn *txn, const struct stock_give *gift,
                struct moment now, struct effects *out)
{
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    stock_give_encode(gift, &writer);
    check(writer_finish(&writer, &body) == 0);
    return replica_stock_append(replica, txn, EVENT_STOCK_GIVE, gift->item, body, now, out);
}

/* Up to *@units_p of whatever issuer, and what is left of them then. replica->stock is read again
 * by what this may fold, so the gifts are put together first. */
static int give_units(struct replica *replica, struct store_txn *txn, const struct stock_ask *ask,
                      int64_t units, struct moment now, struct effects *out)
{
    const struct stock_view view = {.roster = &replica->roster, .txn = txn};
    const struct stock *stock = replica->stock;
    struct stock_give gifts[8];
    uint32_t count = 0;
    int err = 0;
    for (uint32_t i = 0; i < stock->accounts_count && units > 0 && count < 8 && err == 0; i++) {
        uint64_t issuer = stock->accounts[i].issuer;
        int64_t right;
        if (i > 0 && stock->accounts[i - 1].issuer == issuer) {
            continue;
        }
        err = stock_right(stock, &view, issuer, replica->log, &right);
        if (err != 0 || right <= 0) {
            continue;
        }
        right = right < units ? right : units;
        right = right < STOCK_UNITS_MAX ? right : STOCK_UNITS_MAX;
        gifts[count++] = (struct stock_give){
            .item = ask->item, .units = (uint64_t)right, .to = ask->log, .issuer = issuer};
        units -= right;
    }
    for (uint32_t i = 0; i < count && err == 0; i++) {
        err = give(replica, txn, &gifts[i], now, out);
    }
    return disk_err(err);
}

/* What may go: not what is held, nor what sells here by itself; of the rest half, so that two who
 * sell both have some, and all when nothing sells here. */
static int64_t spare_of(const struct replica *replica, uint64_t item, int64_t here,
                        struct moment now)
{
    const uint64_t demand = replica_stock_demand(&replica->desk, item);
    int64_t units = here - (int64_t)hold_units(&replica->holds, item, 0, now.mono_ms);
    if (demand == 0) {
        return units;
    }
    units -= (int64_t)demand;
    return units > 0 ? (units + 1) / 2 : 0;
}

/* In replica->stock; how many there are to give. */
static int spare_find(struct replica *replica, struct store_txn *txn, const struct stock_ask *ask,
                      struct moment now, struct effects *out, int64_t *ret_units)
{
    struct entity_id entity = entity_id_derive(KIND_STOCK, ask->item);
    int64_t here = 0;
    int err = turn_is_dirty(replica->turn, &entity) ? replica_fold(replica, txn, out) : 0;
    if (err == 0) {
        err = stock_read(replica, txn, ask->item);
    }
    if (err == 0) {
        err = rights_of(replica, txn, replica->log, &here);
    }
    if (err != 0) {
        return err;
    }
    const bool has_some = here > 0 && !replica->stock->is_opaque;
    const int64_t spare = has_some ? spare_of(replica, ask->item, here, now) : 0;
    *ret_units = spare < (int64_t)ask->units ? spare : (int64_t)ask->units;
    return 0;
}

/* --- asking on --- */

/* However many ways it comes, and however it fared when it came first. */
static bool is_wish_new(struct desk *desk, const struct stock_ask *ask)
{
    for (uint32_t i = 0; i < DESK_WISHES_MAX; i++) {
        if (desk->wishes[i].log == ask->log && desk->wishes[i].number == ask->number) {
            return false;
        }
    }
    desk->wishes[desk->wishes_next] = (struct desk_wish){.log = ask->log, .number = ask->number};
    desk->wishes_next = (desk->wishes_next + 1) % DESK_WISHES_MAX;
    return true;
}

static bool may_pass(struct desk *desk, struct moment now)
{
    if (now.mono_ms >= desk->passed_ms + DESK_LOOK_MS) {
        desk->passed_ms = now.mono_ms;
        desk->passed = 0;
    }
    return desk->passed++ < ASKS_PASSED_MAX;
}

/* For the rest of a wish that came over @link. */
static int ask_on(struct replica *replica, struct store_txn *txn, uint32_t link,
                  const struct stock_ask *rest, struct moment now, struct effects *out)
{
    const struct roster_log *log = roster_log_find(&replica->roster, rest->log);
    const struct wish wish = {.asker = log->device, .from = (int32_t)link, .asked_link = LINK_NONE};
    struct stock_ask ask = *rest;
    struct holders holders;
    ask.hops++;
    if (ask.hops > ASK_HOPS_MAX || !may_pass(&replica->desk, now)) {
        return 0;
    }
    int err = stock_read(replica, txn, ask.item); /* anew: giving may have folded */
    if (err == 0) {
        err = holders_find(replica, txn, &wish, &holders);
    }
    if (err == 0 && holders.link != LINK_NONE) {
        (void)ask_send(holders.link, &ask, out);
    } else if (err == 0 && holders.has_far) {
        ask_everybody(replica, &wish, &ask, out);
    }
    return err;
}

int replica_asked(struct replica *replica, struct store_txn *txn, uint32_t link, struct moment now,
                  struct effects *out)
{
    struct desk *desk = &replica->desk;
    struct stock_ask ask = replica->mesh.message.ask;
    int64_t units = 0;
    if (!is_wish_new(desk, &ask) || replica->is_log_lost ||
        now.mono_ms < desk->gave_ms[link] + GIVE_INTERVAL_MS ||
        !may_be_given(replica, &ask, replica->mesh.links[link].device)) {
        return 0;
    }
    desk->gave_ms[link] = now.mono_ms;
    int err = spare_find(replica, txn, &ask, now, out, &units);
    if (err == 0 && units > 0) {
        err = give_units(replica, txn, &ask, units, now, out);
        ask.units -= (uint64_t)units;
    }
    return err == 0 && ask.units > 0 ? ask_on(replica, txn, link, &ask, now, out) : err;
}
