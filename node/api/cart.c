#include "node/api/cart.h"

#include <sodium.h>
#include <string.h>

#include "node/access/access.h"
#include "node/json/json_cart.h"
#include "node/os/entropy.h"
#include "sync/domain/cart.h"

/* --- links --- */

static void link_of(const struct state *state, uint64_t session, uint8_t ret_link[CART_LINK_BYTES])
{
    static const char label[] = "trestle/cart-link/1";
    uint8_t message[sizeof label + 8];
    memcpy(message, label, sizeof label);
    put_be64(message + sizeof label, session);
    const struct hash proof =
        access_keyed_hash(state->gate->access, bytes_of(message, sizeof message));
    put_be64(ret_link, state->live.device);
    put_be64(ret_link + 8, session);
    memcpy(ret_link + 16, proof.bytes, CART_PROOF_BYTES);
}

static int opened(const struct state *state, uint64_t session, struct json_value **ret_value)
{
    const struct access *access = state->gate->access;
    char token[TOKEN_TEXT_MAX];
    uint8_t link[CART_LINK_BYTES];
    struct caller caller;
    int err = access_customer_of(access, &state->live, session, token, &caller);
    if (err != 0) {
        return err;
    }
    link_of(state, session, link);
    *ret_value = json_cart_opened(token, &caller, bytes_of(link, sizeof link));
    return 0;
}

int api_cart_open(const struct state *state, struct json_value **ret_value)
{
    return opened(state, entropy_u64(), ret_value);
}

int api_cart_join(const struct state *state, struct bytes body, struct json_value **ret_value)
{
    uint8_t said[CART_LINK_BYTES], link[CART_LINK_BYTES];
    int err = json_cart_link(body, said, sizeof said);
    if (err == 0 && state->gate->access == NULL) {
        err = ERR_UNAVAILABLE;
    }
    if (err != 0) {
        return err;
    }
    const uint64_t session = get_be64(said + 8);
    link_of(state, session, link);
    return sodium_memcmp(said, link, sizeof link) == 0 ? opened(state, session, ret_value)
                                                       : ERR_NOT_FOUND;
}

/* --- the cart --- */

int api_cart_read(struct store_txn *txn, uint64_t session, struct json_value **ret_value)
{
    struct cart cart;
    int err = cart_get(txn, session, &cart);
    if (err == 0) {
        *ret_value = json_cart(&cart);
    }
    return err;
}

/* Whose a line is stands before its note, for the kitchen and at the table. */
static int keep_note(const struct cart_line *line, struct api_command *command,
                     struct bytes *ret_note)
{
    char text[NOTE_BYTES_MAX];
    const struct bytes who = line->who;
    const struct bytes note = line->wanted.note;
    const bool has_both = who.size > 0 && note.size > 0;
    const size_t size = cart_note_size(who, note);
    if (size > sizeof text) {
        return ERR_TOO_LARGE;
    }
    if (who.size == 0) {
        return api_command_keep(command, note, ret_note);
    }
    memcpy(text, who.data, who.size);
    memcpy(text + who.size, ": ", has_both ? 2 : 0);
    if (note.size > 0) {
        memcpy(text + size - note.size, note.data, note.size);
    }
    return api_command_keep(command, bytes_of(text, size), ret_note);
}

/* What is in it, if it is still as it was seen. If not, the core answers: perhaps it was ordered
 * already. */
static int take_lines(const struct cart *cart, struct api_command *command)
{
    struct command *wanted = &command->command;
    const bool is_same = cart->version == wanted->cart_version && cart->round == wanted->cart_round;
    int err = 0;
    wanted->lines_count = is_same ? cart->lines_count : 0;
    for (uint32_t i = 0; i < wanted->lines_count && err == 0; i++) {
        wanted->lines[i] = cart->lines[i].wanted;
        err = keep_note(&cart->lines[i], command, &wanted->lines[i].note);
    }
    return err;
}

/* Whoever orders it, with whatever key: of one round there is one order. */
static int take_key(const struct cart *cart, struct api_command *command)
{
    static const char label[] = "trestle/cart-order/body/1";
    struct command *wanted = &command->command;
    uint8_t key[CART_KEY_BYTES];
    const struct bytes parts[] = {bytes_of_text(label), bytes_of(key, sizeof key)};
    cart_order_key(wanted->principal.session, cart->begun_t, wanted->cart_round, key);
    hash_parts(wanted->body_hash.bytes, sizeof wanted->body_hash.bytes, parts, 2);
    return api_command_keep(command, bytes_of(key, sizeof key), &wanted->key);
}

static int fill_order(const struct state *state, struct api_command *command)
{
    const struct gate *gate = state->gate;
    struct store_txn *txn = NULL;
    struct cart cart;
    int err = gate->read_begin(gate->context, &txn);
    if (err != 0) {
        return err;
    }
    err = cart_get(txn, command->command.principal.session, &cart);
    if (err == 0) {
        err = take_lines(&cart, command);
    }
    gate->read_end(gate->context, txn);
    return err == 0 && cart.version > 0 ? take_key(&cart, command) : err;
}

/* --- tables --- */

/* Should nobody sit there, a session of its own is the table's from now on. */
static int fill_table(const struct state *state, struct command *command)
{
    struct table_code code = {.table = 0};
    const int err =
        access_table_check(state->gate->access, &state->live, command->reference, &code);
    command->principal.session = entropy_u64();
    command->item = code.table;
    command->generation = code.generation;
    command->issuer = code.issuer;
    return err;
}

int api_cart_fill(const struct state *state, struct api_command *command)
{
    const bool is_customer = command->command.principal.role == ROLE_CUSTOMER;
    if (command->command.kind == COMMAND_TABLE_SIT) {
        return fill_table(state, &command->command);
    }
    return command->command.has_cart && is_customer ? fill_order(state, command) : 0;
}

int api_table_joined(const struct state *state, const struct answer *answer,
                     struct json_value **ret_value)
{
    return opened(state, get_be64(answer->entity.bytes), ret_value);
}

int api_table_code(struct state *state, struct store_txn *txn, uint64_t number,
                   struct json_value **ret_value)
{
    char code[TABLE_CODE_DIGITS + 1];
    const struct entity_id id = sheet_entity(number);
    int err = state_sheet(state, txn, &id);
    const uint32_t generation = err == 0 ? sheet_generation(&state->sheet) : 0;
    if (err == 0 && (generation == 0 || !sheet_is_made_by(&state->sheet, state->live.log))) {
        err = ERR_EXPIRED; /* another revoked it meanwhile */
    }
    if (err == 0) {
        err = access_table(state->gate->access, &state->live, state->sheet.table, generation, code);
    }
    if (err == 0) {
        *ret_value = json_table_code(number, code);
    }
    return err;
}
