#include "node/api/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "sync/domain/change_number.h"

struct state *state_new(const struct gate *gate, const char *version)
{
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return NULL;
    }
    state->gate = gate;
    state->version = version;
    state->history = history_new();
    state->scratch = history_new();
    if (state->history != NULL && state->scratch != NULL) {
        return state;
    }
    state_free(state);
    return NULL;
}

void state_free(struct state *state)
{
    if (state == NULL) {
        return;
    }
    history_free(state->history);
    history_free(state->scratch);
    free(state);
}

void state_refresh(struct state *state)
{
    state->gate->live(state->gate->context, &state->live);
    state->day.n = 0; /* read again */
}

int state_read_error(const struct state *state, int err)
{
    if (err != ERR_MALFORMED) {
        return err;
    }
    if (state->gate->spoilt != NULL) {
        state->gate->spoilt(state->gate->context);
    }
    return ERR_SPOILT;
}

/* As history_get(). */
static int row_get(const struct state *state, struct history *history, struct store_txn *txn,
                   enum kind kind, const struct entity_id *id)
{
    return state_read_error(state, history_get(history, txn, kind, id));
}

struct bytes state_words(const struct state *state, struct store_txn *txn, const struct hash *hash,
                         size_t bytes_max, struct words *words)
{
    const struct gate *gate = state->gate;
    const int err =
        gate->blobs == NULL ? ERR_NOT_FOUND : words_read(gate->blobs, txn, hash, bytes_max, words);
    if (err == ERR_UNAVAILABLE && gate->blob_lost != NULL) {
        gate->blob_lost(gate->context, hash);
    }
    return err == 0 ? bytes_of(words->data, words->size) : bytes_of(NULL, 0);
}

int state_order(struct state *state, struct store_txn *txn, const struct entity_id *id)
{
    int err = row_get(state, state->history, txn, KIND_ORDER, id);
    if (err != 0) {
        return err;
    }
    order_derive(state->history, &state->order);
    return state->day.n == state->order.day ? 0 : state_day(state, txn, state->order.day);
}

int state_order_shown(struct state *state, struct store_txn *txn, const struct entity_id *id)
{
    struct order *order = &state->order;
    const int err = state_order(state, txn, id);
    if (err == 0 && order->has_name_blob) {
        order->name = state_words(state, txn, &order->name_blob, NAME_BYTES_MAX, &state->name);
    }
    return err;
}

/* Who is closed the web thread does not know: what closed logs left counts as theirs. */
static int item_stock(struct state *state, struct store_txn *txn)
{
    const struct stock_view view = {.roster = NULL, .txn = txn};
    const struct entity_id id = entity_id_derive(KIND_STOCK, state->item.number);
    state->item_stock = (struct stock_summary){0};
    if (state->item.stock == STOCK_OFF) {
        return 0;
    }
    int err = stock_get(&state->stock, txn, &id);
    if (err == 0 || err == ERR_NOT_FOUND) {
        err = stock_summarise(&state->stock, &view, state->live.log, &state->item_stock);
    }
    return err;
}

static int item_photo(struct state *state, struct store_txn *txn)
{
    const struct bytes photo = state->item.photo;
    enum blob_state blob = BLOB_ERASED;
    struct hash hash;
    int err = 0;
    if (photo.size == sizeof hash.bytes) {
        memcpy(hash.bytes, photo.data, sizeof hash.bytes);
        err = blob_state_get(txn, &hash, &blob);
    }
    state->has_photo = err == 0 && blob <= BLOB_HERE;
    state->is_photo_here = err == 0 && blob == BLOB_HERE;
    return err;
}

