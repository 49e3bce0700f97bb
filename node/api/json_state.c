#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "node/api/json_money.h"
#include "node/api/state.h"
#include "sync/base/check.h"
#include "sync/domain/opaque.h"

static struct json_value *ours(json_t *value)
{
    return (struct json_value *)(void *)value;
}

static json_t *theirs(struct json_value *value)
{
    return (json_t *)(void *)value;
}

static void put(json_t *object, const char *name, json_t *value)
{
    check(json_object_set_new(object, name, value) == 0);
}

static void append(json_t *array, json_t *value)
{
    check(json_array_append_new(array, value) == 0);
}

/* Texts in the store are clean UTF-8; from a damaged row nothing is shown. */
static json_t *text(struct bytes bytes)
{
    json_t *value = json_stringn(bytes.size > 0 ? (const char *)bytes.data : "", bytes.size);
    return value != NULL ? value : json_string("");
}

static void put_text(json_t *object, const char *name, struct bytes bytes)
{
    put(object, name, text(bytes));
}

static void put_string(json_t *object, const char *name, const char *terminated)
{
    put_text(object, name, bytes_of_text(terminated));
}

static void put_int(json_t *object, const char *name, int64_t number)
{
    put(object, name, json_integer(number));
}

static void put_count(json_t *object, const char *name, uint64_t number)
{
    put_int(object, name, number <= INT64_MAX ? (int64_t)number : INT64_MAX);
}

static void put_bool(json_t *object, const char *name, bool truth)
{
    put(object, name, json_boolean(truth));
}

static void put_id64(json_t *object, const char *name, uint64_t id)
{
    char hex[17];
    (void)snprintf(hex, sizeof hex, "%016llx", (unsigned long long)id);
    put_string(object, name, hex);
}

static void put_entity(json_t *object, const char *name, const struct entity_id *id)
{
    char hex[2 * ENTITY_ID_BYTES + 1];
    for (size_t i = 0; i < ENTITY_ID_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", id->bytes[i]);
    put_string(object, name, hex);
}

/* The words of an enum field whose bits are set. */
static void put_words(json_t *object, const struct schema *schema, const char *name, uint64_t bits)
{
    const struct schema_field *field = schema_field_find(schema, name);
    json_t *words = json_array();
    for (size_t i = 0; i < field->words->count; i++)
        if ((bits >> i & 1) != 0)
            append(words, json_string(field->words->words[i]));
    put(object, name, words);
}

static void put_word(json_t *object, const struct schema *schema, const char *name, size_t at)
{
    const struct schema_field *field = schema_field_find(schema, name);
    check(at < field->words->count);
    put_string(object, name, field->words->words[at]);
}

static void put_cursor(json_t *object, const struct cursor *cursor)
{
    char printed[CURSOR_BYTES_MAX];
    cursor_print(cursor, printed);
    put_string(object, "cursor", printed);
}

/* --- an order --- */

static json_t *line_options(const struct order_line *line)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < line->options_count; i++) {
        json_t *option = json_object();
        put_text(option, "name", line->options[i].name);
        put_int(option, "price", line->options[i].price_minor);
        append(list, option);
    }
    return list;
}

static const char *line_state(const struct order_line *line)
{
    if (line->is_void)
        return "void";
    return line->is_refused ? "refused" : "active";
}

/* At most 999 x 17 x MONEY_MAX: far from 64 bits. */
static int64_t line_total(const struct order_line *line)
{
    int64_t unit = line->unit_price_minor;
    for (uint32_t i = 0; i < line->options_count; i++)
        unit += line->options[i].price_minor;
    return line->is_active ? unit * line->quantity - line->discount_minor : 0;
}

static json_t *line(const struct order_line *line)
{
    json_t *object = json_object();
    put_int(object, "id", line->id);
    put_count(object, "item", line->item);
    put_text(object, "name", line->name);
    put_text(object, "station", line->station);
    put_count(object, "stall", line->stall);
    put_text(object, "note", line->note);
    put_text(object, "other_note", line->note_other);
    put(object, "options", line_options(line));
    put_int(object, "quantity", line->quantity);
    put_int(object, "wished", line->quantity_wished);
    put_word(object, &schema_line, "progress", (size_t)line->progress);
    put_int(object, "handed", line->handed);
    put_int(object, "unit_price", line->unit_price_minor);
    put_int(object, "total", line_total(line));
    put_int(object, "discount", line->discount_minor);
    put_string(object, "state", line_state(line));
    put_bool(object, "accepted", line->is_accepted);
    put_bool(object, "added_late", line->is_added_late);
    put_bool(object, "conflict", line->has_conflict);
    return object;
}

