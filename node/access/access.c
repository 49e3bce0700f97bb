#include "node/access/access.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/access/forwarded.h"
#include "node/access/signed_out.h"
#include "node/os/clock.h"
#include "node/os/logger.h"
#include "sync/base/check.h"

/* Idempotency keys belong to a session. Whoever works at the stall shares one, the same on all
 * devices, so that a retry at another device, or by who took over, is the same order. */
enum { SESSION_OF_THE_STALL = 1 };

/* A table's code lasts as long as its sheet. */
#define TABLE_S (INT64_C(5) * 366 * 24 * 3600)

struct access {
    const struct identity *identity;
    bool is_screen_locked;
    struct tickets tickets;
    struct rates rates;
    struct signed_out *signed_out;
    struct pin_desk *desk;
};

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

/* --- whose tokens count --- */

/* What is known of an issuer. */
struct issuers {
    const struct access *access;
    const struct gate_live *live;
};

static const struct gate_peer *peer_find(const struct gate_live *live, uint64_t device)
{
    for (uint32_t i = 0; i < live->peers_count; i++) {
        if (live->peers[i].device == device) {
            return &live->peers[i];
        }
    }
    return NULL;
}

static bool issuer_find(const void *context, uint64_t id, struct token_issuer *ret_issuer)
{
    const struct issuers *issuers = context;
    if (id == issuers->live->device) {
        *ret_issuer =
            (struct token_issuer){.key = signing_public(&issuers->access->identity->device_secret)};
        return !issuers->live->is_revoked;
    }
    const struct gate_peer *peer = peer_find(issuers->live, id);
    if (peer == NULL || peer->is_revoked) {
        return false;
    }
    *ret_issuer = (struct token_issuer){.key = peer->device_key,
                                        .clock_ahead_s = peer->clock_offset_ms / 1000};
    return true;
}

/* --- who that is --- */

/* At a gateway nobody works. Whoever has its files looks after it, and reads what staff read. */
static uint64_t keeper_capabilities(const struct gate_live *live, enum entrance entrance)
{
    const bool is_keeper = entrance == ENTRANCE_CONTROL && live->role == ROLE_GATEWAY;
    return is_keeper ? capability_bit(CAP_READ_BOARDS) | capability_bit(CAP_READ_REPORTS) : 0;
}

/* With the device's role, or the owner's where the device may add others. */
static void caller_screen(const struct gate_live *live, enum entrance entrance,
                          struct caller *ret_caller)
{
    bool is_owner = (live->capabilities & capability_bit(CAP_ROSTER)) != 0;
    const enum role role = is_owner ? ROLE_OWNER : live->role;
    *ret_caller = (struct caller){.kind = CALLER_SCREEN,
                                  .entrance = entrance,
                                  .principal = {.session = SESSION_OF_THE_STALL, .role = role},
                                  .capabilities = role_person_capabilities(role) |
                                                  keeper_capabilities(live, entrance)};
}

static const struct roster_person *person_find(const struct gate_live *live, uint64_t staff)
{
    for (uint32_t i = 0; i < live->people_count; i++) {
        if (live->people[i].staff == staff) {
            return &live->people[i];
        }
    }
    return NULL;
}

/* A gateway is given no PINs and signs nobody in; it is the one that a stranger can reach. */
static bool signs_people_in(const struct gate_live *live, uint64_t issuer)
{
    const struct gate_peer *peer = peer_find(live, issuer);
    return peer == NULL || peer->role != ROLE_GATEWAY;
}

/* With what the roster gives him now. */
static int caller_person(const struct gate_live *live, struct caller *caller)
{
    const struct token *token = &caller->token;
    const struct roster_person *person = person_find(live, token->subject);
    if (person == NULL || person->role != token->role || !signs_people_in(live, token->issuer)) {
        return ERR_UNAUTHENTICATED;
    }
    caller->kind = CALLER_PERSON;
    caller->principal = (struct principal){
        .session = SESSION_OF_THE_STALL, .role = person->role, .staff = person->staff};
    caller->capabilities = person->capabilities & role_person_capabilities(person->role);
    return 0;
}

