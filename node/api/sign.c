#include "node/api/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api/blob.h"
#include "node/json/fill.h"
#include "node/json/json_access.h"
#include "node/json/json_build.h"
#include "node/os/entropy.h"

static struct access *access_of(const struct state *state)
{
    return state->gate->access;
}

/* --- signing in --- */

/* What the blob holds for this device. A person whose PIN has not arrived cannot sign in yet. */
static void guess_sealed(const struct state *state, struct pin_guess *guess)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!guess->has_pin || api_blob_whole(state->gate, &guess->blob, &data, &size) != 0) {
        return;
    }
    guess->has_sealed =
        size > BLOB_SALT_BYTES &&
        access_unseal(access_of(state), bytes_of(data + BLOB_SALT_BYTES, size - BLOB_SALT_BYTES),
                      guess->staff, &guess->sealed) == 0;
    free(data);
}

/* What is known of the person with that number. */
static int guess_person(struct state *state, struct store_txn *txn, struct pin_guess *guess)
{
    const struct entity_id id = entity_id_derive(KIND_STAFF, guess->staff);
    const int err = state_record(state, txn, KIND_STAFF, &id);
    if (err == ERR_NOT_FOUND) {
        return 0;
    }
    if (err != 0) {
        return err;
    }
    const struct bytes blob = record_text(&state->record, STAFF_PIN);
    guess->has_pin = blob.size == sizeof guess->blob.bytes && !state->record.is_hidden;
    if (guess->has_pin) {
        memcpy(guess->blob.bytes, blob.data, blob.size);
    }
    guess_sealed(state, guess);
    return 0;
}

static int guess_ask(struct state *state, struct pin_guess *guess, struct api_reply *reply)
{
    struct store_txn *txn = NULL;
    const struct gate *gate = state->gate;
    int err = gate->read_begin(gate->context, &txn);
    if (err != 0) {
        return err;
    }
    err = guess_person(state, txn, guess);
    gate->read_end(gate->context, txn);
    return err != 0 ? err : access_sign_in(access_of(state), guess, &reply->request);
}

int sign_in_begin(struct state *state, const struct access_request *access,
                  const struct json_value *body, struct api_reply *reply, char *ret_where)
{
    struct pin_guess guess = {.staff = json_staff(body)};
    int err = entrance_is_private(access->entrance) ? 0 : ERR_FORBIDDEN;
    (void)snprintf(ret_where, JSON_WHERE_BYTES_MAX, "%s",
                   err == 0 ? "/pin: 4 to 12 digits" : "a PIN passes over https alone");
    if (err == 0) {
        err = json_pin(body, &guess.pin);
    }
    if (err != 0) {
        return err;
    }
    ret_where[0] = '\0';
    err = guess_ask(state, &guess, reply);
    entropy_wipe(&guess, sizeof guess);
    reply->is_pending = reply->is_signing_in = err == 0;
    return err;
}

int sign_in_end(const struct state *state, const struct pin_answer *answer,
                struct json_value **ret_value)
{
    char text[TOKEN_TEXT_MAX];
    struct caller caller;
    int err = answer->err;
    if (err == 0) {
        err = access_token(access_of(state), &state->live, answer->staff, text, &caller);
    }
    if (err == 0) {
        *ret_value = json_signed_in(text, &caller);
    }
    return err;
}

/* --- out, and others --- */

int sign_out(const struct state *state, const struct caller *caller, struct json_value **ret_value)
{
    const int err = access_sign_out(access_of(state), caller);
    if (err == 0) {
        *ret_value = state_json_health(true);
    }
    return err;
}

int sign_customer(const struct state *state, struct json_value **ret_value)
{
    char text[TOKEN_TEXT_MAX];
    struct caller caller;
    const int err = access_customer(access_of(state), &state->live, text, &caller);
    if (err == 0) {
        *ret_value = json_signed_in(text, &caller);
    }
    return err;
}

int sign_ticket(const struct state *state, const struct caller *caller,
                struct json_value **ret_value)
{
    char ticket[TICKET_TEXT_BYTES + 1];
    const int err = access_ticket(access_of(state), caller, ticket);
    if (err == 0) {
        *ret_value = json_ticket(ticket);
    }
    return err;
}

/* --- what a customer was told --- */

int sign_quote(const struct state *state, struct json_value *quote)
{
    const struct access *access = access_of(state);
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    const struct popup_id popup = access_popup(access);
    struct text said = {.data = NULL};
    struct signature signature;
    json_put_hex(quote, "popup_id", bytes_of(popup.bytes, sizeof popup.bytes));
    json_put_id64(quote, "device", state->live.device);
    text_append_text(&said, QUOTE_LABEL);
    json_print_canonical(quote, &said);
    access_sign_quote(access, bytes_of(said.data, said.size), &signature);
    text_close(&said);
    json_put_hex(quote, "signature", bytes_of(signature.bytes, sizeof signature.bytes));
    return 0;
}

/* --- the PIN of somebody --- */

static int keep_sealed(const struct state *state, const struct pin *pin, struct command *command)
{
    uint8_t buffer[SEALED_PINS_BYTES_MAX];
    struct bytes sealed;
    const int err =
        access_seal(access_of(state), &state->live, pin, command->staff, buffer, &sealed);
    return err != 0
               ? err
               : api_blob_keep_salted(state->gate, sealed, "application/octet-stream", command);
}

int sign_keep_pin(const struct state *state, struct bytes body, struct api_command *command,
                  char *ret_where)
{
    struct json_value *value = NULL;
    struct pin pin = {.size = 0};
    int err = json_parse_as(&schema_staff_pin, body, &value, ret_where);
    if (err != 0 || json_has_no_pin(value)) {
        json_free(value);
        return err;
    }
    err = json_pin(value, &pin);
    json_free(value);
    if (err != 0) {
        (void)snprintf(ret_where, JSON_WHERE_BYTES_MAX, "/pin: 4 to 12 digits");
    } else {
        err = keep_sealed(state, &pin, &command->command);
    }
    entropy_wipe(&pin, sizeof pin);
    return err;
}

struct hash sign_body_hash(const struct state *state, const struct route *route,
                           const struct api_request *request)
{
    struct bytes body = request->body;
    struct hash keyed;
    if (route->command == COMMAND_STAFF_PIN && access_of(state) != NULL) {
        keyed = access_keyed_hash(access_of(state), body);
        body = bytes_of(keyed.bytes, sizeof keyed.bytes);
    }
    return api_body_hash(request->method, request->path, body);
}