static int item_stall(struct state *state, struct store_txn *txn)
{
    struct record stall;
    const struct entity_id id = entity_id_derive(KIND_STALL, state->item.stall);
    state->is_stall_closed = false;
    const int err = state->item.stall == 0 ? ERR_NOT_FOUND
                                           : row_get(state, state->scratch, txn, KIND_STALL, &id);
    if (err == 0) {
        record_derive(state->scratch, &stall);
        state->is_stall_closed = stall.is_hidden;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int state_item(struct state *state, struct store_txn *txn, const struct entity_id *id)
{
    int err = row_get(state, state->history, txn, KIND_MENU, id);
    if (err == 0) {
        menu_derive(state->history, &state->item);
        err = item_photo(state, txn);
    }
    if (err == 0) {
        err = item_stall(state, txn);
    }
    return err == 0 ? item_stock(state, txn) : err;
}

/* What people see of a review: its text may be in a file. */
static void show_words(const struct state *state, struct store_txn *txn, struct record *review,
                       struct words *words)
{
    struct hash hash;
    struct bytes *text = &review->values[REVIEW_TEXT].text;
    const struct bytes stored = record_text(review, REVIEW_WORDS);
    if (text->size == 0 && stored.size == sizeof hash.bytes) {
        memcpy(hash.bytes, stored.data, sizeof hash.bytes);
        *text = state_words(state, txn, &hash, REVIEW_BYTES_MAX, words);
    }
}

int state_record(struct state *state, struct store_txn *txn, enum kind kind,
                 const struct entity_id *id)
{
    int err = row_get(state, state->history, txn, kind, id);
    if (err == 0) {
        record_derive(state->history, &state->record);
    }
    if (err == 0 && kind == KIND_REVIEW) {
        show_words(state, txn, &state->record, &state->words);
    }
    return err;
}

/* Here: this device may write it down. */
static bool may_review(const struct state *state, uint64_t session)
{
    return (state->live.capabilities & capability_bit(CAP_REVIEW)) != 0 &&
           state->order.phase == PHASE_COMPLETED && order_is_of(&state->order, session);
}

int state_review(struct state *state, struct store_txn *txn, uint64_t session)
{
    const struct entity_id id = review_id_of(&state->order.id, session);
    state->review = (struct record){.kind = NULL};
    if (!may_review(state, session)) {
        return 0;
    }
    int err = row_get(state, state->scratch, txn, KIND_REVIEW, &id);
    if (err == ERR_NOT_FOUND) {
        history_reset(state->scratch, KIND_REVIEW, &id);
        err = 0;
    }
    if (err == 0) {
        record_derive(state->scratch, &state->review);
        show_words(state, txn, &state->review, &state->said);
    }
    return err;
}

int state_drawer(struct state *state, struct store_txn *txn, const struct entity_id *id)
{
    int err = row_get(state, state->history, txn, KIND_DRAWER, id);
    if (err == 0) {
        drawer_derive(state->history, &state->drawer);
    }
    return err;
}

int state_sheet(struct state *state, struct store_txn *txn, const struct entity_id *id)
{
    int err = row_get(state, state->history, txn, KIND_SHEET, id);
    if (err == 0) {
        sheet_derive(state->history, &state->sheet);
    }
    return err;
}

int state_quote(struct state *state, struct store_txn *txn, uint64_t session,
                const struct entity_id *id)
{
    int err = quote_get(txn, session, &state->quote);
    if (err == ERR_NOT_FOUND || (err == 0 && !entity_id_equal(&state->quote.id, id))) {
        return ERR_EXPIRED;
    }
    return err == 0 && state->quote.until_mono_ms <= clock_mono_ms() ? ERR_EXPIRED : err;
}

int state_popup(struct state *state, struct store_txn *txn)
{
    struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    int err = row_get(state, state->history, txn, KIND_POPUP, &id);
    if (err == ERR_NOT_FOUND) {
        history_reset(state->history, KIND_POPUP, &id);
        err = 0;
    }
    if (err == 0) {
        popup_derive(state->history, &state->popup);
    }
    return err;
}

const char *state_pauses(const struct state *state)
{
    const struct teller *teller = &state->teller;
    return teller->pauses == NULL ? NULL : teller->pauses(teller->context, &state->live);
}

bool state_holds(const struct state *state, struct told_hold *ret_hold)
{
    const struct teller *teller = &state->teller;
    return teller->holds != NULL &&
           teller->holds(teller->context, &state->live, &state->order, ret_hold);
}

uint64_t state_keeps_ms(const struct state *state)
{
    const struct teller *teller = &state->teller;
    return teller->keeps_ms != NULL ? teller->keeps_ms(teller->context, &state->order) : UINT64_MAX;
}

int state_day(struct state *state, struct store_txn *txn, uint64_t n)
{
    struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    int err = row_get(state, state->scratch, txn, KIND_POPUP, &id);
    if (err == ERR_NOT_FOUND) {
        history_reset(state->scratch, KIND_POPUP, &id);
        err = 0;
    }
    if (err == 0) {
        day_derive(state->scratch, n, &state->day);
    }
    return err;
}

/* --- texts --- */

int cursor_now(struct store_txn *txn, struct cursor *ret_cursor)
{
    struct bytes incarnation;
    struct bytes fold;
    int err = store_get(txn, TABLE_META, bytes_of_text("incarnation"), &incarnation);
    if (err == 0) {
        err = store_get(txn, TABLE_META, bytes_of_text("fold"), &fold);
    }
    if (err == 0 && (incarnation.size != sizeof ret_cursor->incarnation || fold.size != 4)) {
        err = ERR_MALFORMED;
    }
    if (err != 0) {
        return err;
    }
    memcpy(ret_cursor->incarnation, incarnation.data, sizeof ret_cursor->incarnation);
    ret_cursor->fold = get_be32(fold.data);
    return change_number_get(txn, &ret_cursor->change);
}

void cursor_print(const struct cursor *cursor, char ret_text[CURSOR_BYTES_MAX])
{
    (void)snprintf(ret_text, CURSOR_BYTES_MAX, "%016llx-%x-%llx",
                   (unsigned long long)get_be64(cursor->incarnation), (unsigned)cursor->fold,
                   (unsigned long long)cursor->change);
}

/* A run of lower-case hex up to @end. */
static bool hex_parse(const char **at, char end, size_t digits_max, uint64_t *ret_number)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t number = 0;
    size_t count = strspn(*at, digits);
    if (count == 0 || count > digits_max || (*at)[count] != end) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        number = number << 4 | (uint64_t)(strchr(digits, (*at)[i]) - digits);
    }
    *at += count + (end != '\0');
    *ret_number = number;
    return true;
}