/* Who that is nobody knows; what is his goes by the token's number. */
static int caller_customer(struct caller *caller)
{
    const struct token *token = &caller->token;
    if (token->role != ROLE_CUSTOMER) {
        return ERR_UNAUTHENTICATED;
    }
    caller->kind = CALLER_CUSTOMER;
    caller->principal =
        (struct principal){.session = get_be64(token->number), .role = ROLE_CUSTOMER};
    caller->capabilities = role_person_capabilities(ROLE_CUSTOMER);
    return 0;
}

static int caller_of_token(const struct access *access, const struct gate_live *live,
                           struct caller *caller)
{
    if (signed_out_has(access->signed_out, &caller->token)) {
        return ERR_UNAUTHENTICATED;
    }
    return caller->token.audience == AUDIENCE_STAFF ? caller_person(live, caller)
                                                    : caller_customer(caller);
}

static int token_of(const struct access *access, const struct gate_live *live,
                    struct bytes authorization, struct token *ret_token)
{
    static const char scheme[] = "Bearer ";
    const size_t scheme_size = sizeof scheme - 1;
    const struct issuers issuers = {.access = access, .live = live};
    const struct token_terms terms = {.popup = access->identity->popup,
                                      .audiences = token_audience_bit(AUDIENCE_STAFF) |
                                                   token_audience_bit(AUDIENCE_CUSTOMER),
                                      .now_s = clock_wall_ms() / 1000,
                                      .issuer_find = issuer_find,
                                      .context = &issuers};
    if (authorization.size <= scheme_size || memcmp(authorization.data, scheme, scheme_size) != 0) {
        return ERR_MALFORMED;
    }
    return token_check(bytes_of(authorization.data + scheme_size, authorization.size - scheme_size),
                       &terms, ret_token);
}

/* Who brings nothing: the device's own screen, a tool of its owner, or anybody. */
static void caller_without(const struct access *access, const struct gate_live *live,
                           enum entrance entrance, struct caller *ret_caller)
{
    const bool is_locked = access != NULL && access->is_screen_locked;
    *ret_caller = (struct caller){.kind = CALLER_NOBODY};
    if (entrance == ENTRANCE_CONTROL || (entrance == ENTRANCE_LOOPBACK && !is_locked)) {
        caller_screen(live, entrance, ret_caller);
    }
}

static int caller_of_authorization(const struct access *access, const struct gate_live *live,
                                   const struct access_request *request, struct caller *caller)
{
    if (token_of(access, live, request->authorization, &caller->token) != 0) {
        return ERR_UNAUTHENTICATED;
    }
    if (caller->token.audience == AUDIENCE_STAFF && !entrance_is_private(request->entrance)) {
        return ERR_FORBIDDEN;
    }
    return caller_of_token(access, live, caller);
}

/* What it says was true when it was given: whether it still is, is asked again. */
static int caller_of_ticket(struct access *access, const struct gate_live *live,
                            struct bytes ticket, struct caller *caller)
{
    const bool is_good = tickets_take(&access->tickets, ticket, clock_mono_ms(), caller);
    return is_good && access_stands(access, live, caller) ? 0 : ERR_UNAUTHENTICATED;
}

int access_caller(struct access *access, const struct gate_live *live,
                  const struct access_request *request, struct caller *ret_caller)
{
    struct caller caller = {.kind = CALLER_NOBODY};
    const bool has_ticket = request->ticket.size > 0;
    *ret_caller = caller;
    if (request->authorization.size == 0 && !has_ticket) {
        caller_without(access, live, request->entrance, ret_caller);
        return 0;
    }
    if (access == NULL) {
        return ERR_UNAUTHENTICATED;
    }
    const int err = has_ticket ? caller_of_ticket(access, live, request->ticket, &caller)
                               : caller_of_authorization(access, live, request, &caller);
    if (err == 0) {
        *ret_caller = caller;
        ret_caller->principal.origin = peer_network(request->address);
    }
    return err;
}

int access_ticket(struct access *access, const struct caller *caller,
                  char ret_text[TICKET_TEXT_BYTES + 1])
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    tickets_give(&access->tickets, caller, clock_mono_ms(), ret_text);
    return 0;
}

