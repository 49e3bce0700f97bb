#include "node/access/access_parts.h"

#include <stdlib.h>
#include <unistd.h>

#include "node/access/forwarded.h"
#include "node/os/clock.h"
#include "node/os/logger.h"
#include "sync/base/check.h"

/* What the disk spoilt of who may sign in stops nobody from selling: it begins anew. */
static bool is_spoilt(int err)
{
    return err == ERR_MALFORMED || err == ERR_VERSION || err == ERR_TOO_LARGE;
}

static void forget(const char *state, const char *name)
{
    char path[PATH_BYTES_MAX];
    logger_say(LEVEL_WARNING, "access", "the file %s is spoilt and begins anew", name);
    if (path_join(path, state, name) == 0) {
        (void)unlink(path);
    }
}

static int open_signed_out(struct access *access, const char *state)
{
    int err = signed_out_open(state, &access->signed_out);
    if (!is_spoilt(err)) {
        return err;
    }
    forget(state, "signed-out");
    return signed_out_open(state, &access->signed_out);
}

static int open_desk(struct access *access, const char *state)
{
    struct pin_book *book = NULL;
    int err = pin_book_open(state, &book);
    if (is_spoilt(err)) {
        forget(state, "pins");
        err = pin_book_open(state, &book);
    }
    return err != 0 ? err : pin_desk_open(book, &access->desk);
}

int access_open(const struct access_config *config, struct access **ret_access)
{
    struct access *access = calloc(1, sizeof *access);
    if (access == NULL) {
        return ERR_NO_MEMORY;
    }
    access->identity = config->identity;
    access->is_screen_locked = config->is_screen_locked;
    rates_init(&access->rates);
    int err = open_signed_out(access, config->state);
    if (err == 0) {
        err = open_desk(access, config->state);
    }
    if (err != 0) {
        access_close(access);
        return err;
    }
    *ret_access = access;
    return 0;
}

void access_close(struct access *access)
{
    if (access == NULL) {
        return;
    }
    pin_desk_close(access->desk);
    signed_out_close(access->signed_out);
    free(access);
}

/* --- who that is --- */

int access_ticket(struct access *access, const struct caller *caller,
                  char ret_text[TICKET_TEXT_BYTES + 1])
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    tickets_give(&access->tickets, caller, clock_mono_ms(), ret_text);
    return 0;
}

/* --- how often --- */

static int admit(struct access *access, enum rate_class rate, struct bytes client,
                 uint64_t *ret_wait_ms)
{
    return rates_take(&access->rates, rate, client, rate_class_limit(rate), clock_mono_ms(),
                      ret_wait_ms);
}

int access_admit_address(struct access *access, const struct access_request *request,
                         enum rate_class rate, uint64_t *ret_wait_ms)
{
    const bool is_own = request->address.size == 0;
    uint8_t network[8];
    *ret_wait_ms = 0;
    if (access == NULL || (is_own && rate != RATE_SIGN_IN)) {
        return 0;
    }
    put_be64(network, peer_network(request->address)); /* 0: this machine, and what is no address */
    return admit(access, rate, bytes_of(network, sizeof network), ret_wait_ms);
}

int access_admit_caller(struct access *access, const struct caller *caller, enum rate_class rate,
                        uint64_t *ret_wait_ms)
{
    const struct token *token = &caller->token;
    const bool has_token = caller->kind == CALLER_PERSON || caller->kind == CALLER_CUSTOMER;
    *ret_wait_ms = 0;
    if (access == NULL || !has_token) {
        return 0;
    }
    return admit(access, rate, bytes_of(token->number, sizeof token->number), ret_wait_ms);
}

/* --- signing in and out --- */

int access_sign_in(struct access *access, const struct pin_guess *guess, uint64_t *ret_request)
{
    return access == NULL ? ERR_UNAVAILABLE : pin_desk_ask(access->desk, guess, ret_request);
}

void access_on_answer(struct access *access, void (*on_answer)(void *context), void *context)
{
    if (access != NULL) {
        pin_desk_on_answer(access->desk, on_answer, context);
    }
}

bool access_answered(struct access *access, struct pin_answer *ret_answer)
{
    return access != NULL && pin_desk_answered(access->desk, ret_answer);
}

int access_sign_out(struct access *access, const struct caller *caller)
{
    check(caller->kind == CALLER_PERSON || caller->kind == CALLER_CUSTOMER);
    return signed_out_add(access->signed_out, &caller->token);
}

/* --- PINs on their way --- */

int access_seal(const struct access *access, const struct gate_live *live, const struct pin *pin,
                uint64_t staff, uint8_t buffer[SEALED_PINS_BYTES_MAX], struct bytes *ret_bytes)
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    const struct public_key own = transport_public(&access->identity->transport_secret);
    pin_seal(pin, staff, live, &own, buffer, ret_bytes);
    return 0;
}

int access_unseal(const struct access *access, struct bytes sealed, uint64_t staff,
                  struct pin *ret_pin)
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    return pin_unseal(sealed, staff, access->identity->device, &access->identity->transport_secret,
                      ret_pin);
}

struct hash access_keyed_hash(const struct access *access, struct bytes message)
{
    /* The seed of the device's secret: of 64 bytes the first 32. */
    return keyed_hash(bytes_of(access->identity->device_secret.bytes, 32), message);
}
