#include "sync/domain/till_stock.h"

#include "sync/base/check.h"
#include "sync/domain/hold.h"
#include "sync/domain/stock_fold.h"

/* --- noting --- */

void till_stock_sell(struct task *task, uint64_t item, enum stock_policy policy, uint32_t line,
                     uint32_t units, bool is_change)
{
    if (policy == STOCK_OFF) {
        return;
    }
    check(units > 0 && task->sales_count < ORDER_LINES_MAX); /* a line is sold once */
    task->sales[task->sales_count++] = (struct stock_sale){.item = item,
                                                           .is_strict = policy == STOCK_STRICT,
                                                           .line = line,
                                                           .units = units,
                                                           .is_change = is_change};
}

/* Also of an item that is hidden or marked sold out meanwhile. */
static int policy_of(struct task *task, uint64_t item, enum stock_policy *ret_policy)
{
    const struct entity_id id = entity_id_derive(KIND_MENU, item);
    struct menu_item found;
    const int err = task_load_scratch(task, KIND_MENU, &id);
    if (err == 0) {
        menu_derive(task->till->scratch, &found);
        *ret_policy = found.stock;
    }
    return err;
}

static int sell_line(struct task *task, const struct order_line *line, uint32_t units,
                     bool is_change)
{
    enum stock_policy policy = STOCK_OFF;
    if (line->item == 0) {
        return 0;
    }
    const int err = policy_of(task, line->item, &policy);
    if (err == 0) {
        till_stock_sell(task, line->item, policy, line->id, units, is_change);
    }
    return err;
}

int till_stock_sell_more(struct task *task, const struct order_line *line, uint32_t units)
{
    return sell_line(task, line, units, true);
}

int till_stock_sell_again(struct task *task, const struct order_line *line)
{
    struct stock_taken takes[STOCK_LINE_TAKES_MAX];
    uint32_t count;
    uint64_t covered = 0;
    const uint64_t quantity = line->quantity > 0 ? (uint64_t)line->quantity : 0;
    if (line->item == 0 || line->is_void) {
        return 0;
    }
    const int err = stock_takes(task->till->txn, &task->result->entity, line->id, takes,
                                STOCK_LINE_TAKES_MAX, &count);
    for (uint32_t i = 0; err == 0 && i < count; i++) {
        covered += takes[i].units - takes[i].undone;
    }
    if (err != 0 || covered >= quantity) {
        return err;
    }
    /* As it was added, unless somebody's sale of it is known: two who adopt it at once sold it
     * once.
     */
    return sell_line(task, line, (uint32_t)(quantity - covered), count > 0);
}

void till_stock_give_up(struct task *task, const struct order_line *line, uint32_t units)
{
    /* What was handed over was made. */
    if (line->item == 0 || line->progress != LINE_WAITING) {
        return;
    }
    check(task->returns_count < ORDER_LINES_MAX); /* a line is given up once */
    task->returns[task->returns_count++] = (struct stock_return){.line = line->id, .units = units};
}

/* --- giving back --- */

static void emit_undo(struct task *task, const struct stock_taken *taken, uint64_t units)
{
    const struct entity_id entity = entity_id_derive(KIND_STOCK, taken->item);
    const struct stock_undo undo = {
        .item = taken->item, .take = taken->take, .order = task->result->entity, .units = units};
    stock_undo_encode(&undo, task_body(task));
    task_emit_on(task, EVENT_STOCK_UNDO, &entity);
}

static int settle_return(struct task *task, const struct stock_return *given)
{
    struct stock_taken takes[STOCK_LINE_TAKES_MAX];
    uint32_t count;
    uint64_t units = given->units;
    const int err = stock_takes(task->till->txn, &task->result->entity, given->line, takes,
                                STOCK_LINE_TAKES_MAX, &count);
    for (uint32_t i = 0; err == 0 && i < count && units > 0; i++) {
        const uint64_t left = takes[i].units - takes[i].undone;
        const uint64_t some = left < units ? left : units;
        if (some > 0) {
            emit_undo(task, &takes[i], some);
            units -= some;
        }
    }
    return err;
}