static json_t *payment(const struct order_payment *payment)
{
    json_t *object = json_object();
    put_entity(object, "id", &payment->id);
    put_text(object, "method", payment->method);
    put_int(object, "amount", payment->amount_minor);
    put_int(object, "tendered", payment->tendered_minor);
    put_bool(object, "refund", payment->is_refund);
    put_text(object, "reference", payment->reference);
    return object;
}

static json_t *number_text(const struct order_number *number)
{
    char printed[NUMBER_TEXT_BYTES_MAX];
    number_print(number->lane, number->number, printed);
    return text(bytes_of_text(printed));
}

static void put_numbers(json_t *object, const struct order *order)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < order->numbers_count; i++)
        append(list, number_text(&order->numbers[i]));
    put(object, "number",
        order->numbers_count > 0 ? number_text(&order->numbers[0]) : json_string(""));
    put(object, "numbers", list);
}

/* @t is ms since the pop-up's epoch; 0 stays 0, "not yet". */
static void put_time(json_t *object, const char *name, const struct state *state, uint64_t t)
{
    bool is_sane = t > 0 && t < INT64_MAX / 2;
    put_count(object, name, is_sane ? t + (uint64_t)state->live.epoch_ms : 0);
}

static void put_times(json_t *object, const struct state *state)
{
    put_time(object, "opened_at", state, state->order.opened_t);
    put_time(object, "accepted_at", state, state->order.accepted_t);
    put_time(object, "ready_at", state, state->order.ready_t);
    put_time(object, "handed_at", state, state->order.handed_t);
}

static void put_lists(json_t *object, const struct order *order)
{
    json_t *lines = json_array();
    for (uint32_t i = 0; i < order->lines_count; i++)
        append(lines, line(&order->lines[i]));
    json_t *payments = json_array();
    for (uint32_t i = 0; i < order->payments_count; i++)
        append(payments, payment(&order->payments[i]));
    put(object, "lines", lines);
    put(object, "payments", payments);
}

static void put_amounts(json_t *object, const struct order *order)
{
    put_int(object, "total", order->total_minor);
    put_int(object, "tax", order->tax_minor);
    put_int(object, "owed", order->owed_minor);
    put_int(object, "paid", order->paid_minor);
    put_int(object, "refunded", order->refunded_minor);
    put_int(object, "due", order->due_minor);
}

static void put_places(json_t *object, const struct order *order)
{
    char changed[CHANGED_TEXT_BYTES_MAX];
    changed_print(order->changed_log, order->changed_seq, changed);
    if (order->claimed_by != 0)
        put_id64(object, "claimed_by", order->claimed_by);
    else
        put_string(object, "claimed_by", "");
    put_id64(object, "log", order->opened_log);
    put_count(object, "seq", order->opened_seq);
    put_string(object, "changed", order->changed_log != 0 ? changed : "");
    put_bool(object, "seen", order->is_seen);
}

static void put_hash(json_t *object, const char *name, const struct hash *hash)
{
    char hex[2 * HASH_BYTES + 1];
    for (size_t i = 0; i < HASH_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", hash->bytes[i]);
    put_string(object, name, hex);
}

static void put_contact(json_t *object, const struct order *order)
{
    if (order->has_contact)
        put_hash(object, "contact", &order->contact);
    else
        put_string(object, "contact", "");
}

struct json_value *state_json_order(const struct state *state)
{
    const struct order *order = &state->order;
    json_t *object = json_object();
    put_entity(object, "id", &order->id);
    put_numbers(object, order);
    put_count(object, "day", order->day);
    put_word(object, &schema_order, "phase", (size_t)order->phase);
    put_text(object, "channel", order->channel);
    put_text(object, "mode", order->mode);
    put_text(object, "name", order->name);
    put_times(object, state);
    put_words(object, &schema_order, "flags", order->flags);
    put_lists(object, order);
    put_amounts(object, order);
    put_bool(object, "cancelled", order->is_cancelled);
    put_text(object, "reason", order->reason);
    put_places(object, order);
    json_put_money(ours(object), order);
    put_bool(object, "late",
             state->day.n == order->day &&
                 day_is_late(&state->day, order->opened_log, order->opened_seq));
    put_contact(object, order);
    return ours(object);
}

/* --- the menu --- */

static json_t *choices(const struct menu_group *group)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < group->choices_count; i++) {
        json_t *choice = json_object();
        put_text(choice, "name", group->choices[i].name);
        put_int(choice, "price", group->choices[i].price_minor);
        append(list, choice);
    }
    return list;
}