int cursor_parse(const char *text, struct cursor *ret_cursor)
{
    uint64_t incarnation = 0;
    uint64_t fold = 0;
    uint64_t change = 0;
    if (!hex_parse(&text, '-', 16, &incarnation) || !hex_parse(&text, '-', 8, &fold) ||
        !hex_parse(&text, '\0', 16, &change)) {
        return ERR_MALFORMED;
    }
    put_be64(ret_cursor->incarnation, incarnation);
    ret_cursor->fold = (uint32_t)fold;
    ret_cursor->change = change;
    return 0;
}

bool cursor_fits(const struct cursor *cursor, const struct cursor *now)
{
    return memcmp(cursor->incarnation, now->incarnation, sizeof now->incarnation) == 0 &&
           cursor->fold == now->fold && cursor->change <= now->change;
}

void number_print(struct bytes lane, uint32_t number, char ret_text[NUMBER_TEXT_BYTES_MAX])
{
    int size = lane.size <= LANE_BYTES_MAX ? (int)lane.size : 0;
    (void)snprintf(ret_text, NUMBER_TEXT_BYTES_MAX, "%.*s%u", size,
                   size > 0 ? (const char *)lane.data : "", (unsigned)number);
}

void changed_print(uint64_t log, uint64_t seq, char ret_text[CHANGED_TEXT_BYTES_MAX])
{
    (void)snprintf(ret_text, CHANGED_TEXT_BYTES_MAX, "%016llx-%llx", (unsigned long long)log,
                   (unsigned long long)seq);
}

int changed_parse(const char *text, uint64_t *ret_log, uint64_t *ret_seq)
{
    bool is_good = hex_parse(&text, '-', 16, ret_log) && hex_parse(&text, '\0', 16, ret_seq);
    return is_good && *ret_seq <= SEQ_MAX ? 0 : ERR_MALFORMED;
}