/* --- selling --- */

/* Units of @item that this command has taken already, of @issuer or (0) of all. */
static int64_t spent(const struct task *task, uint64_t item, uint64_t issuer)
{
    int64_t units = 0;
    for (uint32_t i = 0; i < task->spendings_count; i++) {
        const struct stock_spending *spending = &task->spendings[i];
        if (spending->item == item && (issuer == 0 || spending->issuer == issuer)) {
            units += spending->units;
        }
    }
    return units;
}

static void emit_take(struct task *task, const struct stock_sale *sale, uint64_t issuer,
                      uint64_t units, bool is_forced)
{
    const struct entity_id entity = entity_id_derive(KIND_STOCK, sale->item);
    const struct stock_take take = {.item = sale->item,
                                    .units = units,
                                    .order = task->result->entity,
                                    .line = sale->line,
                                    .is_forced = is_forced,
                                    .issuer = issuer,
                                    .is_change = sale->is_change};
    stock_take_encode(&take, task_body(task));
    task_emit_on(task, EVENT_STOCK_TAKE, &entity);
    if (task->err == 0) {
        task->spendings[task->spendings_count++] =
            (struct stock_spending){.item = sale->item, .issuer = issuer, .units = (int64_t)units};
    }
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Sell up to @units from the rights of this device; what is left over. */
static int sell_rights(struct task *task, const struct stock_sale *sale, int64_t free_units,
                       int64_t *ret_left)
{
    const struct till *till = task->till;
    const struct stock_view view = {.roster = till->roster, .txn = till->txn};
    const struct stock *stock = till->stock;
    int64_t left = sale->units;
    int err = 0;
    for (uint32_t i = 0; i < stock->accounts_count && left > 0 && free_units > 0 && err == 0; i++) {
        const uint64_t issuer = stock->accounts[i].issuer;
        int64_t right = 0;
        if (i > 0 && stock->accounts[i - 1].issuer == issuer) {
            continue;
        }
        err = stock_right(stock, &view, issuer, till->own_log, &right);
        const int64_t some =
            least(least(right - spent(task, sale->item, issuer), free_units), left);
        if (err == 0 && some > 0) {
            emit_take(task, sale, issuer, (uint64_t)some, false);
            free_units -= some;
            left -= some;
        }
    }
    *ret_left = left;
    return err;
}

/* Units of @item, strictly counted, that the command has given a customer already; 0 = all items.
 */
static int64_t wanted_already(const struct task *task, uint64_t item)
{
    const struct till_result *result = task->result;
    int64_t units = 0;
    for (uint32_t i = 0; i < result->wants_count; i++) {
        if (item == 0 || result->wants[i].item == item) {
            units += (int64_t)result->wants[i].units;
        }
    }
    return units;
}

/* Of @rights units strangers have only a share, with what they ordered and nobody answers for, and
 * each of them so many of all items. A customer's own hold was granted before. */
static int64_t free_to_customer(const struct task *task, uint64_t item, int64_t rights,
                                int64_t held_by_others)
{
    const struct till *till = task->till;
    const uint64_t session = task->command->principal.session;
    const int64_t sold = (int64_t)hold_units_sold(till->holds, item);
    const int64_t own = (int64_t)hold_units_of(till->holds, item, session, till->now_mono_ms);
    const int64_t share = hold_share(rights + sold) - sold - held_by_others;
    const int64_t allowance = HOLD_SESSION_UNITS_MAX -
                              (int64_t)hold_session_sold(till->holds, session) -
                              wanted_already(task, 0);
    return least((share > own ? share : own) - wanted_already(task, item), allowance);
}

/* Whether who asks has a share only. */
static bool is_shared(const struct task *task, bool is_strict)
{
    return is_strict && task->command->principal.role == ROLE_CUSTOMER;
}

/* What this device may sell to who asks of the item in till->stock, less what it sold in this
 * command. */
static int free_of(const struct task *task, uint64_t item, bool is_strict,
                   struct stock_free *ret_free)
{
    const struct till *till = task->till;
    const struct stock_view view = {.roster = till->roster, .txn = till->txn};
    const struct principal *principal = &task->command->principal;
    const int64_t sold = spent(task, item, 0);
    const int64_t wanted = wanted_already(task, item);
    struct stock_free found = {0};
    int64_t rights;
    const int err = stock_rights(till->stock, &view, till->own_log, &rights);
    if (err != 0) {
        return err;
    }
    const int64_t held =
        (int64_t)hold_units(till->holds, item, principal->session, till->now_mono_ms);
    found.used = held + (sold > wanted ? sold : wanted);
    found.unheld = rights - found.used;
    found.units = found.unheld;
    if (is_shared(task, is_strict)) {
        found.units = least(found.units, free_to_customer(task, item, rights, held));
    }
    *ret_free = found;
    return 0;
}

static int load_stock(const struct task *task, uint64_t item)
{
    const struct entity_id entity = entity_id_derive(KIND_STOCK, item);
    const int err = stock_get(task->till->stock, task->till->txn, &entity);
    return err == ERR_NOT_FOUND ? 0 : err == ERR_MALFORMED ? ERR_SPOILT : err;
}

int till_stock_free(struct task *task, uint64_t item, bool is_strict, struct stock_free *ret_free)
{
    int err = load_stock(task, item);
    if (err == 0 && task->till->stock->is_opaque) {
        err = ERR_VERSION;
    }
    return err == 0 ? free_of(task, item, is_strict, ret_free) : err;
}

uint64_t till_stock_rights_for(const struct task *task, uint64_t item, bool is_strict,
                               uint32_t units, const struct stock_free *found)
{
    const int64_t rights = found->used + (int64_t)units;
    if (!is_shared(task, is_strict)) {
        return (uint64_t)rights;
    }
    const int64_t sold = (int64_t)hold_units_sold(task->till->holds, item);
    return (uint64_t)(hold_share_of(rights + sold) - sold);
}

void till_stock_want(struct task *task, uint64_t item, uint32_t units)
{
    struct till_result *result = task->result;
    uint32_t at = 0;
    if (task->command->principal.role != ROLE_CUSTOMER) {
        return;
    }
    while (at < result->wants_count && result->wants[at].item != item) {
        at++;
    }
    if (at == result->wants_count) {
        result->wants[result->wants_count++] = (struct hold_want){.item = item};
    }
    result->wants[at].units += units;
}

/* Whose units are sold that nobody holds a right to. */
static uint64_t issuer_of_forced(const struct task *task)
{
    const struct stock *stock = task->till->stock;
    return stock->accounts_count > 0 ? stock->accounts[0].issuer : task->till->own_log;
}

/* Sold without a right to it, or not at all. */
static int settle_short(struct task *task, const struct stock_sale *sale, int64_t left,
                        const struct stock_free *found)
{
    struct till_result *result = task->result;
    if (result->short_item == 0 && (int64_t)sale->units > found->unheld) {
        result->short_item = sale->item;
        result->short_units =
            till_stock_rights_for(task, sale->item, sale->is_strict, sale->units, found);
    }
    if (sale->is_strict && !task->command->is_forced) {
        return task_refused(task, sale->item, ERR_UNAVAILABLE);
    }
    emit_take(task, sale, issuer_of_forced(task), (uint64_t)left, true);
    return 0;
}

static int settle_sale(struct task *task, const struct stock_sale *sale)
{
    struct stock_free found;
    int64_t left;
    int err = till_stock_free(task, sale->item, sale->is_strict, &found);
    if (err == 0) {
        err = sell_rights(task, sale, found.units, &left);
    }
    if (err == 0 && left > 0) {
        err = settle_short(task, sale, left, &found);
    }
    if (err == 0 && sale->is_strict) {
        till_stock_want(task, sale->item, sale->units);
    }
    return err;
}

int till_stock_settle(struct task *task)
{
    int err = 0;
    for (uint32_t i = 0; i < task->returns_count && err == 0; i++) {
        err = settle_return(task, &task->returns[i]);
    }
    for (uint32_t i = 0; i < task->sales_count && err == 0; i++) {
        err = settle_sale(task, &task->sales[i]);
    }
    return err;
}

/* --- managing --- */

static int load_for_manager(struct task *task)
{
    const uint64_t item = task->command->item;
    const struct entity_id id = entity_id_derive(KIND_MENU, item);
    struct menu_item found;
    int err = task_load_scratch(task, KIND_MENU, &id);
    if (err != 0) {
        return err;
    }
    menu_derive(task->till->scratch, &found);
    if (found.number == 0) {
        return ERR_NOT_FOUND;
    }
    err = load_stock(task, item);
    return err == 0 && task->till->stock->is_opaque ? ERR_VERSION : err;
}

static void emit_add(struct task *task, int64_t units, uint64_t issuer)
{
    const struct stock_add add = {.item = task->command->item,
                                  .units = units,
                                  .holder = task->till->own_log,
                                  .issuer = issuer};
    stock_add_encode(&add, task_body(task));
    task_emit(task, EVENT_STOCK_ADD);
}

/* Give up to @units of the own rights up; what this device cannot, since others hold them. */
static int emit_less(struct task *task, int64_t units, int64_t *ret_left)
{
    const struct till *till = task->till;
    const struct stock_view view = {.roster = till->roster, .txn = till->txn};
    int err = 0;
    for (uint32_t i = 0; i < till->stock->accounts_count && units > 0 && err == 0; i++) {
        const uint64_t issuer = till->stock->accounts[i].issuer;
        int64_t right = 0;
        if (i > 0 && till->stock->accounts[i - 1].issuer == issuer) {
            continue;
        }
        err = stock_right(till->stock, &view, issuer, till->own_log, &right);
        if (err == 0 && right > 0) {
            emit_add(task, -least(right, units), issuer);
            units -= least(right, units);
        }
    }
    *ret_left = units;
    return err;
}

int till_stock_add(struct task *task)
{
    const int64_t units = task->command->stock_units;
    int64_t left = 0;
    if (units == 0 || units > STOCK_UNITS_MAX || units < -STOCK_UNITS_MAX) {
        return ERR_MALFORMED;
    }
    int err = load_for_manager(task);
    if (err == 0 && units > 0) {
        emit_add(task, units, task->till->own_log);
    } else if (err == 0) {
        err = emit_less(task, -units, &left);
    }
    return err == 0 && left > 0 ? ERR_MISMATCH : err;
}

/* The fact, and the correction that it asks for. What is too many and in others' hands stays: they
 * may be selling it at this moment. */
int till_stock_count(struct task *task)
{
    const struct till *till = task->till;
    const struct stock_view view = {.roster = till->roster, .txn = till->txn};
    const int64_t counted = task->command->stock_units;
    struct stock_summary summary;
    int64_t left;
    if (counted < 0 || counted > STOCK_UNITS_MAX) {
        return ERR_MALFORMED;
    }
    int err = load_for_manager(task);
    if (err == 0) {
        err = stock_summarise(till->stock, &view, till->own_log, &summary);
    }
    if (err != 0) {
        return err;
    }
    const struct stock_count count = {.item = task->command->item, .units = (uint64_t)counted};
    stock_count_encode(&count, task_body(task));
    task_emit(task, EVENT_STOCK_COUNT);
    if (counted > summary.all) {
        emit_add(task, counted - summary.all, till->own_log);
    } else if (counted < summary.all) {
        err = emit_less(task, summary.all - counted, &left);
    }
    return err;
}