static json_t *groups(const struct menu_item *item)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < item->groups_count; i++) {
        json_t *group = json_object();
        put_text(group, "name", item->groups[i].name);
        put_int(group, "min", item->groups[i].choices_min);
        put_int(group, "max", item->groups[i].choices_max);
        put(group, "choices", choices(&item->groups[i]));
        append(list, group);
    }
    return list;
}

static json_t *stock_of(const struct state *state)
{
    json_t *object = json_object();
    put_int(object, "here", state->item_stock.here);
    put_int(object, "all", state->item_stock.all);
    put_int(object, "oversold", state->item_stock.oversold);
    return object;
}

/* Sold out by itself, when nobody has a right left. */
static bool is_available(const struct state *state)
{
    const bool is_gone = state->item.stock == STOCK_STRICT && state->item_stock.all <= 0;
    return state->item.is_available && !is_gone;
}

struct json_value *state_json_item(const struct state *state)
{
    const struct menu_item *item = &state->item;
    json_t *object = json_object();
    put_count(object, "number", item->number);
    put_text(object, "name", item->name);
    put_int(object, "price", item->price_minor);
    put_text(object, "category", item->category);
    put_count(object, "position", item->position);
    put_count(object, "stall", item->stall);
    put_count(object, "tax", item->tax);
    put_int(object, "tax_eat_in", item->tax_eat_in_bp);
    put_int(object, "tax_take_away", item->tax_take_away_bp);
    put_text(object, "station", item->station);
    put_words(object, &schema_menu_item, "allergens", item->allergens);
    put_words(object, &schema_menu_item, "diet", item->diet);
    put_text(object, "description", item->description);
    put(object, "groups", groups(item));
    put_bool(object, "hidden", item->is_hidden);
    put_text(object, "stock_policy",
             bytes_of_text(
                 schema_field_find(&schema_menu_item, "stock_policy")->words->words[item->stock]));
    put_bool(object, "available", is_available(state));
    put(object, "stock", stock_of(state));
    put_bool(object, "price_conflict", item->has_price_conflict);
    put_bool(object, "conflict", item->has_conflict);
    return ours(object);
}

/* --- records --- */