/* What is known of device @id without its key: deriving ours costs more than all else here. */
static bool issuer_stands(const struct gate_live *live, uint64_t id, int64_t *ret_clock_ahead_s)
{
    const struct gate_peer *peer = peer_find(live, id);
    *ret_clock_ahead_s = 0;
    if (id == live->device) {
        return !live->is_revoked;
    }
    if (peer != NULL) {
        *ret_clock_ahead_s = peer->clock_offset_ms / 1000;
    }
    return peer != NULL && !peer->is_revoked;
}

bool access_stands(const struct access *access, const struct gate_live *live,
                   const struct caller *caller)
{
    struct caller again = *caller;
    int64_t clock_ahead_s;
    if (caller->kind == CALLER_SCREEN) {
        caller_screen(live, caller->entrance, &again);
        return again.capabilities == caller->capabilities;
    }
    return caller->kind != CALLER_NOBODY &&
           issuer_stands(live, caller->token.issuer, &clock_ahead_s) &&
           clock_wall_ms() / 1000 + clock_ahead_s < caller->token.expires_s &&
           caller_of_token(access, live, &again) == 0;
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

static struct token token_begin(const struct access *access, const struct gate_live *live,
                                enum token_audience audience, int64_t life_s)
{
    struct token token = {.audience = audience,
                          .popup = access->identity->popup,
                          .issuer = live->device,
                          .issued_s = clock_wall_ms() / 1000};
    token.expires_s = token.issued_s + life_s;
    entropy_bytes(token.number, sizeof token.number);
    return token;
}

int access_token(const struct access *access, const struct gate_live *live, uint64_t staff,
                 char ret_text[TOKEN_TEXT_MAX], struct caller *ret_caller)
{
    const struct roster_person *person = person_find(live, staff);
    if (person == NULL || person->role == ROLE_NONE) {
        return ERR_UNAUTHENTICATED;
    }
    struct caller caller = {.token = token_begin(access, live, AUDIENCE_STAFF, TOKEN_STAFF_S)};
    caller.token.subject = staff;
    caller.token.role = person->role;
    check(caller_person(live, &caller) == 0);
    token_mint(&caller.token, &access->identity->device_secret, ret_text);
    *ret_caller = caller;
    return 0;
}

int access_customer(const struct access *access, const struct gate_live *live,
                    char ret_text[TOKEN_TEXT_MAX], struct caller *ret_caller)
{
    return access_customer_of(access, live, entropy_u64(), ret_text, ret_caller);
}

int access_customer_of(const struct access *access, const struct gate_live *live, uint64_t session,
                       char ret_text[TOKEN_TEXT_MAX], struct caller *ret_caller)
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    struct caller caller = {.token =
                                token_begin(access, live, AUDIENCE_CUSTOMER, TOKEN_CUSTOMER_S)};
    put_be64(caller.token.number, session);
    caller.token.role = ROLE_CUSTOMER;
    check(caller_customer(&caller) == 0);
    token_mint(&caller.token, &access->identity->device_secret, ret_text);
    *ret_caller = caller;
    return 0;
}

int access_table(const struct access *access, const struct gate_live *live, uint64_t number,
                 uint64_t generation, char ret_text[TOKEN_TEXT_MAX])
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    struct token token = token_begin(access, live, AUDIENCE_TABLE, TABLE_S);
    token.subject = number;
    token.role = ROLE_CUSTOMER;
    put_be64(token.number, generation);
    token_mint(&token, &access->identity->device_secret, ret_text);
    return 0;
}

int access_table_check(const struct access *access, const struct gate_live *live, struct bytes code,
                       uint64_t *ret_number, uint64_t *ret_generation)
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    const struct issuers issuers = {.access = access, .live = live};
    const struct token_terms terms = {.popup = access->identity->popup,
                                      .audiences = token_audience_bit(AUDIENCE_TABLE),
                                      .now_s = clock_wall_ms() / 1000,
                                      .issuer_find = issuer_find,
                                      .context = &issuers};
    struct token token;
    if (token_check(code, &terms, &token) != 0 || token.issuer != live->device) {
        return ERR_NOT_FOUND;
    }
    *ret_number = token.subject;
    *ret_generation = get_be64(token.number);
    return 0;
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