static void put_hex(json_t *object, const char *name, struct bytes bytes)
{
    char hex[2 * RECORD_ID_BYTES_MAX + 1] = "";
    check(bytes.size <= RECORD_ID_BYTES_MAX);
    for (size_t i = 0; i < bytes.size; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", bytes.data[i]);
    put_string(object, name, hex);
}

static void put_field(json_t *object, const struct record_field *field,
                      const struct field_value *value)
{
    switch (field->rule.form) {
    case FIELD_TEXT:
        put_text(object, field->name, value->text);
        break;
    case FIELD_NUMBER:
        put_int(object, field->name, value->number);
        break;
    case FIELD_TRUTH:
        put_bool(object, field->name, value->truth);
        break;
    case FIELD_BYTES:
        put_hex(object, field->name, value->text);
        break;
    case FIELD_OPTIONS:
    case FIELD_UNKNOWN:
        break;
    }
}

struct json_value *state_json_record(const struct state *state)
{
    const struct record *record = &state->record;
    json_t *object = json_object();
    put_entity(object, "id", &record->id);
    for (uint32_t field = 0; field < RECORD_FIELDS_MAX; field++)
        put_field(object, &record->kind->fields[field], &record->values[field]);
    put_bool(object, "conflict", record->has_conflict);
    return ours(object);
}

/* The records of @kind in the order of the index, from @key on; they go to @list. */
static int append_records(struct state *state, struct store_txn *txn,
                          const struct record_kind *kind, json_t *list)
{
    struct key key = {.data = {INDEX_RECORD, (uint8_t)kind->kind}, .size = 2};
    struct entity_id id;
    int err = 0;
    while (err == 0 && json_array_size(list) < kind->count_max) {
        err = board_next(txn, INDEX_RECORD, &key, &id);
        if (err == 0 && key.data[1] != (uint8_t)kind->kind)
            return 0;
        if (err == 0)
            err = state_record(state, txn, kind->kind, &id);
        if (err == 0)
            append(list, theirs(state_json_record(state)));
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int state_json_records(struct state *state, struct store_txn *txn, enum kind kind,
                       struct json_value **ret_value)
{
    const struct record_kind *of = record_kind_find(kind);
    struct cursor cursor;
    int err = cursor_now(txn, &cursor);
    if (err != 0)
        return err;
    json_t *list = json_array();
    err = append_records(state, txn, of, list);
    if (err != 0) {
        json_decref(list);
        return err;
    }
    json_t *object = json_object();
    put_cursor(object, &cursor);
    put(object, of->path, list);
    *ret_value = ours(object);
    return 0;
}

/* --- cash sessions --- */

static json_t *moves(const struct drawer *drawer)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < drawer->moves_count; i++) {
        json_t *move = json_object();
        put_entity(move, "id", &drawer->moves[i].id);
        put_int(move, "amount", drawer->moves[i].amount_minor);
        put_text(move, "reason", drawer->moves[i].reason);
        append(list, move);
    }
    return list;
}

static json_t *counted(const struct drawer_count *count, const struct drawer_figures *figures)
{
    json_t *object = json_object();
    put_entity(object, "id", &count->id);
    put_int(object, "counted", count->counted_minor);
    put_text(object, "note", count->note);
    put_int(object, "cash", figures->cash_minor);
    put_int(object, "expected", figures->expected_minor);
    put_int(object, "difference", count->counted_minor - figures->expected_minor);
    put_count(object, "missing", figures->missing);
    put_bool(object, "overflow", figures->has_overflow);
    return object;
}

static int append_counts(const struct drawer *drawer, struct store_txn *txn, json_t *list)
{
    struct drawer_figures figures;
    int err = 0;
    for (uint32_t i = 0; i < drawer->counts_count && err == 0; i++) {
        err = drawer_figures(drawer, txn, drawer->counts[i].through, &figures);
        if (err == 0)
            append(list, counted(&drawer->counts[i], &figures));
    }
    return err;
}

static void put_drawer(json_t *object, const struct state *state,
                       const struct drawer_figures *figures)
{
    const struct drawer *drawer = &state->drawer;
    put_entity(object, "id", &drawer->id);
    put_count(object, "number", drawer->number);
    put_count(object, "day", drawer->day);
    put_id64(object, "log", drawer->log);
    put_time(object, "opened_at", state, drawer->opened_t);
    put_count(object, "opened_by", drawer->opened_by);
    put_int(object, "float", drawer->float_minor);
    put(object, "moves", moves(drawer));
    put_int(object, "cash", figures->cash_minor);
    put_int(object, "expected", figures->expected_minor);
    put_bool(object, "counted", drawer->counts_count > 0);
    put_bool(object, "counted_twice", drawer->is_counted_twice);
    put_bool(object, "opened_twice", drawer->is_opened_twice);
    put_bool(object, "overflow", figures->has_overflow);
    put_bool(object, "cut_short", drawer->is_cut_short);
}

int state_json_drawer(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct drawer_figures now;
    if (!state->drawer.is_open)
        return ERR_NOT_FOUND;
    int err = drawer_figures(&state->drawer, txn, 0, &now);
    if (err != 0)
        return err;
    json_t *object = json_object();
    json_t *counts = json_array();
    put_drawer(object, state, &now);
    err = append_counts(&state->drawer, txn, counts);
    put(object, "counts", counts);
    if (err != 0)
        json_decref(object);
    else
        *ret_value = ours(object);
    return err;
}

static int append_drawer(struct state *state, struct store_txn *txn, const struct entity_id *id,
                         uint64_t day, json_t *list)
{
    struct json_value *value = NULL;
    int err = state_drawer(state, txn, id);
    if (err != 0 || (state->drawer.day != day && state->drawer.counts_count > 0))
        return err;
    err = state_json_drawer(state, txn, &value);
    if (err == 0)
        append(list, theirs(value));
    return err;
}

int state_json_drawers(struct state *state, struct store_txn *txn, uint64_t day,
                       struct json_value **ret_value)
{
    struct cursor cursor;
    struct key key = {.size = 0};
    struct entity_id id;
    int err = cursor_now(txn, &cursor);
    if (err != 0)
        return err;
    json_t *list = json_array();
    while (err == 0 && json_array_size(list) < DRAWERS_MAX &&
           (err = board_next(txn, INDEX_DRAWER, &key, &id)) == 0)
        err = append_drawer(state, txn, &id, day, list);
    if (err != 0 && err != ERR_NOT_FOUND) {
        json_decref(list);
        return err;
    }
    json_t *object = json_object();
    put_cursor(object, &cursor);
    put(object, "drawers", list);
    *ret_value = ours(object);
    return 0;
}

/* --- lists --- */

int state_json_menu(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct cursor cursor;
    struct key key = {.size = 0};
    struct entity_id id;
    int err = cursor_now(txn, &cursor);
    if (err != 0)
        return err;
    json_t *items = json_array();
    while (err == 0 && json_array_size(items) < MENU_ITEMS_MAX &&
           (err = board_next(txn, INDEX_MENU, &key, &id)) == 0) {
        err = state_item(state, txn, &id);
        if (err == 0)
            append(items, theirs(state_json_item(state)));
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        json_decref(items);
        return err;
    }
    json_t *menu = json_object();
    put_cursor(menu, &cursor);
    put(menu, "items", items);
    *ret_value = ours(menu);
    return 0;
}

/* --- session, status, peers, marks --- */

struct json_value *state_json_session(const struct state *state, const struct caller *caller)
{
    const struct popup *popup = &state->popup;
    const struct gate_live *live = &state->live;
    json_t *object = json_object();
    put_text(object, "popup", popup->name);
    put_int(object, "epoch", live->epoch_ms);
    put_text(object, "currency", popup->currency);
    put_int(object, "digits", popup->currency_digits);
    put_bool(object, "prices_include_tax", popup->prices_include_tax);
    put_int(object, "cash_step", popup->cash_step_minor);
    put_bool(object, "pay_first", popup->is_pay_first);
    put_int(object, "copies", popup->copies);
    put_int(object, "late_after_s", popup->late_after_s);
    put_int(object, "escalate_after_s", popup->escalate_after_s);
    put_count(object, "day", popup->day);
    put_id64(object, "device", live->device);
    put_string(object, "device_name", live->device_name);
    put_string(object, "role", role_text(caller->principal.role));
    put_count(object, "staff", caller->principal.staff);
    put_string(object, "lane", live->lane);
    put_id64(object, "log", live->log);
    put_words(object, &schema_session, "capabilities", caller->capabilities);
    put_string(object, "version", state->version);
    return ours(object);
}

static json_t *screens(const struct gate_screens *screens)
{
    json_t *object = json_object();
    put_count(object, "counter", screens->counts[VIEW_COUNTER]);
    put_count(object, "kitchen", screens->counts[VIEW_KITCHEN]);
    put_count(object, "pickup", screens->counts[VIEW_PICKUP]);
    return object;
}

static json_t *peer(const struct gate_peer *peer)
{
    json_t *object = json_object();
    put_id64(object, "device", peer->device);
    put_string(object, "name", peer->name);
    put_string(object, "role", role_text(peer->role));
    put_bool(object, "linked", peer->link == GATE_LINKED);
    if (peer->heard_ms_ago == UINT64_MAX)
        put_int(object, "heard_ms_ago", -1);
    else
        put_count(object, "heard_ms_ago", peer->heard_ms_ago);
    put_count(object, "behind", peer->behind);
    put_count(object, "ahead", peer->ahead);
    put_int(object, "clock_offset_ms", peer->clock_offset_ms);
    put_word(object, &schema_peer, "state", (size_t)peer->link);
    if (peer->screens.is_told)
        put(object, "screens", screens(&peer->screens));
    return object;
}

/* Nobody waits for a device that was revoked or retired: it is in the list of devices alone. A
 * retired one that comes back is linked again, and then tells something. */
static bool is_awaited(const struct gate_peer *peer)
{
    return peer->link == GATE_LINKED || (!peer->is_revoked && !peer->is_retired);
}

static json_t *peers(const struct state *state)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < state->live.peers_count; i++)
        if (is_awaited(&state->live.peers[i]))
            append(list, peer(&state->live.peers[i]));
    return list;
}

static json_t *printers(const struct state *state, bool is_trouble_only)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < state->live.printers_count; i++) {
        const struct gate_printer *printer = &state->live.printers[i];
        if (is_trouble_only && printer->is_ready)
            continue;
        json_t *object = json_object();
        put_count(object, "number", printer->number);
        put_bool(object, "ready", printer->is_ready);
        put_count(object, "waiting", printer->waiting);
        put_string(object, "state", printer->state);
        append(list, object);
    }
    return list;
}

static json_t *device(uint64_t id, const char *name, enum role role, const char *lane, bool is_own)
{
    json_t *object = json_object();
    put_id64(object, "id", id);
    put_string(object, "name", name);
    put_string(object, "role", role_text(role));
    put_string(object, "lane", lane);
    put_bool(object, "own", is_own);
    return object;
}

static json_t *device_other(const struct gate_peer *peer)
{
    json_t *object = device(peer->device, peer->name, peer->role, peer->lane, false);
    put_bool(object, "revoked", peer->is_revoked);
    put_bool(object, "retired", peer->is_retired);
    put_word(object, &schema_device, "state", (size_t)peer->link);
    return object;
}

struct json_value *state_json_devices(const struct state *state)
{
    const struct gate_live *live = &state->live;
    json_t *list = json_array();
    json_t *own = device(live->device, live->device_name, live->role, live->lane, true);
    put_bool(own, "revoked", live->is_revoked);
    put_bool(own, "retired", live->is_retired);
    append(list, own);
    for (uint32_t i = 0; i < live->peers_count; i++)
        append(list, device_other(&live->peers[i]));
    json_t *object = json_object();
    put(object, "devices", list);
    return ours(object);
}

/* "" for one that is not known any more. */
static const char *device_name(const struct gate_live *live, uint64_t device)
{
    if (device == live->device)
        return live->device_name;
    for (uint32_t i = 0; i < live->peers_count; i++)
        if (live->peers[i].device == device)
            return live->peers[i].name;
    return "";
}

static json_t *voided_lines(const struct voided_order *order)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < order->shown_count; i++) {
        json_t *line = json_object();
        put_int(line, "quantity", order->shown[i].quantity);
        put_string(line, "name", order->shown[i].name);
        append(list, line);
    }
    return list;
}

static json_t *voided_order(const struct state *state, const struct voided_order *order)
{
    char number[NUMBER_TEXT_BYTES_MAX];
    json_t *object = json_object();
    number_print(bytes_of_text(order->lane), order->number, number);
    put_entity(object, "id", &order->id);
    put_string(object, "number", number);
    put_string(object, "name", order->name);
    put_id64(object, "device", order->device);
    put_string(object, "device_name", device_name(&state->live, order->device));
    put_time(object, "opened_at", state, order->opened_t);
    put_count(object, "lines", order->lines);
    put(object, "shown", voided_lines(order));
    put_int(object, "total", order->total_minor);
    put_count(object, "events", order->events);
    return object;
}

struct json_value *state_json_voided(const struct state *state)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < state->live.voided_count; i++)
        append(list, voided_order(state, &state->live.voided[i]));
    json_t *object = json_object();
    put(object, "orders", list);
    return ours(object);
}

struct json_value *state_json_people(const struct state *state)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < state->live.people_count; i++) {
        const struct roster_person *person = &state->live.people[i];
        json_t *one = json_object();
        put_count(one, "staff", person->staff);
        put_string(one, "role", role_text(person->role));
        put_count(one, "version", person->version);
        put_bool(one, "disputed", person->is_disputed);
        append(list, one);
    }
    json_t *object = json_object();
    put(object, "people", list);
    return ours(object);
}

/* How many logs there are and their events in all. */
static int count_events(struct store_txn *txn, uint64_t *ret_logs, uint64_t *ret_events)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint64_t logs = 0;
    uint64_t events = 0;
    int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    if (err != 0)
        return err;
    while ((err = store_cursor_next(&cursor, &key, &value)) == 0) {
        struct reader reader;
        reader_init(&reader, value);
        (void)read_array(&reader, 1, VALUE_ITEMS_MAX);
        events += read_uint(&reader, SEQ_MAX);
        logs++;
    }
    store_cursor_close(&cursor);
    *ret_logs = logs;
    *ret_events = events;
    return err == ERR_NOT_FOUND ? 0 : err;
}

int state_json_status(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    uint64_t logs = 0;
    uint64_t events = 0;
    uint64_t active = 0;
    uint64_t opaque = 0;
    uint64_t critical = 0;
    int err = state_popup(state, txn);
    if (err == 0)
        err = count_events(txn, &logs, &events);
    if (err == 0)
        err = board_count_active(txn, &active);
    if (err == 0)
        err = opaque_count(txn, &opaque, &critical);
    if (err != 0)
        return err;
    json_t *object = json_object();
    put_id64(object, "device", state->live.device);
    put_count(object, "day", state->popup.day);
    put_count(object, "events", events);
    put_count(object, "logs", logs);
    put_count(object, "opaque", opaque);
    put_count(object, "orders_active", active);
    put_count(object, "orders_stuck", stuck_count(&state->stuck));
    put_count(object, "orders_voided", state->live.voided_count);
    put_count(object, "store_bytes", state->live.store_bytes);
    put_count(object, "store_bytes_max", state->live.store_bytes_max);
    put_count(object, "uptime_s", state->live.uptime_s);
    put_count(object, "beacons_sent", state->live.beacons_sent);
    put_count(object, "beacons_heard", state->live.beacons_heard);
    put_count(object, "beacons_foreign", state->live.beacons_foreign);
    put(object, "peers", peers(state));
    put(object, "printers", printers(state, false));
    put_string(object, "version", state->version);
    *ret_value = ours(object);
    return 0;
}

/* Left out when there is nothing to tell. */
static void put_list(json_t *object, const char *name, json_t *list)
{
    if (json_array_size(list) > 0)
        put(object, name, list);
    else
        json_decref(list);
}

static void put_stuck(json_t *object, const struct stuck *stuck)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < stuck->count && json_array_size(list) < STUCK_TOLD_MAX; i++) {
        if (!stuck_is_late(stuck, i))
            continue;
        json_t *order = json_object();
        put_entity(order, "id", &stuck->orders[i].id);
        put_string(order, "tick", tick_text(stuck->orders[i].awaited));
        append(list, order);
    }
    put_list(object, "stuck", list);
}

struct json_value *state_json_marks(const struct state *state, int64_t now_ms)
{
    json_t *logs = json_array();
    for (uint32_t i = 0; i < state->live.marks_count; i++) {
        json_t *mark = json_object();
        put_id64(mark, "log", state->live.marks[i].log);
        put_count(mark, "seq", state->live.marks[i].seq);
        append(logs, mark);
    }
    json_t *object = json_object();
    put_string(object, "type", "marks");
    put(object, "logs", logs);
    put(object, "peers", peers(state));
    put_stuck(object, &state->stuck);
    put_list(object, "printers", printers(state, true));
    if (state->opaque > 0)
        put_count(object, "opaque", state->opaque);
    if (state->live.voided_count > 0)
        put_count(object, "voided", state->live.voided_count);
    put_int(object, "now", now_ms);
    return ours(object);
}

struct json_value *state_json_hello(const struct state *state, const struct caller *caller,
                                    int64_t now_ms, bool is_resumed)
{
    json_t *object = json_object();
    put_string(object, "type", "hello");
    put(object, "session", theirs(state_json_session(state, caller)));
    put_int(object, "now", now_ms);
    put_bool(object, "resumed", is_resumed);
    return ours(object);
}

/* --- lists of orders --- */

int state_json_orders(struct state *state, struct store_txn *txn, const struct board_query *query,
                      bool is_oldest_first, struct json_value **ret_value)
{
    struct cursor cursor;
    struct board *board = &state->board;
    int err = cursor_now(txn, &cursor);
    if (err == 0)
        err = board_find(txn, query, board);
    if (err != 0)
        return err;
    json_t *orders = json_array();
    for (uint32_t i = 0; i < board->count && err == 0; i++) {
        err = state_order(state, txn, &board->orders[is_oldest_first ? board->count - 1 - i : i]);
        if (err == 0)
            append(orders, theirs(state_json_order(state)));
    }
    if (err != 0) {
        json_decref(orders);
        return err;
    }
    json_t *list = json_object();
    put_cursor(list, &cursor);
    put(list, "orders", orders);
    *ret_value = ours(list);
    return 0;
}

static void append_numbers(json_t *list, const struct order *order)
{
    for (uint32_t i = 0; i < order->numbers_count && json_array_size(list) < BOARD_ORDERS_MAX; i++)
        append(list, number_text(&order->numbers[i]));
}

int state_json_pickup(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct cursor cursor;
    struct board *board = &state->board;
    static const struct board_query query = {
        .is_any_day = true, .phases = BOARD_PHASES_PICKUP, .count_max = BOARD_ORDERS_MAX};
    int err = cursor_now(txn, &cursor);
    if (err == 0)
        err = board_find(txn, &query, board);
    if (err != 0)
        return err;
    json_t *preparing = json_array();
    json_t *ready = json_array();
    for (uint32_t i = board->count; i > 0 && err == 0; i--) {
        err = state_order(state, txn, &board->orders[i - 1]);
        if (err == 0)
            append_numbers(state->order.phase == PHASE_READY ? ready : preparing, &state->order);
    }
    json_t *object = json_object();
    put_cursor(object, &cursor);
    put(object, "preparing", preparing);
    put(object, "ready", ready);
    if (err == 0)
        *ret_value = ours(object);
    else
        json_decref(object);
    return err;
}

/* --- answers --- */

struct json_value *state_json_health(bool ok)
{
    json_t *object = json_object();
    put_bool(object, "ok", ok);
    return ours(object);
}

struct json_value *state_json_done(const struct answer *answer)
{
    json_t *object = json_object();
    put_entity(object, "id", &answer->entity);
    put_id64(object, "log", answer->log);
    put_count(object, "seq", answer->seq);
    put_count(object, "events", answer->events);
    return ours(object);
}

/* The number that this device gave: a retry at another device leaves two, both valid. */
static const struct order_number *own_number(const struct state *state)
{
    struct bytes lane = bytes_of_text(state->live.lane);
    for (uint32_t i = 0; i < state->order.numbers_count; i++)
        if (bytes_equal(state->order.numbers[i].lane, lane))
            return &state->order.numbers[i];
    return &state->order.numbers[0];
}

struct json_value *state_json_placed(const struct state *state, const struct answer *answer)
{
    json_t *object = json_object();
    put_entity(object, "id", &answer->entity);
    put(object, "number", number_text(own_number(state)));
    put_count(object, "day", answer->day);
    put_int(object, "total", answer->total_minor);
    put_int(object, "change", answer->change_minor);
    put_id64(object, "log", answer->log);
    put_count(object, "seq", answer->seq);
    return ours(object);
}

struct json_value *state_json_problem(int err, int status, const char *where)
{
    json_t *object = json_object();
    put_string(object, "type", "about:blank");
    put_string(object, "title", err_text(err));
    put_int(object, "status", status);
    put_string(object, "code", err_code(err));
    put_string(object, "detail", where);
    return ours(object);
}

struct json_value *state_json_blob(const struct hash *hash, const struct blob *blob)
{
    json_t *object = json_object();
    put_hash(object, "hash", hash);
    put_count(object, "size", blob->size);
    put_text(object, "media", blob->media);
    return ours(object);
}

/* Who may hold something of the day that is not here. */
static json_t *peers_missing(const struct gate_live *live)
{
    json_t *names = json_array();
    for (uint32_t i = 0; i < live->peers_count; i++)
        if (gate_peer_is_missing(&live->peers[i]))
            append(names, json_string(live->peers[i].name));
    return names;
}

struct json_value *state_json_day(const struct state *state)
{
    const struct day *day = &state->day;
    json_t *object = json_object();
    put_count(object, "day", day->n);
    put_bool(object, "closed", day->is_closed);
    put_count(object, "closes", day->closes_count);
    put_int(object, "closed_at",
            day->is_closed ? state->live.epoch_ms + (int64_t)day->closed_t : 0);
    put(object, "missing", peers_missing(&state->live));
    return ours(object);
}
